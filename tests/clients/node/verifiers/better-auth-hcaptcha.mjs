// better-auth as a client of hCaptcha: urlencoded POST with the site key beside the secret.
import { signUp } from './better-auth.mjs';

export { EXPECTED, PACKAGE } from './better-auth.mjs';

export const verifier = (site) =>
  signUp({
    provider: 'hcaptcha',
    secretKey: site.secret,
    siteKey: site.sitekey,
    siteVerifyURLOverride: `${site.collector}/siteverify`,
  });
