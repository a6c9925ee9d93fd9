// What both pages do with the example library: which examples need a token, which are only opened, and what takes the
// place of the placeholders in their variables. Must not send anything.
//
// Placeholders are whole values: `<now>` and `<in 7 days>` are times; `<id of the resource>` and `<version of the
// resource>` are those of the resource that the last mutation of this page answered, and so for an event, a campaign, an
// update, a client, a webhook and a message. What is not known yet stays as it is, so that one sees what to put there.
const PREFIXES = { resource: 'res_', event: 'evt_', campaign: 'cmp_', update: 'upd_', client: 'cli_', webhook: 'whk_', message: 'msg_' };
const DAY = 24 * 60 * 60 * 1000;

const latest = new Map();

const isMutation = (query) => /^\s*mutation\b/.test(query);

/** Keeps the ids and versions of what a mutation answered, in the memory of this page. */
export function remember(query, answer) {
  if (!isMutation(query ?? '')) return;
  const visit = (value) => {
    if (value === null || typeof value !== 'object') return;
    if (typeof value.id === 'string') {
      const noun = Object.keys(PREFIXES).find((name) => value.id.startsWith(PREFIXES[name]));
      if (noun && (noun === 'client' || noun === 'message' || value.version !== undefined)) latest.set(noun, value);
    }
    Object.values(value).forEach(visit);
  };
  visit(answer?.data);
}

function meaning(text) {
  const time = text.match(/^<(?:now|in (\d+) days)>$/);
  if (time) return new Date(Date.now() + DAY * (time[1] ?? 0)).toISOString().replace(/\.\d+/, '');
  const [, member, noun] = text.match(/^<(id|version) of the (\w+)>$/) ?? [];
  return latest.get(noun)?.[member] ?? text;
}

const map = (value, change) => {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => map(item, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, map(item, change)]));
};

/** The variables of an example as JSON text, with short lists on one line. */
export const variablesOf = (item) =>
  item.variables
    ? JSON.stringify(map(item.variables, meaning), null, 2).replace(
        /\[\s+([^[\]{}]{1,60}?)\s+\]/g,
        (_, list) => `[${list.replace(/\s+/g, ' ')}]`,
      )
    : '';

/** The scopes that an example needs; none for what anyone may run. */
export const scopesOf = (item) => item.scopes ?? [];

/** Why an example is opened and not run, as sentences; null if it runs at once. `held` is as in token.js. */
export function whyNotRun(item, { token, scopes: held }) {
  const needed = scopesOf(item);
  if (needed.length === 0) return null;
  if (!token) return `Opened, not run: it needs a token with ${needed.join(', ')}. Get one first, then run it.`;
  const lacking = held ? needed.filter((scope) => !held.includes(scope)) : [];
  if (lacking.length > 0) return `Opened, not run: the token lacks ${lacking.join(', ')}.`;
  const [unknown] = variablesOf(item).match(/<(?:id|version) of the \w+>/) ?? [];
  if (unknown) {
    return `Opened, not run: put a value for “${unknown}”, or first run an example that makes or changes one.`;
  }
  return isMutation(item.query) ? 'Opened, not run, since it changes what is stored. Look it over, then run it.' : null;
}
