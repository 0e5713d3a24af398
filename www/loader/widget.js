// One widget: its frame, its fields, what it hears and what it tells. Knows no global and no dialect's methods.
import {
  ABSENCE_MS, CLOSED, DIALECTS, HCAPTCHA, MARGIN, PROPERTIES, RETRY_MS, SHEET_BELOW, SILENCE_MS, THEMES, TURNSTILE,
} from './vocabulary.js';
import { elementOf, languageOf, lay, living, registry, rendered, resets, run, topLayer } from './page.js';

let count = 0;

export class Widget {
  // `home` is the script that brought the dialect; `contract` the dialect of the global that was called.
  constructor(home, contract, element, params) {
    const { dialect, compat, query, collector } = home;
    const said = (name) => params[name] !== undefined;
    const button = element.matches('button,input');
    const size = button ? 'invisible' : Object.hasOwn(CLOSED, params.size) ? params.size : 'normal';
    const theme = THEMES.includes(params.theme) ? params.theme : DIALECTS[contract][1];
    const invisible = size === 'invisible';
    const patient = dialect === 'corvee' || dialect === 'turnstile';
    const heard = said('callback') || said('expired-callback');
    const manual = dialect !== 'turnstile' && (invisible || (!patient && heard));
    const renewal = params['refresh-expired'] || (manual ? 'manual' : 'auto');
    this.number = count++;
    this.id = contract === 'hcaptcha' || contract === 'turnstile' ? `corvee-${this.number}` : this.number;
    Object.assign(this, { collector, contract, element, params, button, invisible, size, theme });
    this.token = this.last = '';
    this.waiting = [];
    this.queue = [];
    // Nobody has to call for an invisible Turnstile widget, unless the page says that it will.
    this.unasked = contract === 'turnstile' && invisible && params.execution !== 'execute';
    this.concealed = params.appearance === 'execute';
    this.retries = params.retry !== 'never';
    this.container = params['challenge-container'] && elementOf(params['challenge-container']);

    const frame = (this.frame = document.createElement('iframe'));
    frame.title = 'Corvée';
    frame.setAttribute('allow', '');
    frame.referrerPolicy = 'origin';
    frame.tabIndex = params.tabindex || 0;
    const asked = {
      sitekey: params.sitekey, hl: languageOf(element, params, query), theme, size, dialect, action: params.action,
      cdata: params.cdata, renewal, origin: location.origin,
    };
    const address = new URL('/frame', collector);
    for (const name in asked) if (asked[name]) address.searchParams.set(name, asked[name]);
    frame.src = address;
    frame.onload = () => this.listen(true);

    // Keeps the widget's place while the frame is open.
    const place = (this.place = document.createElement('div'));
    place.append(frame);
    this.fields = this.names(dialect, compat).map((name) => this.field(name, dialect));
    this.shut();
    rendered.set(element, this);
    registry.set(this.number, new WeakRef(this));
    this.stand();
    if (invisible) element.addEventListener('click', (this.click = (event) => this.pressed(event)));
    this.listen();
    if (!window.WebAssembly) this.run('unsupported-callback');
  }

  // Puts itself into the document: beside a button, elsewhere inside the element.
  stand() {
    const { element, container, place } = this;
    const parts = [...this.fields];
    if (this.invisible && container) container.append(place);
    else parts.push(place);
    if (this.button) element.after(...parts);
    else element.append(...parts);
  }

  run(name, ...values) {
    return run(this.params[name], ...values);
  }

  names(dialect, compat) {
    const { 'response-field': wanted, 'response-field-name': name } = this.params;
    if (wanted === false || wanted === 'false') return [];
    const own = name || `${DIALECTS[dialect][0]}-response`;
    const theirs = 'g-recaptcha-response';
    if (!compat || own === theirs) return [own];
    return dialect === 'turnstile' ? [name || theirs] : [own, theirs];
  }

  field(name, dialect) {
    const area = document.createElement('textarea');
    area.name = name;
    area.id = name;
    if (dialect === 'hcaptcha') area.id = `${name}-${this.id}`;
    else if (dialect === 'turnstile') area.id = `${this.id}_response`;
    else if (living().some(({ fields }) => fields.some(({ id }) => id === name))) area.id = `${name}-${this.number}`;
    area.hidden = true;
    lay(area, 'display:none');
    return area;
  }

  // Waits for the frame to say something. A document that has come and stays silent is asked for once more.
  listen(loaded) {
    clearTimeout(this.silence);
    if (this.hears() || this.refused) return;
    this.silence = setTimeout(() => {
      if (!this.frame.isConnected) return;
      this.absent();
      this.fail('frame-failed');
      if (loaded && this.retries) this.silence = setTimeout(this.again, +this.params['retry-interval'] || RETRY_MS);
      // A document of ours says at once that it is there: another one is the browser's, and tells of an error.
    }, loaded && !this.here ? ABSENCE_MS : SILENCE_MS);
  }

  // In place of the browser's page about its error: a button that asks for the frame again, in no language.
  absent() {
    if (this.invisible || this.retry) return;
    const retry = (this.retry = document.createElement('button'));
    retry.type = 'button';
    retry.textContent = 'Corvée ↻';
    retry.ariaLabel = 'Corvée: try again';
    retry.onclick = this.again;
    lay(retry, 'display:block;padding:8px;font:14px sans-serif;border:1px solid;cursor:pointer');
    lay(this.frame, 'position:absolute;visibility:hidden');
    this.place.append(retry);
  }

  again = () => {
    this.here = false;
    if (this.frame.isConnected) this.frame.src = this.frame.src;
  };

  // A frame that is moved in the document loads anew in a window of its own, and has to say again that it listens.
  hears() {
    const { contentWindow } = this.frame;
    return contentWindow && contentWindow === this.listener;
  }

  tell(kind, details) {
    const message = { corvee: 1, kind, ...details };
    if (this.hears()) this.listener.postMessage(message, this.collector);
    else this.queue.push(message);
  }

  // Colours of the page's own, where it has any.
  paint(again) {
    const computed = getComputedStyle(this.element);
    const properties = {};
    for (const name of PROPERTIES) {
      const value = computed.getPropertyValue(`--corvee-${name}`).trim();
      if (value) properties[`--corvee-${name}`] = again = value;
    }
    if (again) this.tell('theme', { theme: this.theme, properties });
  }

  hold(token) {
    this.token = token;
    if (token) this.last = token;
    this.expired = false;
    for (const area of this.fields) area.value = token;
    run(this.params.held, token);
  }

  settle(token, code) {
    for (const { resolve, reject } of this.waiting.splice(0)) {
      if (token) resolve(token);
      else reject(this.contract === 'hcaptcha' ? code : new Error(code));
    }
  }

  fail(code) {
    const { contract } = this;
    let told = code;
    if (contract === 'hcaptcha') told = HCAPTCHA[code] || 'challenge-error';
    if (contract === 'turnstile') told = TURNSTILE[code] || '300030';
    const handled = contract === 'recaptcha' ? (this.run('error-callback'), true) : this.run('error-callback', told);
    if (contract === 'turnstile' && !handled) console.error(`corvee: ${told} (${code})`);
    this.settle('', told);
  }

  hear({ kind, width, height, token, code, title, for: purpose }) {
    if (kind === 'here') {
      this.here = true;
      this.listen(true);
    } else if (kind === 'ready') {
      clearTimeout(this.silence);
      if (this.retry) {
        this.retry = this.retry.remove();
        this.shut();
      }
      // A form in a shadow tree tells nobody outside that it was reset.
      this.element.getRootNode().addEventListener('reset', resets);
      if (title) this.frame.title = title;
      if (this.token) {
        // The frame was loaded anew, as browsers do when it is moved in the document, and no longer shows the token.
        this.hold('');
        this.run('expired-callback', this.last);
      }
      this.listener = this.frame.contentWindow;
      // Said even without colours of the page's own, so that the frame knows that it is heard.
      this.paint(true);
      for (const message of this.queue.splice(0)) this.tell(message.kind, message);
      if (this.unasked) this.execute();
    } else if (kind === 'open') {
      this.wants = { width: +width || 0, height: +height || 0 };
      this.open();
      if (purpose !== 'receipt' && !this.interactive) {
        this.interactive = true;
        this.run('open-callback');
        this.run('before-interactive-callback');
      }
    } else if (kind === 'closed') {
      if (this.wants) this.shut();
      this.leave();
    } else if (kind === 'token') {
      this.leave();
      this.hold(token);
      const more = { hcaptcha: [this.key()], turnstile: [false] }[this.contract] || [];
      this.run('callback', token, ...more);
      this.settle(token);
      if (this.submits) {
        this.submits = false;
        const { form } = this.element;
        if (form) form.requestSubmit(this.element.type === 'submit' ? this.element : null);
      }
    } else if (kind === 'expired') {
      this.hold('');
      this.expired = true;
      this.run('expired-callback', ...(this.contract === 'turnstile' ? [this.last] : []));
      this.settle('', 'challenge-expired');
    } else if (kind === 'outdated') {
      this.run('chalexpired-callback');
      this.run('timeout-callback');
      this.settle('', 'challenge-expired');
    } else if (kind === 'dismissed') {
      this.run('close-callback');
      this.settle('', 'challenge-closed');
    } else if (kind === 'error') {
      // A frame that was refused says why, and nothing after that.
      this.refused = !this.hears();
      this.listen();
      this.fail(code);
    }
  }

  leave() {
    if (this.interactive) this.run('after-interactive-callback');
    this.interactive = false;
  }

  key() {
    return this.token && `E1_${this.token.slice(0, 16)}`;
  }

  open() {
    const { frame } = this;
    if (!this.lifted) {
      this.lifted = true;
      // The frame joins the top layer where it stands: moved in the document it would load anew.
      if (topLayer) {
        frame.popover = 'manual';
        frame.showPopover();
      }
      this.put();
      if (this.invisible) frame.focus({ preventScroll: true });
    } else this.put();
  }

  // Beside the closed widget, inside the window; a sheet at the bottom where the window is narrow.
  put() {
    const { clientWidth, clientHeight } = document.documentElement;
    const windowHeight = window.innerHeight || clientHeight;
    const sheet = clientWidth < SHEET_BELOW;
    const margin = sheet ? 0 : MARGIN;
    const width = sheet ? clientWidth : Math.min(this.wants.width, clientWidth - 2 * margin);
    const height = Math.min(this.wants.height, windowHeight - 2 * margin);
    const anchor = this.container || (!this.invisible && this.place);
    const centred = { left: (clientWidth - width) / 2, top: 0, height: windowHeight };
    const at = anchor ? anchor.getBoundingClientRect() : centred;
    const clamp = (wanted, room) => Math.max(margin, Math.min(wanted, room - margin));
    const top = sheet ? windowHeight - height : clamp(at.top + (at.height - height) / 2, windowHeight - height);
    const left = sheet ? 0 : clamp(at.left, clientWidth - width);
    lay(
      this.frame,
      `display:block;position:fixed;z-index:2147483647;top:${top}px;left:${left}px;width:${width}px;height:${height}px;` +
        'color-scheme:light dark;box-shadow:0 4px 24px rgba(0,0,0,.25)',
    );
  }

  shut() {
    const { frame, before } = this;
    const focused = this.invisible && document.activeElement === frame;
    if (this.lifted && topLayer) {
      if (frame.isConnected) frame.hidePopover();
      frame.popover = null;
    }
    this.lifted = false;
    this.wants = this.before = null;
    const [width, height] = CLOSED[this.size];
    if (this.invisible) {
      // It has a size, or the browser would not let it work; and nothing of it is seen, touched or read out.
      lay(this.place, 'position:absolute');
      lay(frame, 'position:fixed;top:0;left:0;width:304px;height:78px;visibility:hidden');
    } else {
      lay(this.place, `display:${this.concealed ? 'none' : 'block'};width:${width};height:${height};max-width:100%`);
      lay(frame, 'display:block;width:100%;height:100%;color-scheme:light dark');
    }
    if (focused && before) before.focus({ preventScroll: true });
  }

  execute() {
    if (this.token && !this.invisible) return Promise.resolve(this.token);
    // What an invisible widget held was handed over, and a token is good for once.
    if (this.token) this.reset();
    if (this.concealed) {
      this.concealed = false;
      this.shut();
    }
    // A button that was in no document when it was rendered.
    if (this.button && !this.place.isConnected) this.stand();
    // The frame takes the focus, and gives it back to who had it.
    if (!this.lifted) this.before = document.activeElement;
    this.tell('execute');
    const promise = new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
    // Who does not look at it is not told that it failed: there are callbacks.
    promise.catch(() => {});
    return promise;
  }

  // The invisible kind begins with the page's own button.
  pressed(event) {
    const { form } = this.element;
    if (this.button) event.preventDefault();
    if (this.contract === 'corvee' && this.button && !this.params.callback) {
      if (form && !form.noValidate && !form.reportValidity()) return;
      this.submits = true;
    }
    this.execute();
  }

  reset() {
    this.hold('');
    this.last = '';
    this.submits = false;
    this.settle('', 'challenge-closed');
    this.tell('reset');
  }

  close() {
    this.tell('close');
    this.settle('', 'challenge-closed');
  }

  remove() {
    clearTimeout(this.silence);
    registry.delete(this.number);
    if (rendered.get(this.element) === this) rendered.delete(this.element);
    this.element.removeEventListener('click', this.click);
    for (const part of [this.place, ...this.fields]) part.remove();
    this.settle('', 'challenge-closed');
  }
}
