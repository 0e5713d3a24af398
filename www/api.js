// The loader: finds the places for widgets on the page, opens a frame in each, and speaks to the page in the dialect that
// its path names. It knows messages, sizes and callbacks, and nothing of challenges. Everything else happens inside the
// frame, under the collector's own Content Security Policy; it writes no style element, no markup and no storage.
import { define } from './loader/element.js';
import { living, opened, run } from './loader/page.js';
import { speak } from './loader/speak.js';
import { DIALECTS } from './loader/vocabulary.js';

const LOADED = Symbol.for('corvee');

const homes = {};
const load = (address) => {
  const { origin: collector, pathname, searchParams: query } = new URL(address);
  const [, dialect = 'corvee'] = Object.entries({
    '/recaptcha/': 'recaptcha', '/1/': 'hcaptcha', '/turnstile/': 'turnstile',
  }).find(([part]) => pathname.includes(part)) || [];
  const name = collector + dialect;
  let home = homes[name];
  if (!home) {
    home = homes[name] = { collector, dialect };
    home.compat = {
      hcaptcha: query.get('recaptchacompat') !== 'off', turnstile: query.get('compat') === 'recaptcha', corvee: true,
    }[dialect];
    home.apis = [speak(home, dialect)];
    if (home.compat) home.apis.push(speak(home, 'recaptcha'));
  }
  home.query = query;
  const render = query.get('render') || 'onload';
  if (dialect === 'recaptcha' && !['onload', 'explicit'].includes(render)) home.key = render;
  const [own, compatible] = home.apis;
  if (pathname.endsWith('/enterprise.js')) own.enterprise = own;
  // An element with such an id answers to the name too, and does not count; nor does a stub that only waits for us.
  const give = (global, api, rude) => {
    const there = Object.hasOwn(window, global) && window[global];
    if (!rude && there && there.render) return;
    window[global] = there && there !== api && !there.render ? Object.assign(there, api) : api;
  };
  give(DIALECTS[dialect][2], own, dialect !== 'corvee');
  if (compatible) give('grecaptcha', compatible);

  const start = () => {
    if (render === 'onload') for (const api of home.apis) api.implicitRender();
    const waiting = window.___grecaptcha_cfg;
    if (waiting && waiting.fns) for (const callback of waiting.fns.splice(0)) run(callback);
    const called = query.get('onload');
    // The page may define it later than this script runs.
    const call = (tries) => {
      if (typeof window[called] === 'function') run(called);
      else if (tries) setTimeout(call, 100, tries - 1);
    };
    if (called) call(100);
  };
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', start, { once: true });
  else setTimeout(start, 0);
  return home;
};

const listen = () => {
  addEventListener('message', ({ data, origin, source }) => {
    if (!data || data.corvee !== 1) return;
    const widget = living().find(({ frame, collector }) => frame.contentWindow === source && collector === origin);
    if (widget) widget.hear(data);
  });
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') for (const widget of opened()) widget.close();
  });
  // A page that comes back from the browser's memory holds a token that may be spent.
  addEventListener('pageshow', (event) => {
    if (event.persisted) for (const widget of living()) widget.reset();
  });
  let planned = 0;
  const follow = () => {
    planned = planned || requestAnimationFrame(() => {
      planned = 0;
      for (const widget of opened()) widget.put();
    });
  };
  addEventListener('resize', follow, { passive: true });
  addEventListener('scroll', follow, { passive: true, capture: true });
};

// A module has no current script: it is the one with our name.
const script = document.currentScript || document.querySelector('script[type=module][src*="api.js"]');
// Loaded once more, under the same path or another: the first one goes on working, and does what this one was to do.
if (script && window[LOADED]) window[LOADED](script.src);
else if (script) {
  window[LOADED] = load;
  listen();
  define(load(script.src));
}
