// @hcaptcha/vue3-hcaptcha: loads the script itself, asks for token and key.
import VueHcaptcha from '@hcaptcha/vue3-hcaptcha';
import { hear } from './client.js';
import { offerVue } from './vue.js';

const { collector, sitekey } = window.site;
const properties = { sitekey, apiEndpoint: `${collector}/1/api.js`, sentry: false, onVerify: hear };
offerVue(VueHcaptcha, properties, (captcha) => captcha.reset());
