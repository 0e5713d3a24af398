// The loader: finds the places for widgets on the page, opens a frame in each, and offers the globals sites call.
// It knows messages, sizes and callbacks, and nothing of challenges. Everything else happens inside the frame, under the
// collector's own Content Security Policy; this file sets no style attributes and evaluates nothing.
(() => {
  'use strict';
  const script = document.currentScript;
  if (!script) return;
  const { origin: collector, searchParams: query } = new URL(script.src);

  // Loaded once more: the first one goes on working, and does what this one was asked to do.
  const LOADED = Symbol.for('corvee');
  if (window[LOADED]) return window[LOADED](query);

  const CLOSED = { width: 304, height: 78 };
  const MARGIN = 8;
  const SHEET_BELOW = 480;
  const SILENCE_MS = 20000;
  const TITLES = { en: 'Corvée: protection against robots', fr: 'Corvée : protection contre les robots' };
  const FIELDS = ['g-recaptcha-response', 'corvee-response'];
  const topLayer = 'popover' in HTMLElement.prototype;
  const widgets = [];
  let fieldCount = 0;

  const style = (element, styles) => Object.assign(element.style, styles);
  const px = (length) => length + 'px';
  const run = (callback, ...values) => {
    const f = typeof callback === 'string' ? window[callback] : callback;
    if (typeof f === 'function') f(...values);
  };

  const options = (element, params, inherit) => {
    const read = {};
    if (inherit) {
      for (const { name, value } of element.attributes) if (name.startsWith('data-')) read[name.slice(5)] = value;
    }
    return Object.assign(read, params);
  };

  const languageOf = (element, option) => {
    const near = element.closest('[lang]');
    return option || query.get('hl') || (near && near.lang) || navigator.language || 'en';
  };

  const field = (name) => {
    const area = document.createElement('textarea');
    area.name = name;
    area.id = fieldCount ? `${name}-${fieldCount}` : name;
    area.hidden = true;
    style(area, { display: 'none' });
    return area;
  };

  class Widget {
    constructor(element, params) {
      const language = languageOf(element, params.hl);
      const theme = params.theme || (element.classList.contains('g-recaptcha') ? 'light' : 'auto');
      this.element = element;
      this.params = params;
      this.token = '';
      this.waiting = [];
      this.queue = [];
      this.fields = FIELDS.map(field);
      fieldCount += 1;

      const frame = (this.frame = document.createElement('iframe'));
      frame.title = TITLES[language.slice(0, 2).toLowerCase()] || TITLES.en;
      frame.setAttribute('allow', '');
      frame.referrerPolicy = 'origin';
      frame.tabIndex = params.tabindex || 0;
      const address = new URL('/frame', collector);
      address.search = new URLSearchParams({ sitekey: params.sitekey, hl: language, theme, origin: location.origin });
      frame.src = address;
      frame.onload = () => {
        clearTimeout(this.silence);
        this.silence = setTimeout(() => run(params['error-callback'], 'frame-failed'), SILENCE_MS);
      };

      // Keeps the widget's place while the frame is open.
      const place = (this.place = document.createElement('div'));
      style(place, { width: px(CLOSED.width), height: px(CLOSED.height), maxWidth: '100%', textAlign: 'start' });
      this.shut();
      place.append(frame);
      element.append(place, ...this.fields);
    }

    tell(kind, details) {
      const message = { corvee: 1, kind, ...details };
      if (this.queue) this.queue.push(message);
      else if (this.frame.contentWindow) this.frame.contentWindow.postMessage(message, collector);
    }

    hold(token) {
      this.token = token;
      for (const area of this.fields) area.value = token;
    }

    hear({ kind, width, height, token, code }) {
      const { params } = this;
      if (kind === 'ready') {
        clearTimeout(this.silence);
        this.hold('');
        const queue = this.queue || [];
        this.queue = null;
        for (const message of queue) this.tell(message.kind, message);
      } else if (kind === 'open') {
        this.wants = { width: +width, height: +height };
        this.open();
      } else if (kind === 'closed') {
        if (this.wants) this.shut();
      } else if (kind === 'token') {
        this.hold(token);
        run(params.callback, token);
        for (const { resolve } of this.waiting.splice(0)) resolve(token);
      } else if (kind === 'expired') {
        this.hold('');
        run(params['expired-callback']);
      } else if (kind === 'error') {
        run(params['error-callback'], code);
        for (const { reject } of this.waiting.splice(0)) reject(new Error(code));
      }
    }

    open() {
      const { frame } = this;
      if (!this.lifted) {
        this.lifted = true;
        style(frame, {
          position: 'fixed', zIndex: 2147483647, margin: 0, padding: 0, overflow: 'hidden', maxWidth: 'none',
          boxShadow: '0 4px 24px rgba(0,0,0,.25)',
        });
        // The frame joins the top layer where it stands: moved in the document it would load anew.
        if (topLayer) {
          frame.popover = 'manual';
          frame.showPopover();
        }
      }
      this.put();
    }

    // Beside the checkbox, inside the window; a sheet at the bottom where the window is narrow.
    put() {
      const { clientWidth, clientHeight } = document.documentElement;
      const windowHeight = window.innerHeight || clientHeight;
      const sheet = clientWidth < SHEET_BELOW;
      const margin = sheet ? 0 : MARGIN;
      const width = sheet ? clientWidth : Math.min(this.wants.width, clientWidth - 2 * margin);
      const height = Math.min(this.wants.height, windowHeight - 2 * margin);
      const at = this.place.getBoundingClientRect();
      const clamp = (wanted, room) => Math.max(margin, Math.min(wanted, room - margin));
      const top = sheet ? windowHeight - height : clamp(at.top + (at.height - height) / 2, windowHeight - height);
      const left = sheet ? 0 : clamp(at.left, clientWidth - width);
      style(this.frame, { width: px(width), height: px(height), inset: `${px(top)} auto auto ${px(left)}` });
    }

    shut() {
      const { frame } = this;
      if (this.lifted && topLayer) {
        frame.hidePopover();
        frame.popover = null;
      }
      this.lifted = false;
      this.wants = null;
      frame.removeAttribute('style');
      style(frame, {
        display: 'block', border: 0, background: 'transparent', colorScheme: 'auto', maxWidth: '100%',
        width: px(CLOSED.width), height: px(CLOSED.height),
      });
    }

    reset() {
      this.hold('');
      this.tell('reset');
    }
  }

  const widgetOf = (id) => (id === undefined ? widgets.find(Boolean) : widgets[id]);
  const living = () => widgets.filter((widget) => widget && widget.frame.isConnected);
  const opened = () => living().filter((widget) => widget.lifted);
  const known = (element) => widgets.some((widget) => widget && widget.element === element);

  const api = {
    ready(callback) {
      setTimeout(run, 0, callback);
    },
    render(container, params, inherit) {
      const element = typeof container === 'string' ? document.getElementById(container) : container;
      if (!element || !element.append) throw new Error('corvee: there is no such element to render into');
      if (known(element)) throw new Error('corvee: this element already has a widget');
      const all = options(element, params, inherit || !params);
      if (!all.sitekey) throw new Error('corvee: data-sitekey is missing');
      return widgets.push(new Widget(element, all)) - 1;
    },
    reset(id) {
      const widget = widgetOf(id);
      if (widget) widget.reset();
    },
    remove(id) {
      const widget = widgetOf(id);
      if (!widget) return;
      clearTimeout(widget.silence);
      widget.shut();
      widget.place.remove();
      for (const area of widget.fields) area.remove();
      widgets[widgets.indexOf(widget)] = undefined;
    },
    getResponse(id) {
      const widget = widgetOf(id);
      return widget ? widget.token : '';
    },
    // The visitor sees the receipt; the page never learns it.
    showReceipt(id) {
      const widget = widgetOf(id);
      if (widget) widget.tell('receipt');
    },
    execute(id) {
      const widget = widgetOf(id);
      if (!widget) return Promise.reject(new Error('corvee: there is no widget'));
      if (widget.token) return Promise.resolve(widget.token);
      widget.tell('execute');
      return new Promise((resolve, reject) => widget.waiting.push({ resolve, reject }));
    },
  };

  const load = (search) => {
    const start = () => {
      if ((search.get('render') || 'onload') === 'onload') {
        for (const element of document.querySelectorAll('.corvee, .g-recaptcha')) {
          if (element.dataset.sitekey && !known(element)) api.render(element);
        }
      }
      run(search.get('onload'));
    };
    if (document.readyState === 'loading') addEventListener('DOMContentLoaded', start, { once: true });
    else setTimeout(start, 0);
  };

  addEventListener('message', (event) => {
    const { data, origin, source } = event;
    if (origin !== collector || !data || data.corvee !== 1) return;
    const widget = living().find(({ frame }) => frame.contentWindow === source);
    if (widget) widget.hear(data);
  });
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape') for (const widget of opened()) widget.tell('close');
  });
  // A form that is reset takes its token with it; the event reaches the window before the form is known to agree.
  addEventListener('reset', (event) => {
    setTimeout(() => {
      if (event.defaultPrevented) return;
      for (const widget of living()) if (event.target.contains(widget.element)) widget.reset();
    });
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

  window[LOADED] = load;
  // An element with such an id answers to the name too, and does not count.
  for (const name of ['corvee', 'grecaptcha']) if (!Object.hasOwn(window, name)) window[name] = api;
  load(query);
})();
