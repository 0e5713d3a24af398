// @marsidev/react-turnstile: finds the script by the id of its element.
import { createRef } from 'react';
import { Turnstile } from '@marsidev/react-turnstile';
import { hear } from './client.js';
import { offerReact } from './react.jsx';

const captcha = createRef();
const options = { action: 'login', cData: 'visit-7' };
offerReact(
  <Turnstile ref={captcha} injectScript={false} siteKey={window.site.sitekey} options={options} onSuccess={hear} />,
  () => captcha.current.reset(),
);
