// Nothing overlaps, nothing is cut off sideways, everything can be reached.
import { assert } from './harness.mjs';

const PANELS = {
  sidebar: '.graphiql-sidebar',
  examples: '.graphiql-plugin',
  tabs: '.graphiql-session-header',
  editor: '.graphiql-query-editor',
  tools: '.graphiql-editor-tools',
  variables: '.graphiql-editor-tool',
  result: '.graphiql-response',
};

export async function checkLayout(page, panels = PANELS) {
  await page.evaluate(() => scrollTo(0, 0));
  const boxes = [];
  for (const [name, selector] of Object.entries(panels)) {
    const box = await page.locator(selector).first().boundingBox();
    assert(box, `${name} is not there`);
    assert(box.width >= 50 && box.height >= 30, `${name} is only ${box.width} by ${box.height}`);
    boxes.push({ name, ...box });
  }
  for (const [index, a] of boxes.entries()) {
    for (const b of boxes.slice(index + 1)) {
      const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
      const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
      assert(across <= 1 || down <= 1, `${a.name} and ${b.name} overlap by ${across} by ${down}`);
    }
  }
  const view = page.viewportSize();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert(width <= view.width, `the page is ${width} wide in a view of ${view.width}`);
  for (const { name, x, width: own } of boxes) assert(x >= -1 && x + own <= view.width + 1, `${name} is cut off sideways`);
  for (const [name, selector] of Object.entries(panels)) {
    const element = page.locator(selector).first();
    await element.scrollIntoViewIfNeeded();
    const isInView = await element.evaluate((node) => {
      const box = node.getBoundingClientRect();
      const y = Math.max(box.top, 0) + (Math.min(box.bottom, innerHeight) - Math.max(box.top, 0)) / 2;
      const hit = document.elementFromPoint(box.left + box.width / 2, y);
      return node.contains(hit);
    });
    assert(isInView, `${name} cannot be reached or is covered`);
  }
  return `${boxes.length} panels`;
}
