// `<corvee-captcha>`: the widget as an element that forms treat as one of their own. Knows no frame.
import { Widget } from './widget.js';

// The browser's own words, in the visitor's language, for what must be filled in.
const required = () => Object.assign(document.createElement('input'), { required: true }).validationMessage;

/** Defines `<corvee-captcha>` for the script `home`, unless the page has one, or the browser no such elements. */
export const define = (home) => {
  const { customElements } = window;
  if (!customElements || customElements.get('corvee-captcha')) return;

  // The widget as an element that forms treat as one of their own.
  class Captcha extends HTMLElement {
    static formAssociated = true;
    static observedAttributes = ['sitekey', 'size', 'hl', 'action', 'cdata', 'theme', 'name', 'required'];

    constructor() {
      super();
      // A browser without it gets hidden fields instead.
      this.internals = this.attachInternals && this.attachInternals();
    }

    get name() {
      return this.getAttribute('name') || 'corvee-response';
    }

    get form() {
      return this.internals && this.internals.form;
    }

    get type() {
      return 'corvee-captcha';
    }

    get validity() {
      return this.internals && this.internals.validity;
    }

    checkValidity() {
      return !this.internals || this.internals.checkValidity();
    }

    reportValidity() {
      return !this.internals || this.internals.reportValidity();
    }

    get value() {
      return this.widget ? this.widget.token : '';
    }

    connectedCallback() {
      const say = (kind) => (value) => {
        const detail = kind === 'error' ? { code: value } : { token: value };
        this.dispatchEvent(new CustomEvent(kind, { bubbles: true, detail }));
      };
      const params = {
        callback: say('token'), 'expired-callback': say('expired'), 'error-callback': say('error'),
        'open-callback': say('open'), 'after-interactive-callback': say('close'), held: () => this.hold(),
        'response-field': !this.internals, 'response-field-name': this.name,
      };
      for (const { name, value } of this.attributes) if (!(name in params)) params[name] = value;
      if (this.widget || !params.sitekey) return;
      this.widget = new Widget({ ...home, dialect: 'corvee', compat: !this.hasAttribute('name') }, 'corvee', this, params);
      this.formDisabledCallback(this.matches(':disabled'));
      this.hold();
    }

    disconnectedCallback() {
      const { widget, value } = this;
      this.widget = null;
      if (widget) widget.remove();
      this.hold();
      // What it held is not shown any more, and gone.
      if (value) this.dispatchEvent(new CustomEvent('expired', { bubbles: true, detail: { token: value } }));
    }

    attributeChangedCallback(name, before, now) {
      const { widget } = this;
      if (before === now || !this.isConnected) return;
      if (name === 'theme' && widget) {
        widget.theme = now || 'auto';
        widget.paint(true);
      } else if (name === 'name' || name === 'required') this.hold();
      else if (!this.planned) {
        this.planned = true;
        queueMicrotask(() => {
          this.planned = false;
          this.disconnectedCallback();
          if (this.isConnected) this.connectedCallback();
        });
      }
    }

    hold() {
      const { internals, value, widget } = this;
      if (!internals) return;
      const data = new FormData();
      data.append(this.name, value);
      // The name that every server library knows, unless the page chose one.
      if (!this.hasAttribute('name')) data.append('g-recaptcha-response', value);
      internals.setFormValue(value ? data : null);
      const missing = this.hasAttribute('required') && !value;
      internals.setValidity(missing ? { valueMissing: true } : {}, missing ? required() : '', widget ? widget.frame : this);
    }

    reset() {
      if (this.widget) this.widget.reset();
    }

    execute() {
      return this.widget ? this.widget.execute() : Promise.reject(new Error('corvee: there is no widget'));
    }

    focus(how) {
      if (this.widget) this.widget.frame.focus(how);
    }

    formResetCallback() {
      this.reset();
    }

    formDisabledCallback(disabled) {
      if (this.widget) this.widget.place.inert = disabled;
    }
  }

  customElements.define('corvee-captcha', Captcha);
};
