// cf-turnstile: urlencoded POST; any error code is a failure; host name, action and custom data must be the page's.
import turnstile from 'cf-turnstile';

export const PACKAGE = 'cf-turnstile';

const refused = (error) => ({ success: false, errors: [error] });

export const EXPECTED = {
  success: { success: true, errors: [] },
  duplicate: refused('timeout-or-duplicate'),
  'wrong token': refused('invalid-input-response'),
  'missing response': 'token is required and must be a string',
  'wrong secret': refused('invalid-input-secret'),
};

export function verifier(site) {
  const apiUrl = `${site.collector}/turnstile/v0/siteverify`;
  const { secret, hostname, action, cdata } = site;
  const verify = turnstile(secret, { apiUrl, hostname, action, cdata });
  return async (token) => {
    try {
      const { success, errors, timestamp } = await verify(token);
      if (success && Number.isNaN(timestamp.getTime())) return 'the time of the challenge cannot be read';
      return { success, errors };
    } catch (error) {
      return error.message;
    }
  };
}
