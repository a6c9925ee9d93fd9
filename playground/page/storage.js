// What GraphiQL may remember. Layout and theme outlive the tab (localStorage); documents and variables end with it
// (sessionStorage); request headers are never written: GraphiQL's history would store them in spite of its setting.
const PREFIX = 'playground:';
const LASTING = new Set(['theme', 'visiblePlugin', 'docExplorerFlex', 'editorFlex', 'secondaryEditorFlex']);
const WITH_HEADERS = new Set(['queries', 'favorites', 'tabState']);
const NEVER = new Set(['headers', 'shouldPersistHeaders']);
const DEFAULTS = { docExplorerFlex: '0.32', secondaryEditorFlex: '2.6' };

let isForgotten = false;

const short = (key) => key.replace(/^graphiql:/, '');
const area = (name) => (LASTING.has(name) ? localStorage : sessionStorage);
const withoutHeaders = (json) => JSON.stringify(JSON.parse(json), (key, value) => (key === 'headers' ? null : value));

export const storage = {
  getItem(key) {
    const name = short(key);
    return area(name).getItem(PREFIX + name) ?? DEFAULTS[name] ?? null;
  },
  setItem(key, value) {
    const name = short(key);
    if (isForgotten || NEVER.has(name)) return;
    area(name).setItem(PREFIX + name, WITH_HEADERS.has(name) ? withoutHeaders(value) : value);
  },
  removeItem(key) {
    const name = short(key);
    area(name).removeItem(PREFIX + name);
  },
  clear() {
    localStorage.clear();
    sessionStorage.clear();
  },
  get length() {
    return localStorage.length + sessionStorage.length;
  },
};

/** Clears both storages, lets no late write through, and starts afresh: the token in memory goes with the page. */
export function forgetEverything() {
  isForgotten = true;
  storage.clear();
  location.reload();
}
