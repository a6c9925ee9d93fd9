// A person gets a token in the page with a client's credentials and works with it. Neither secret nor token may be
// anywhere but in the page's memory and in the requests that need them.
import { DESKTOP, PHONE, assert, publisher, reviewer, stored } from './harness.mjs';
import { EDITOR, answerTo, clickExample, execute, openPage, showPanel } from './graphiql.mjs';

const NOTICE = '.notice';
const isTokenRequest = (request) => new URL(request.url()).pathname.endsWith('/oauth/token');

async function getToken(page, { id, secret }, scope = '') {
  await showPanel(page, 'Access token');
  await page.getByLabel('Client id').fill(id);
  await page.getByLabel('Client secret').fill(secret);
  await page.getByLabel('Scopes (optional)').fill(scope);
  const answered = page.waitForResponse((response) => isTokenRequest(response.request()));
  await page.getByRole('button', { name: 'Get token' }).click();
  const response = await answered;
  assert((await page.getByLabel('Client secret').inputValue()) === '', 'the secret stays in its field');
  return { request: response.request(), answer: await response.json() };
}

/** Every place where a page can keep something. */
const kept = async (page) =>
  (await stored(page)) +
  (await page.evaluate(async () =>
    JSON.stringify([
      location.href,
      history.state,
      document.cookie,
      document.documentElement.outerHTML,
      [...document.querySelectorAll('input, textarea')].map(({ value }) => value),
      performance.getEntriesByType('resource').map(({ name }) => name),
      (await indexedDB.databases()).map(({ name }) => name),
      await caches.keys(),
    ]),
  ));

async function isNowhere(page, secrets) {
  await page.waitForTimeout(1200);
  const text = await kept(page);
  for (const [name, secret] of Object.entries(secrets)) assert(!text.includes(secret), `the ${name} is kept`);
}

/** Clicks an example and runs it if the page did not. */
async function runWithToken(page, item) {
  await showPanel(page, 'Examples');
  const isMine = ({ query }) => query === item.query;
  const { answer } = await answerTo(
    page,
    async () => {
      await clickExample(page, item.title);
      if (/^mutation/.test(item.query)) {
        await page.locator(NOTICE, { hasText: 'changes what is stored' }).waitFor();
        await execute(page);
      }
    },
    isMine,
  );
  assert(!answer.errors && answer.data, `errors: ${JSON.stringify(answer.errors)?.slice(0, 300)}`);
  const refusals = Object.values(answer.data).flatMap((payload) => payload?.userErrors ?? []);
  assert(refusals.length === 0, JSON.stringify(refusals));
  return answer;
}

export async function checkToken({ base, out, page: newPage, check, skip, library, record }) {
  if (!publisher || !reviewer) {
    return skip('the token helper', 'SOLIDARITY_CLIENT_ID, _SECRET and SOLIDARITY_REVIEWER_ID, _SECRET are not set');
  }
  const page = await newPage();
  await openPage(page, base);
  const items = library.flatMap((group) => group.items);
  const titled = (title) => items.find((item) => item.title === title);
  let secrets = { secret: publisher.secret };

  await check('token: a wrong secret is refused in words, and its field is emptied', () =>
    record.expecting(page, async () => {
      const { answer } = await getToken(page, { ...publisher, secret: 'sldrt_secret_wrong' });
      assert(answer.error === 'invalid_client', JSON.stringify(answer));
      await page.getByRole('alert').filter({ hasText: 'There is no enabled client' }).waitFor();
    }),
  );
  await check('token: the secret goes once, in the body, without cookie or referrer', async () => {
    const { request, answer } = await getToken(page, publisher, 'content:read-drafts');
    secrets = { ...secrets, token: answer.access_token };
    const headers = await request.allHeaders();
    assert(request.method() === 'POST' && !request.url().includes('?'), request.url());
    assert(!headers.cookie && !headers.referer && !headers.authorization, JSON.stringify(Object.keys(headers)));
    await page.getByText('A token is in use.').waitFor();
    assert(/^(10:00|9:5\d)$/.test(await page.getByRole('timer').innerText()), await page.getByRole('timer').innerText());
    assert((await page.getByLabel('Scopes of the token').innerText()) === 'content:read-drafts', 'the scopes are not shown');
  });
  await check('token: the countdown runs', async () => {
    const before = await page.getByRole('timer').innerText();
    await page.waitForFunction((text) => document.querySelector('[role=timer]').innerText !== text, before);
  });
  await check('token: a query that needs it runs at once', async () => {
    const { data } = await runWithToken(page, titled('My unpublished items'));
    assert(data.resources.totalCount >= 0, JSON.stringify(data));
  });
  const draft = titled('A draft of a resource');
  await check('token: a mutation that it does not allow is opened with the reason, and refused when it is run', () =>
    record.expecting(page, async () => {
      await showPanel(page, 'Examples');
      await clickExample(page, draft.title);
      await page.locator(NOTICE, { hasText: 'lacks resources:write' }).waitFor();
      const { answer } = await answerTo(page, () => execute(page), ({ query }) => query === draft.query);
      assert(answer.errors?.[0].extensions.code === 'INSUFFICIENT_SCOPE', JSON.stringify(answer).slice(0, 300));
    }),
  );
  let whose;
  for (const item of items.filter(({ scopes }) => scopes)) {
    await check(`token: example: ${item.title}`, async () => {
      const client = item.scopes.includes('content:review') ? reviewer : publisher;
      if (client !== whose) {
        const { answer } = await getToken(page, client);
        secrets = { ...secrets, [`token ${Object.keys(secrets).length}`]: answer.access_token };
        whose = client;
      }
      const { data } = await runWithToken(page, item);
      for (const payload of Object.values(data)) {
        if (payload?.clientSecret) secrets = { ...secrets, [`secret of ${item.title}`]: payload.clientSecret };
      }
    });
  }
  await check('token: the run had tokens and secrets to look for', () => assert(Object.keys(secrets).length >= 6, Object.keys(secrets).join()));
  await check('token: no secret and no token is in a storage, an address, the history or the page', () => isNowhere(page, secrets));
  await checkEnd(page, check, draft);
  await page.context().close();
  await checkPanelLooks({ base, out, newPage, check, secrets });
}

/** A token ends when it is dropped, when its time is up, and with the page. */
async function checkEnd(page, check, draft) {
  const sent = async () => {
    const { request } = await answerTo(page, () => execute(page));
    return request.headers().authorization;
  };
  const runPlainly = async () => {
    await showPanel(page, 'Examples');
    await clickExample(page, 'Languages');
    return sent();
  };
  await check('token: dropped, it is not sent any more, and examples say that they need one', async () => {
    assert(await runPlainly(), 'there is no token that could be dropped');
    await showPanel(page, 'Access token');
    await page.getByRole('button', { name: 'Drop token' }).click();
    await page.getByText('No token: requests are anonymous.').waitFor();
    assert(!(await runPlainly()), 'it is still sent');
    await clickExample(page, draft.title);
    await page.locator(NOTICE, { hasText: 'needs a token with resources:write' }).waitFor();
    await page.locator(NOTICE).getByRole('button', { name: 'Get a token' }).click();
    await page.getByLabel('Client id').waitFor();
  });
  await check('token: when its time is up, it is dropped and that is said', async () => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const short = `${part({})}.${part({ exp: Date.now() / 1000 + 2, scope: 'resources:write' })}.x`;
    await page.getByLabel('Token', { exact: true }).fill(short);
    await page.getByLabel('Token', { exact: true }).press('Enter');
    await page.getByRole('timer').waitFor();
    await page.getByText('The token has ended.').waitFor({ timeout: 5000 });
    assert(!(await runPlainly()), 'it is still sent');
  });
}

/** Screenshots of the panel, before and with a token, and that it can be used with the keyboard alone. */
async function checkPanelLooks({ base, out, newPage, check, secrets }) {
  for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    for (const colorScheme of ['light', 'dark']) {
      await check(`token: ${device} ${colorScheme}: the panel fits, and the keyboard is enough`, async () => {
        const page = await newPage({ viewport, colorScheme });
        await openPage(page, base);
        await showPanel(page, 'Access token');
        await page.screenshot({ path: `${out}/token-${device}-${colorScheme}-empty.png` });
        await page.getByLabel('Client id').focus();
        await page.keyboard.insertText(publisher.id);
        await page.keyboard.press('Tab');
        await page.keyboard.insertText(publisher.secret);
        await page.keyboard.press('Enter');
        await page.getByText('A token is in use.').waitFor();
        await page.getByText('A token is in use.').scrollIntoViewIfNeeded();
        await page.screenshot({ path: `${out}/token-${device}-${colorScheme}.png` });
        const panel = page.getByRole('region', { name: 'Access token' });
        const [inner, outer] = await panel.evaluate((node) => [node.scrollWidth, node.clientWidth]);
        assert(inner <= outer, `it is ${inner} wide in ${outer}`);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert(width <= viewport.width, `the page is ${width} wide`);
        await showPanel(page, 'Examples');
        await clickExample(page, 'A draft of a resource');
        await page.locator(NOTICE).waitFor();
        await page.screenshot({ path: `${out}/notice-${device}-${colorScheme}.png` });
        await isNowhere(page, secrets);
        await page.context().close();
      });
    }
  }
}

/** The same in simple form on the plain page. */
export async function checkPlainToken({ url, out, page: newPage, check, skip, library, record }) {
  if (!publisher) return skip('plain page: the token helper', 'SOLIDARITY_CLIENT_ID and SOLIDARITY_CLIENT_SECRET are not set');
  const draft = library.flatMap(({ items }) => items).find(({ title }) => title === 'A draft of a resource');
  const query = library.flatMap(({ items }) => items).find(({ title }) => title === 'My unpublished items');
  const example = (page, { title }) => page.locator('.example').filter({ hasText: title }).first();
  const answer = async (page, action) => {
    await page.locator('#result').evaluate((node) => node.replaceChildren());
    await action();
    await page.waitForFunction(() => document.querySelector('#result').textContent !== '');
    return JSON.parse(await page.locator('#result').textContent());
  };
  for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    const page = await newPage({ viewport });
    await page.goto(url);
    await check(`plain page: ${device}: a token is got, used and dropped, and nothing is kept`, () =>
      record.expecting(page, async () => {
        await page.getByText('Access token: none').click();
        await page.getByLabel('Client id').fill(publisher.id);
        await page.getByLabel('Client secret').fill('sldrt_secret_wrong');
        await page.getByRole('button', { name: 'Get token' }).click();
        await page.getByRole('alert').filter({ hasText: 'There is no enabled client' }).waitFor();
        await page.getByLabel('Client secret').fill(publisher.secret);
        const answered = page.waitForResponse((response) => isTokenRequest(response.request()) && response.ok());
        await page.getByLabel('Client secret').press('Enter');
        const { access_token: token } = await (await answered).json();
        await page.getByText(/in use, ends in (10:00|9:5\d)/).waitFor();
        await page.screenshot({ path: `${out}/plain-token-${device}.png`, fullPage: true });
        const list = await answer(page, () => example(page, query).click());
        assert(!list.errors && list.data.resources, JSON.stringify(list).slice(0, 300));
        await example(page, draft).click();
        await page.getByText('changes what is stored').waitFor();
        const made = await answer(page, () => page.getByRole('button', { name: 'Run', exact: true }).click());
        assert(made.data.resourceCreate.resource.status === 'DRAFT', JSON.stringify(made).slice(0, 300));
        await isNowhere(page, { secret: publisher.secret, token });
        await page.getByRole('button', { name: 'Drop token' }).click();
        const refused = await answer(page, () => page.getByRole('button', { name: 'Run', exact: true }).click());
        assert(refused.errors?.[0].extensions.code === 'UNAUTHENTICATED', JSON.stringify(refused).slice(0, 300));
      }),
    );
    await page.context().close();
  }
}
