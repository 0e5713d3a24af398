// google-recaptcha: urlencoded POST; HTTP 200 or it is an error.
import GoogleRecaptcha from 'google-recaptcha';

export const PACKAGE = 'google-recaptcha';

export const EXPECTED = {
  success: 'verified',
  duplicate: 'Failed to verify: timeout-or-duplicate',
  'wrong token': 'Failed to verify: invalid-input-response',
  'missing response': 'Missing response object.',
  'wrong secret': 'Failed to verify: invalid-input-secret',
};

export function verifier(site) {
  const recaptcha = new GoogleRecaptcha({ secret: site.secret, apiUrl: `${site.collector}/recaptcha/api/siteverify` });
  return (token) =>
    new Promise((resolve) => {
      recaptcha.verify({ response: token, remoteIp: '192.0.2.7' }, (error) => resolve(error ? error.message : 'verified'));
    });
}
