// reaptcha: its own container has the class that is drawn implicitly, without a site key.
import { createRef } from 'react';
import Reaptcha from 'reaptcha';
import { hear } from './client.js';
import { offerReact } from './react.jsx';

const captcha = createRef();
offerReact(<Reaptcha ref={captcha} inject={false} sitekey={window.site.sitekey} onVerify={hear} />, () => captcha.current.reset());
