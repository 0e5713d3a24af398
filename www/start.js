// Starts the widget. Until its code has come a press on the closed widget is kept for it; when it does not come, the same
// press leads to the challenge without script, and a line says so; so does the page's own call. Knows no challenge.
import init, { start } from 'glue';

const SLOW_MS = 4000;
const form = document.getElementById('corvee');
const { origin } = JSON.parse(form.dataset.settings);
const tell = (kind, details) => {
  if (parent !== window && origin) parent.postMessage({ corvee: 1, kind, ...details }, origin);
};
// The loader need not take the browser's page about an error for ours.
tell('here');
const offer = document.querySelector('.unscripted');
let failed = false;

const keep = (event) => {
  if (failed) return;
  event.preventDefault();
  form.dataset.chosen = event.submitter.value;
  event.submitter.classList.add('is-busy');
};
const show = () => {
  offer.hidden = false;
  // Without WebAssembly nothing is loading.
  offer.firstElementChild.hidden = !window.WebAssembly;
};
// The page need not wait for a widget that does not come: its calls lead to the challenge without script too.
const stand = () => {
  if (parent === window || !origin) return;
  addEventListener('message', ({ data, origin: sender, source }) => {
    if (source === parent && sender === origin && data && data.corvee === 1 && data.kind === 'execute') form.submit();
  });
  tell('ready', { title: document.title });
};
form.addEventListener('submit', keep);
const slow = setTimeout(show, SLOW_MS);

init({ module_or_path: new URL('wasm', import.meta.url) })
  .then(() => {
    start();
    offer.hidden = true;
    form.removeEventListener('submit', keep);
  })
  .catch((error) => {
    failed = true;
    show();
    console.error('corvee: the widget does not start', error);
    const { chosen } = form.dataset;
    if (chosen) form.requestSubmit(form.querySelector(`[name=wish][value=${chosen}]`));
    else stand();
  })
  .finally(() => clearTimeout(slow));
