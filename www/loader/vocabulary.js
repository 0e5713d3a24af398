// What things are called and how large they are, by dialect. Knows no page.
// By dialect: the class of its places, the theme of who asks for none, the global it is spoken through.
export const DIALECTS = {
  corvee: ['corvee', 'auto', 'corvee'],
  recaptcha: ['g-recaptcha', 'light', 'grecaptcha'],
  hcaptcha: ['h-captcha', 'light', 'hcaptcha'],
  turnstile: ['cf-turnstile', 'auto', 'turnstile'],
};
export const CLOSED = { normal: ['304px', '78px'], compact: ['164px', '144px'], flexible: ['100%', '78px'], invisible: [] };
export const THEMES = ['light', 'dark', 'auto', 'contrast'];
export const PROPERTIES = ['paper', 'ink', 'soft', 'rule', 'edge', 'green', 'amber', 'font', 'radius'];
export const MARGIN = 8;
export const SHEET_BELOW = 480;
export const SILENCE_MS = 20000;
export const ABSENCE_MS = 3000;
export const RETRY_MS = 8000;
// What our codes are called by those whose contract has names of its own; what is not named here is a failed challenge.
export const HCAPTCHA = {
  'too-many': 'rate-limited', offline: 'network-error', unavailable: 'network-error', 'frame-failed': 'network-error',
  'unknown-sitekey': 'invalid-data', 'hostname-refused': 'invalid-data',
};
export const TURNSTILE = {
  'unknown-sitekey': '110100', 'hostname-refused': '110200', outdated: '110620', 'frame-failed': '200500',
  'nothing-to-ask': '400070',
};
