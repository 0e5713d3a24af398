// @hcaptcha/react-hcaptcha: loads the script itself, across origins.
import { createRef } from 'react';
import HCaptcha from '@hcaptcha/react-hcaptcha';
import { hear } from './client.js';
import { offerReact } from './react.jsx';

const { collector, sitekey } = window.site;
const captcha = createRef();
offerReact(
  <HCaptcha ref={captcha} sitekey={sitekey} scriptSource={`${collector}/1/api.js`} sentry={false} onVerify={hear} />,
  () => captcha.current.resetCaptcha(),
);
