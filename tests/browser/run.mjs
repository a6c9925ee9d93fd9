// node run.mjs URL OUT_DIR [--plain]
//
// Drives a real Chromium (CHROMIUM, or /usr/bin/chromium) against a running server: every example of the library in
// the playground and on the plain page, editing, secrets, tokens, layout, screenshots into OUT_DIR; then that no request
// left the origin, no policy was violated, and nothing complained. --plain: the server was built without GraphiQL. Tokens
// need the credentials of two clients: SOLIDARITY_CLIENT_ID and _SECRET with all scopes, SOLIDARITY_REVIEWER_ID and
// _SECRET with content:review; without them that part is skipped, and fails where CI=true.
// Before the first run: npm ci --ignore-scripts
import { mkdirSync } from 'node:fs';
import { assert, checks, launch, none } from './harness.mjs';
import { checkGraphiql } from './graphiql.mjs';
import { checkPlain } from './plain.mjs';
import { checkPlainToken, checkToken } from './token.mjs';

const [url, out] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const isPlain = process.argv.includes('--plain');
if (!url || !out) {
  console.error('usage: node run.mjs URL OUT_DIR [--plain]');
  process.exit(2);
}
const base = url.endsWith('/') ? url : `${url}/`;
mkdirSync(out, { recursive: true });

const { check, skip, count } = checks();
const { browser, page, record } = await launch(base);
try {
  const library = await (await fetch(new URL('playground/examples.json', base))).json();
  const home = await fetch(base);
  const html = await home.text();

  await check('the page has a strict policy and safe headers', () => {
    const policy = home.headers.get('content-security-policy') ?? '';
    for (const part of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "require-trusted-types-for 'script'"]) {
      assert(policy.includes(part), `the policy lacks ${part}`);
    }
    assert(!/script-src[^;]*(unsafe|data:|blob:|http)/.test(policy), 'the policy lets other scripts in');
    assert(home.headers.get('x-content-type-options') === 'nosniff', 'nosniff is missing');
    assert(home.headers.get('referrer-policy') === 'no-referrer', 'the referrer policy is missing');
    assert(!home.headers.get('set-cookie'), 'a cookie is set');
  });
  await check('the page refers to no other origin', () => none(html.match(/(?:src|href)="(?:https?:)?\/\/[^"]*/g) ?? [], 'links'));
  await check(isPlain ? 'GraphiQL is not in this build' : 'GraphiQL is in this build', () =>
    assert(html.includes('id="graphiql"') !== isPlain, 'it is the other way round'),
  );

  const means = { base, url: isPlain ? base : new URL('plain', base).href, out, page, check, skip, library, record };
  if (!isPlain) {
    await checkGraphiql(means);
    await checkToken(means);
  }
  await checkPlain(means);
  await checkPlainToken(means);

  await check('no request left the origin', () => {
    none(record.offOrigin, 'requests');
    return `${record.requests} requests`;
  });
  await check('no violation of the content security policy', () => none(record.violations, 'violations'));
  await check('no error and no warning in the console', () => none(record.console, 'messages'));
  await check('no answer of 400 or more', () => none(record.badStatus, 'answers'));
} finally {
  await browser.close();
}
console.log(`${count.passed} passed, ${count.failed} failed${count.skipped ? `, ${count.skipped} skipped` : ''}`);
process.exit(count.failed === 0 ? 0 : 1);
