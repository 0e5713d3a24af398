// better-auth's captcha plugin in front of a sign-up: what becomes of the whole request. Knows no dialect.
import { betterAuth } from 'better-auth';
import { captcha } from 'better-auth/plugins';

export const PACKAGE = 'better-auth';

const refused = { status: 403, code: 'VERIFICATION_FAILED' };

export const EXPECTED = {
  success: { status: 200 },
  duplicate: refused,
  'wrong token': refused,
  'missing response': { status: 400, code: 'MISSING_RESPONSE' },
  'wrong secret': refused,
};

let visitors = 0;

/** A function from a token to the status, and the code of a refusal, that a sign-up with this token ends with. */
export function signUp(options) {
  const auth = betterAuth({
    baseURL: 'http://localhost:3000',
    secret: 'a secret of this test and of nothing else',
    emailAndPassword: { enabled: true },
    logger: { disabled: true },
    plugins: [captcha(options)],
  });
  return async (token) => {
    visitors += 1;
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.7' };
    if (token) headers['x-captcha-response'] = token;
    const body = JSON.stringify({ name: 'Ada', email: `ada${visitors}@example.org`, password: 'correct horse battery' });
    const reply = await auth.handler(new Request('http://localhost:3000/api/auth/sign-up/email', { method: 'POST', headers, body }));
    if (reply.status === 200) return { status: 200 };
    return { status: reply.status, code: (await reply.json()).code };
  };
}
