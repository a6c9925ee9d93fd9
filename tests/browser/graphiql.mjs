// What a person does in GraphiQL, and what must hold afterwards.
import { DESKTOP, PHONE, assert, stored } from './harness.mjs';
import { checkLayout } from './layout.mjs';

export const EDITOR = '.graphiql-query-editor .view-lines';
const RESULT = '.result-window .view-lines';

const isQuery = (request) => request.method() === 'POST' && new URL(request.url()).pathname.endsWith('/graphql');

/** Text of an editor as shown; Monaco writes spaces as no-break spaces. */
const shown = async (page, selector) => (await page.locator(selector).innerText()).replaceAll('\u00a0', ' ');

export async function answerTo(page, action, matches = () => true) {
  const waiting = page.waitForResponse((response) => {
    if (!isQuery(response.request())) return false;
    return matches(response.request().postDataJSON());
  });
  await action();
  const response = await waiting;
  return { request: response.request(), answer: await response.json() };
}

async function replace(page, selector, text) {
  await page.locator(selector).first().click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(text);
}

export const execute = (page) => page.locator('.graphiql-execute-button').click();

export async function showPanel(page, name) {
  const button = page.locator(`.graphiql-sidebar button[aria-label="Show ${name}"]`);
  if (await button.count()) await button.click();
}

export async function openPage(page, base) {
  await page.goto(base);
  await page.locator(EDITOR).waitFor({ timeout: 30_000 });
  await page.locator('.example').first().waitFor();
  // The schema has arrived when the editor's toolbar is up and the reload sign rests.
  await page.waitForFunction(() => !document.querySelector('.graphiql-spin, .graphiql-spinner'));
}

export const clickExample = (page, title) =>
  page.locator('.example').filter({ has: page.getByText(title, { exact: true }) }).click();

async function runExample(page, item) {
  if (item.query.startsWith('subscription')) return followExample(page, item);
  const { answer } = await answerTo(page, () => clickExample(page, item.title), ({ query }) => query === item.query);
  assert(!answer.errors, `errors: ${JSON.stringify(answer.errors)?.slice(0, 300)}`);
  assert(answer.data && Object.keys(answer.data).length > 0, 'there is no data');
  await page.waitForFunction((selector) => document.querySelector(selector)?.innerText.includes('"data"'), RESULT);
}

/** An example that goes on: its first result is shown, and it can be stopped. */
async function followExample(page, item) {
  await clickExample(page, item.title);
  await page.waitForFunction((selector) => document.querySelector(selector)?.innerText.includes('nextToken'), RESULT);
  const stop = page.locator('.graphiql-execute-button[aria-label^="Stop"]');
  await stop.click();
  await stop.waitFor({ state: 'detached' });
}

/** An example that needs a token is in the editor, and nothing was sent. */
async function openWithoutToken(page, item) {
  let sent = false;
  const watch = (request) => (sent ||= isQuery(request));
  page.on('request', watch);
  await clickExample(page, item.title);
  await page.locator('.notice', { hasText: `needs a token with ${item.scopes.join(', ')}` }).waitFor();
  // A long line is wrapped, so that its beginning is enough.
  const [first] = item.query.match(/^\w+ \w+/);
  await page.waitForFunction(
    ([selector, text]) => document.querySelector(selector).innerText.replaceAll('\u00a0', ' ').includes(text),
    [EDITOR, first],
  );
  page.off('request', watch);
  assert(!sent, 'it was run');
  const badges = await page.locator('.example[aria-current] .scope').allInnerTexts();
  assert(badges.join() === item.scopes.join(), `the badges are ${badges}`);
}

export async function checkGraphiql({ base, out, page: newPage, check, library }) {
  const page = await newPage();
  await check('the playground starts', async () => {
    const start = Date.now();
    await openPage(page, base);
    return `${Date.now() - start} ms`;
  });
  await check('the examples are open and the first one is in the editor', async () => {
    assert((await page.locator('.example').count()) === library.flatMap(({ items }) => items).length, 'examples are missing');
    const [first] = library[0].items;
    assert((await shown(page, EDITOR)).includes(first.query.split('\n')[0].trim()), 'the first example is not in the editor');
  });
  await check('the first example is ready to run: its variables are there, and the answer has content', async () => {
    const [{ variables }] = library[0].items;
    const { request, answer } = await answerTo(page, () => execute(page));
    const sent = request.postDataJSON().variables;
    assert(JSON.stringify(sent) === JSON.stringify(variables), `sent ${JSON.stringify(sent)}`);
    assert(!answer.errors && JSON.stringify(answer).includes('"title"'), 'the answer is empty');
  });
  for (const { group, items } of library) {
    for (const item of items) {
      await check(`example: ${group}: ${item.title}`, () => (item.scopes ? openWithoutToken : runExample)(page, item));
    }
  }
  await checkEditing(page, check);
  await checkSecrets(page, check);
  await page.context().close();
  await checkLooks({ base, out, newPage, check, library });
}

async function checkEditing(page, check) {
  await page.locator('.graphiql-tab-add').click();
  await check('prettify lays out a query', async () => {
    await replace(page, EDITOR, 'query Ugly{locales{__typename}}');
    await page.getByRole('button', { name: /prettify/i }).click();
    await page.waitForFunction((selector) => document.querySelector(selector).innerText.split('\n').length >= 5, EDITOR);
  });
  await check('completion offers the fields of the schema', async () => {
    await replace(page, EDITOR, '{ reso');
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-widget .monaco-list-row', { hasText: 'resources' }).first().waitFor();
    await page.keyboard.press('Escape');
  });
  await check('an unknown field is underlined', async () => {
    await replace(page, EDITOR, '{ noSuchField }');
    await page.locator('.squiggly-error').first().waitFor();
  });
  await check('Ctrl+Enter in the editor runs the query', async () => {
    await replace(page, EDITOR, 'query ByKeyboard { __typename }');
    const { answer } = await answerTo(page, () => page.keyboard.press('ControlOrMeta+Enter'), ({ query }) => query.includes('ByKeyboard'));
    assert(answer.data?.__typename, `no answer: ${JSON.stringify(answer).slice(0, 200)}`);
  });
  await check('the documentation explorer opens on the schema', async () => {
    await showPanel(page, 'Documentation Explorer');
    await page.locator('.graphiql-doc-explorer').getByText('Query', { exact: true }).first().click();
    await page.locator('.graphiql-doc-explorer').getByText('resources', { exact: true }).first().waitFor();
  });
  await check('the history opens and has an entry', async () => {
    await showPanel(page, 'History');
    await page.locator('.graphiql-history-item').first().waitFor();
  });
  await check('an example can be reached and run with the keyboard alone', async () => {
    await showPanel(page, 'Examples');
    await page.locator('.panel-input').focus();
    await page.keyboard.press('Tab');
    const { answer } = await answerTo(page, () => page.keyboard.press('Enter'));
    assert(answer.data, 'no answer');
  });
  await check('the filter narrows the examples', async () => {
    const before = await page.locator('.example').count();
    await page.locator('.panel-input').fill('alert');
    const after = await page.locator('.example').count();
    assert(after > 0 && after < before, `${before} before, ${after} after`);
    await page.locator('.panel-input').fill('');
  });
}

async function checkSecrets(page, check) {
  const header = `canary-header-${Date.now()}`;
  const token = `canary-token-${Date.now()}`;
  await page.locator('.graphiql-tab-add').click();
  await replace(page, EDITOR, 'query Canary { __typename }');
  await check('a typed header is sent and stored nowhere', async () => {
    await page.locator('.graphiql-editor-tools [data-name="headers"]').click();
    await replace(page, '.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines', `{"X-Canary": "${header}"}`);
    // The history takes what the tab holds, and the tab learns of the header a moment after it is typed.
    await page.waitForTimeout(800);
    const { request } = await answerTo(page, () => execute(page), ({ query }) => query.includes('Canary'));
    assert(request.headers()['x-canary'] === header, 'the header was not sent');
    await page.waitForTimeout(1200);
    assert(!(await stored(page)).includes(header), 'the header is in a storage');
    await page.locator('.graphiql-tab').first().locator('button').first().click();
    await page.waitForTimeout(1200);
    assert(!(await stored(page)).includes(header), 'the header is in a storage after a change of tab');
  });
  await check('a token is sent and stored nowhere', async () => {
    await showPanel(page, 'Access token');
    await page.locator('#token').fill(token);
    await page.getByRole('button', { name: 'Use token' }).click();
    assert((await page.locator('#token').inputValue()) === '', 'the token stays in its field');
    // Answered here: a made-up token is 401 at the server, which is not what this looks at.
    const answered = page.waitForRequest(isQuery);
    await page.route('**/graphql', (route) => route.fulfill({ json: { data: { __typename: 'Query' } } }));
    await execute(page);
    const request = await answered;
    assert(request.headers().authorization === `Bearer ${token}`, 'the token was not sent');
    await page.unroute('**/graphql');
    await page.waitForTimeout(1200);
    assert(!(await stored(page)).includes(token), 'the token is in a storage');
  });
  await check('no cookie is set', async () => assert((await page.context().cookies()).length === 0, 'there is a cookie'));
  await check('"Forget everything" clears both storages and the token', async () => {
    const before = await stored(page);
    assert(before.includes('Canary'), 'nothing was stored that could be forgotten');
    await page.evaluate(() => localStorage.setItem('left-by-somebody', '1'));
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Forget everything' }).click()]);
    await page.locator(EDITOR).waitFor();
    await page.waitForTimeout(1200);
    const after = await stored(page);
    for (const trace of ['Canary', 'left-by-somebody', header, token]) assert(!after.includes(trace), `${trace} is still stored`);
    assert((await page.locator('.graphiql-tab').count()) === 1, 'old tabs are still there');
    const { request } = await answerTo(page, () => execute(page));
    assert(!request.headers().authorization, 'the token is still sent');
  });
}

async function checkLooks({ base, out, newPage, check, library }) {
  const item = library[0].items[1] ?? library[0].items[0];
  for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    for (const colorScheme of ['light', 'dark']) {
      const name = `${device} ${viewport.width}x${viewport.height} ${colorScheme}`;
      const page = await newPage({ viewport, colorScheme });
      await check(`${name}: an example open, a result shown, nothing overlaps`, async () => {
        await openPage(page, base);
        await page.screenshot({ path: `${out}/${device}-${colorScheme}-start.png` });
        await runExample(page, item);
        await page.waitForTimeout(500);
        await page.screenshot({ path: `${out}/${device}-${colorScheme}-result.png` });
        return checkLayout(page);
      });
      await check(`${name}: colours follow the system`, async () => {
        const [, , light] = await page.evaluate(() => {
          const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
          return [red, green, (red + green + blue) / 3 > 128];
        });
        assert(light === (colorScheme === 'light'), 'they do not');
      });
      await page.context().close();
    }
  }
}
