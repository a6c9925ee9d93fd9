// The plain page, which must do without GraphiQL.
import { DESKTOP, PHONE, assert, stored } from './harness.mjs';
import { checkLayout } from './layout.mjs';

const PANELS = { examples: 'nav', request: '.request', result: '.result' };

export async function checkPlain({ url, out, page: newPage, check, library }) {
  const page = await newPage();
  await page.goto(url);
  for (const { group, items } of library) {
    for (const item of items) {
      await check(`plain page: ${group}: ${item.title}`, async () => {
        await page.locator('#result').evaluate((node) => node.replaceChildren());
        if (item.scopes) {
          await page.getByRole('button', { name: `${item.title} needs ${item.scopes.join(', ')}`, exact: true }).click();
          await page.getByText(`needs a token with ${item.scopes.join(', ')}`).waitFor();
          assert((await page.locator('#query').inputValue()) === item.query, 'it is not open');
          assert((await page.locator('#result').textContent()) === '', 'it was run');
          return;
        }
        await page.getByRole('button', { name: item.title, exact: true }).click();
        await page.waitForFunction(() => document.querySelector('#result').textContent !== '');
        const answer = JSON.parse(await page.locator('#result').textContent());
        assert(!answer.errors && answer.data, `errors: ${JSON.stringify(answer.errors)?.slice(0, 300)}`);
      });
    }
  }
  await check('plain page: a query of one’s own runs with Ctrl+Enter, and nothing is stored', async () => {
    await page.locator('#query').fill('{ __typename }');
    await page.locator('#variables').fill('');
    await page.locator('#result').evaluate((node) => node.replaceChildren());
    await page.locator('#query').press('ControlOrMeta+Enter');
    await page.waitForFunction(() => document.querySelector('#result').textContent.includes('__typename'));
    assert((await stored(page)) === '[[],[]]', 'something is stored');
  });
  await page.context().close();
  for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    await check(`plain page: ${device}: nothing overlaps`, async () => {
      const small = await newPage({ viewport });
      await small.goto(url);
      await small.getByRole('button', { name: library[0].items[0].title, exact: true }).click();
      await small.waitForFunction(() => document.querySelector('#result').textContent.includes('"data"'));
      await small.screenshot({ path: `${out}/plain-${device}.png` });
      const detail = await checkLayout(small, PANELS);
      await small.context().close();
      return detail;
    });
  }
}
