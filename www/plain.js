// The challenge without script, seen from a page that has script all the same: it asks for room and hands the token over.
// On a page without the loader nobody answers, and the page stays as it is without script. Knows no challenge.
const root = document.querySelector('.is-plain');
const { origin, widget } = root.dataset;
const passed = root.querySelector('[data-token]');
const tell = (kind, details) => parent.postMessage({ corvee: 1, kind, ...details }, origin);
// Back to the widget, which begins anew.
const leave = () => location.replace(widget);
const grow = () => tell('open', { width: 400, height: root.offsetHeight, for: 'challenge' });
const growth = new ResizeObserver(grow);
const close = () => {
  if (passed) return;
  // The frame shrinks before the widget has come back, and must not ask for room again.
  growth.disconnect();
  tell('dismissed');
  tell('closed');
  leave();
};

let heard = false;
const hand = () => {
  heard = true;
  if (!passed) {
    growth.observe(root);
    addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') close();
    });
    return;
  }
  const { token, livesMs } = passed.dataset;
  tell('closed');
  tell('token', { token, lives_ms: Number(livesMs), renewed: false });
  setTimeout(() => {
    tell('expired');
    leave();
  }, Number(livesMs));
  root.classList.add('is-handed');
  for (const hint of root.querySelectorAll('.plain-copy, .plain-token')) hint.hidden = true;
  root.querySelector('.plain-back').hidden = false;
};

const paint = ({ theme, properties }) => {
  for (const element of [document.documentElement, root]) element.dataset.theme = theme;
  for (const name in properties) document.documentElement.style.setProperty(name, properties[name]);
};

if (parent !== window && origin) {
  addEventListener('message', ({ data, origin: sender, source }) => {
    if (source !== parent || sender !== origin || !data || data.corvee !== 1) return;
    if (data.kind === 'theme') {
      paint(data);
      // The loader answers with its colours: somebody is there to take the token.
      if (!heard) hand();
    } else if (data.kind === 'reset') leave();
    else if (data.kind === 'close') close();
  });
  tell('ready', { title: document.title });
}
