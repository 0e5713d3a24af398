// The page around the widgets: its elements, its callbacks, its forms, its language. Knows no message of a frame.

export const topLayer = 'popover' in HTMLElement.prototype;
// Widgets by number, and by the element they were asked for. Neither keeps a widget whose element is gone.
export const registry = new Map();
export const rendered = new WeakMap();

export const run = (callback, ...values) => {
  const f = typeof callback === 'string' ? window[callback] : callback;
  try {
    if (typeof f === 'function') return f(...values);
  } catch (error) {
    // The page's mistake, told where the page's mistakes are told; it must not stop ours.
    setTimeout(() => {
      throw error;
    });
  }
};
// Whatever the page's style sheets say of frames and boxes, they do not say it of these.
export const lay = (element, css) => {
  element.style.cssText = `all:initial;${css};`.replaceAll(';', '!important;');
};
export const elementOf = (place) => {
  if (typeof place !== 'string') return place;
  try {
    return document.getElementById(place) || document.querySelector(place);
  } catch {
    // Not every id is a selector.
  }
};
export const living = () => {
  const found = [];
  for (const [number, reference] of registry) {
    const widget = reference.deref();
    if (!widget) registry.delete(number);
    // A button's frame stands beside it, and is taken away with it.
    else if (widget.button && widget.place.isConnected && !widget.element.isConnected) widget.remove();
    else found.push(widget);
  }
  return found;
};
export const opened = () => living().filter((widget) => widget.lifted);

// Names in small letters, as HTML makes those of attributes; what is undefined was not said.
export const options = (element, params, inherit) => {
  const read = {};
  if (inherit) {
    for (const { name, value } of element.attributes) if (name.startsWith('data-')) read[name.slice(5)] = value;
  }
  for (const name in params) if (params[name] !== undefined) read[name.toLowerCase()] = params[name];
  return read;
};
export const languageOf = (element, { hl, language }, query) => {
  const asked = [hl, language, query.get('hl')].find((code) => code && code !== 'auto');
  if (asked) return asked;
  for (let at = element; at && at.closest; at = at.getRootNode().host) {
    const near = at.closest('[lang]');
    if (near && near.lang) return near.lang;
  }
  return navigator.languages[0];
};

// A form that is reset takes its token with it; the event comes before the form is known to agree.
export const resets = (event) => {
  const form = event.target;
  setTimeout(() => {
    if (!event.defaultPrevented) for (const widget of living()) if (form.contains(widget.element)) widget.reset();
  });
};
