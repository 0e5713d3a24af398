// vue-turnstile: gives the token by its model; resets the widget drawn last.
import VueTurnstile from 'vue-turnstile';
import { hear } from './client.js';
import { offerVue } from './vue.js';

const properties = {
  siteKey: window.site.sitekey,
  action: 'login',
  modelValue: '',
  'onUpdate:modelValue': (token) => token && hear(token),
};
offerVue(VueTurnstile, properties, (captcha) => captcha.reset());
