// better-auth as a client of reCAPTCHA: urlencoded POST; the page's host name must be an allowed one.
import { signUp } from './better-auth.mjs';

export { EXPECTED, PACKAGE } from './better-auth.mjs';

export const verifier = (site) =>
  signUp({
    provider: 'google-recaptcha',
    secretKey: site.secret,
    siteVerifyURLOverride: `${site.collector}/recaptcha/api/siteverify`,
    allowedHostnames: [site.hostname],
  });
