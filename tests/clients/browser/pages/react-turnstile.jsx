// react-turnstile: loads no script where there is a `turnstile`; resets by the object its callbacks are given.
import { Turnstile } from 'react-turnstile';
import { hear } from './client.js';
import { offerReact } from './react.jsx';

let bound;
const load = (_, turnstile) => (bound = turnstile);
offerReact(
  <Turnstile sitekey={window.site.sitekey} action="login" cData="visit-7" onLoad={load} onVerify={(token) => hear(token)} />,
  () => bound.reset(),
);
