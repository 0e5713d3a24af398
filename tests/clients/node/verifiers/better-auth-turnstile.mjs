// better-auth as a client of Turnstile: JSON; host name and action must be those of the page.
import { signUp } from './better-auth.mjs';

export { EXPECTED, PACKAGE } from './better-auth.mjs';

export const verifier = (site) =>
  signUp({
    provider: 'cloudflare-turnstile',
    secretKey: site.secret,
    siteVerifyURLOverride: `${site.collector}/turnstile/v0/siteverify`,
    allowedHostnames: [site.hostname],
    expectedAction: site.action,
  });
