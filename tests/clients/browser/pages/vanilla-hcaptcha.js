// @hcaptcha/vanilla-hcaptcha: the web component `h-captcha`; loads the script itself, asks for token and key.
import '@hcaptcha/vanilla-hcaptcha';
import { hear, offer, place } from './client.js';

const { collector, sitekey } = window.site;
let element;
offer({
  mount() {
    element = document.createElement('h-captcha');
    element.setAttribute('site-key', sitekey);
    element.setAttribute('jsapi', `${collector}/1/api.js`);
    element.setAttribute('sentry', 'false');
    element.addEventListener('verified', (event) => hear(event.token));
    place.append(element);
  },
  unmount: () => element.remove(),
  reset: () => element.reset(),
});
