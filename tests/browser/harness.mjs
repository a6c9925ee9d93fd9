// A browser that can reach one origin only, with a record of everything that it did and of what went wrong.
import { chromium } from 'playwright-core';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const given = (name) => {
  const [id, secret] = [process.env[`SOLIDARITY_${name}_ID`], process.env[`SOLIDARITY_${name}_SECRET`]];
  return id && secret ? { id, secret } : null;
};

/** A client with all scopes, and one that reviews what the other wrote; null where their credentials are not set. */
export const publisher = given('CLIENT');
export const reviewer = given('REVIEWER');

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

export async function launch(base) {
  const origin = new URL(base).origin;
  const host = new URL(base).hostname;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // The network is cut below the page as well: no other name resolves.
    args: [...ARGS, `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${host}`],
  });
  const record = { offOrigin: [], console: [], violations: [], badStatus: [], requests: 0 };

  /** Does what is refused on purpose: complaints of the network meanwhile are not counted. */
  record.expecting = async (page, action) => {
    const [messages, answers] = [record.console.length, record.badStatus.length];
    await action();
    await page.waitForTimeout(300);
    record.badStatus.length = answers;
    record.console.push(...record.console.splice(messages).filter((text) => !text.includes('Failed to load resource')));
  };

  async function page(options = {}) {
    const context = await browser.newContext({ viewport: DESKTOP, colorScheme: 'light', ...options });
    context.setDefaultTimeout(15_000);
    await context.route(
      (url) => url.origin !== origin && url.protocol.startsWith('http'),
      (route) => route.abort(),
    );
    context.on('request', (request) => {
      const url = new URL(request.url());
      record.requests += 1;
      if (url.origin !== origin && url.protocol.startsWith('http')) record.offOrigin.push(request.url());
    });
    context.on('response', (response) => {
      if (response.status() >= 400) record.badStatus.push(`${response.status()} ${response.url()}`);
    });
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) record.console.push(`${message.type()}: ${message.text()}`);
    });
    context.on('weberror', (error) => record.console.push(`exception: ${error.error()}`));
    await context.exposeFunction('recordViolation', (text) => record.violations.push(text));
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        window.recordViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
      });
    });
    return context.newPage();
  }
  return { browser, page, record };
}

/** Runs named checks one after the other, prints a line for each, counts. */
export function checks() {
  const count = { passed: 0, failed: 0, skipped: 0 };
  async function check(name, body) {
    try {
      const detail = await body();
      count.passed += 1;
      console.log(`ok    ${name}${detail ? ` (${detail})` : ''}`);
    } catch (error) {
      count.failed += 1;
      console.log(`FAIL  ${name}: ${String(error.message ?? error).split('\n').slice(0, 4).join(' | ')}`);
    }
  }
  /** Leaves something out, with the reason; under CI, where nothing may be left out, that is a failure. */
  async function skip(name, reason) {
    if (process.env.CI === 'true') return check(name, () => assert(false, reason));
    count.skipped += 1;
    console.log(`skip  ${name}: ${reason}`);
  }
  return { check, skip, count };
}

export function assert(condition, message) {
  if (!condition) throw new Error(message);
}

export const none = (list, what) =>
  assert(list.length === 0, `${list.length} ${what}: ${[...new Set(list)].slice(0, 5).join('; ')}`);

/** Everything that the page has stored, as one text. */
export const stored = (page) =>
  page.evaluate(() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]));
