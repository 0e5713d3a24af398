// The globals of a dialect: methods, ids and refusals as its vendor documents them. Knows no frame.
import { CLOSED, DIALECTS, THEMES } from './vocabulary.js';
import { elementOf, lay, living, options, registry, rendered, run } from './page.js';
import { Widget } from './widget.js';

const nowhere = () => {
  const element = document.createElement('div');
  lay(element, 'position:absolute');
  return element;
};

// What is misspelt is told to whoever wrote it.
const warn = (params) => {
  const say = (name, words) => console.warn(`corvee: ${name}="${params[name]}" ${words}`);
  const known = { theme: THEMES, size: Object.keys(CLOSED) };
  for (const name in known) {
    const value = params[name];
    if (typeof value === 'string' && value && !known[name].includes(value)) say(name, `is not in ${known[name]}`);
  }
  for (const name in params) {
    const value = params[name];
    if (name.endsWith('callback') && typeof value === 'string' && typeof window[value] !== 'function') {
      say(name, 'is no function yet');
    }
  }
};

// The globals of one dialect, for what one script brought.
export const speak = (home, contract) => {
  const latest = contract === 'turnstile';
  const widgetOf = (id) => {
    if (id == null || id === '') {
      const all = living().filter(({ params }) => String(params.isolated) !== 'true');
      return latest ? all.pop() : all[0];
    }
    const reference = registry.get(+String(id).replace('corvee-', ''));
    return (reference && reference.deref()) || rendered.get(elementOf(id));
  };
  const refuse = (words) => {
    if (contract !== 'hcaptcha') throw new Error(`corvee: ${words}`);
    console.error(`corvee: ${words}`);
  };
  const of = (act) => (id, ...values) => {
    const widget = widgetOf(id);
    return widget && act(widget, ...values);
  };
  const execute = of((widget) => widget.execute());

  const api = {
    ready(callback) {
      setTimeout(run, 0, callback);
    },
    render(container, params, inherit) {
      // Parameters alone: an invisible widget that stands nowhere in particular.
      if (container && container.sitekey && !container.append && !params) {
        [container, params] = [document.body.appendChild(nowhere()), { size: 'invisible', ...container }];
      }
      const element = elementOf(container);
      if (!element || !element.append) {
        return refuse(`render: no element ${container} in the page`);
      }
      const old = rendered.get(element);
      if (old && old.place.parentNode) {
        const words = 'a widget has already been rendered in this element';
        if (contract !== 'hcaptcha' && contract !== 'turnstile') throw new Error(`corvee: ${words}`);
        console.warn(`corvee: ${words}`);
        return latest ? undefined : old.id;
      }
      // Somebody emptied the element.
      if (old) old.remove();
      const all = options(element, params, inherit || contract !== 'recaptcha' || !params || !params.sitekey);
      if (!all.sitekey) return refuse('the sitekey is missing');
      warn(all);
      return new Widget(home, contract, element, all).id;
    },
    reset: of((widget) => widget.reset()),
    remove: of((widget) => widget.remove()),
    close: of((widget) => widget.close()),
    getResponse(id) {
      const widget = widgetOf(id);
      return latest ? (widget && widget.last) || undefined : widget ? widget.token : '';
    },
    getRespKey: (id) => of((widget) => widget.key())(id) || '',
    isExpired: (id) => !!of((widget) => widget.expired)(id),
    setData() {},
    // The visitor sees the receipt; the page never learns it.
    showReceipt: of((widget) => widget.tell('receipt')),
    implicitRender(classes = DIALECTS[contract][0]) {
      for (const element of document.getElementsByClassName(classes)) {
        if (!element.dataset.sitekey) console.error('corvee: data-sitekey is missing', element);
        else if (!rendered.has(element)) api.render(element);
      }
    },
    execute(id, details) {
      if (contract === 'turnstile') {
        if (details && !widgetOf(id)) id = api.render(id, details);
        execute(id);
      } else if (contract === 'hcaptcha') {
        if (id && typeof id === 'object' && !id.append) [id, details] = [undefined, id];
        const widget = widgetOf(id);
        const promise = widget ? widget.execute() : Promise.reject(id ? 'invalid-captcha-id' : 'missing-captcha');
        const reply = promise.then((response) => ({ response, key: widget.key() }));
        reply.catch(() => {});
        if (details && details.async) return reply;
      } else {
        const widget = widgetOf(id);
        if (widget) return widget.execute();
        const key = typeof id === 'string' ? id : home.key;
        return key ? scored(key, details) : Promise.reject(new Error('corvee: there is no widget'));
      }
    },
  };

  // One token for one action, by site key alone: the widget belongs to nobody's form, and every call gets its own token.
  const unseen = new Map();
  let turn;
  const scored = (sitekey, { action } = {}) => {
    const modal = [...document.querySelectorAll('dialog[open]')].pop() || document.body;
    const name = `${sitekey} ${action}`;
    let widget = unseen.get(name);
    if (!widget || widget.element.parentNode !== modal || !modal.isConnected) {
      if (widget) {
        widget.remove();
        widget.element.remove();
      }
      const element = nowhere();
      modal.append(element);
      const params = { sitekey, action, size: 'invisible', isolated: true };
      unseen.set(name, (widget = new Widget(home, contract, element, params)));
    }
    const next = () => widget.execute();
    // One dialog at a time, whatever the actions.
    return (turn = turn ? turn.then(next, next) : next());
  };
  return api;
};
