// Runs named checks one after the other, prints a line for each, counts.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The next folder upward that holds schema.graphql: the root of the repository, or of what was copied of it. */
function root() {
  let folder = new URL('../', import.meta.url);
  while (!existsSync(new URL('schema.graphql', folder))) {
    assert(folder.pathname !== '/', 'there is no schema.graphql above this folder');
    folder = new URL('../', folder);
  }
  return folder;
}

/** A path given from the root. */
export const fromRoot = (path) => fileURLToPath(new URL(path, root()));

/** An empty folder for generated files, inside this one so that packages resolve; git ignores it. */
export function scratch(name) {
  const path = fileURLToPath(new URL(`generated/${name}/`, import.meta.url));
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  return path;
}

export function assert(condition, message) {
  if (!condition) throw new Error(message);
}

/** Fails with the first few of a list's entries unless it is empty. */
export function none(list, what) {
  assert(list.length === 0, `${list.length} ${what}: ${list.slice(0, 5).join(' | ')}`);
}

export function checks() {
  const count = { passed: 0, failed: 0, skipped: 0 };
  async function check(name, body) {
    try {
      const detail = await body();
      count.passed += 1;
      console.log(`ok    ${name}${detail ? ` (${detail})` : ''}`);
    } catch (error) {
      count.failed += 1;
      console.log(`FAIL  ${name}: ${String(error.message ?? error).trim().split('\n').slice(0, 12).join('\n      ')}`);
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
