// recaptcha2: urlencoded POST; resolves, or rejects with the codes, which it can put into words.
import Recaptcha2 from 'recaptcha2';

export const PACKAGE = 'recaptcha2';

export const EXPECTED = {
  success: true,
  // It has no words for this one and gives the code.
  duplicate: ['timeout-or-duplicate'],
  'wrong token': ['The response parameter is invalid or malformed.'],
  'missing response': ['The response parameter is missing.'],
  'wrong secret': ['The secret parameter is invalid or malformed.'],
};

export function verifier(site) {
  const recaptcha = new Recaptcha2({ siteKey: site.sitekey, secretKey: site.secret });
  recaptcha.apiEndpoint = `${site.collector}/recaptcha/api/siteverify`;
  return (token) => recaptcha.validate(token).catch((codes) => recaptcha.translateErrors(codes));
}
