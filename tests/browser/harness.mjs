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

  async function page(options = {}) {
    const context = await browser.newContext({ viewport: DESKTOP, colorScheme: 'light', ...options });
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
  const count = { passed: 0, failed: 0 };
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
  return { check, count };
}

export function assert(condition, message) {
  if (!condition) throw new Error(message);
}

export const none = (list, what) =>
  assert(list.length === 0, `${list.length} ${what}: ${[...new Set(list)].slice(0, 5).join('; ')}`);

/** Everything that the page has stored, as one text. */
export const stored = (page) =>
  page.evaluate(() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]));
