// react-google-recaptcha: draws into an element that is not yet on the page; loads no script where there is a `grecaptcha`.
import { createRef } from 'react';
import ReCAPTCHA from 'react-google-recaptcha';
import { hear } from './client.js';
import { offerReact } from './react.jsx';

const captcha = createRef();
offerReact(<ReCAPTCHA ref={captcha} sitekey={window.site.sitekey} onChange={hear} />, () => captcha.current.reset());
