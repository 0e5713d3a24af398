// What a page offers to the test: `window.client` with `tokens` (what the component's own callback was given, in order), mount,
// unmount, reset. Knows no component.

/** Where the component is put. */
export const place = document.getElementById('place');

/** Takes what the component's callback was given. */
export const hear = (token) => window.client.tokens.push(token);

/** Hands the page to the test, and puts the component on it. */
export function offer({ mount, unmount, reset }) {
  window.client = { tokens: [], mount, unmount, reset };
  mount();
}
