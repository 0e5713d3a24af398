// Puts one npm package's own verdicts beside those its documentation promises: `node run.mjs NAME < site.json`.
// NAME is a module of verifiers/. site.json: collector, hostname, sitekey, secret, wrong_secret, tokens (two, fresh).
// Prints one JSON object. Knows no collector but by its address.
import { readFileSync } from 'node:fs';

// Of the shape that tokens have, and none.
const WRONG_TOKEN = 'A'.repeat(43);

const { tokens: [first, second], ...site } = JSON.parse(readFileSync(0, 'utf8'));
const { PACKAGE, EXPECTED, verifier } = await import(`./verifiers/${process.argv[2]}.mjs`);
const { version } = JSON.parse(readFileSync(new URL(`node_modules/${PACKAGE}/package.json`, import.meta.url), 'utf8'));

const wronglySet = await verifier({ ...site, secret: site.wrong_secret });
const verify = await verifier(site);
const asked = [
  // The wrong secret comes first: it must not use the token up.
  ['wrong secret', wronglySet, second],
  ['success', verify, first],
  ['duplicate', verify, first],
  ['wrong token', verify, WRONG_TOKEN],
  ['missing response', verify, undefined],
  ['success after a wrong secret', verify, second],
];
const expected = { 'success after a wrong secret': EXPECTED.success, ...EXPECTED };
const checks = [];
for (const [what, ask, token] of asked) checks.push({ case: what, expected: expected[what], got: await ask(token) });
console.log(JSON.stringify({ client: PACKAGE, version, checks }));
// Some packages keep their connections.
process.exit(0);
