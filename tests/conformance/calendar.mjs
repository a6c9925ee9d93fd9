// The calendars of the server as another program reads them, the npm package ical.js: every event takes place when
// GraphQL says. Those of the demo, and series in five zones across the shifts of 2026 and 2027 (series.mjs), which a client
// publishes and withdraws.
import { assert, none } from './checks.mjs';
import { lacking, publisher } from './credentials.mjs';
import { read } from './ical.mjs';
import { CHANGES, SHIFTS, ZONES, seriesOf } from './series.mjs';

const DAY_MS = 86_400_000;
const day = (text) => `${text}T00:00:00Z`;
/** The windows that are compared, at most 400 days each, and the day behind all of them until which files are read. */
const WINDOWS = [
  [day('2026-02-01'), day('2026-10-01')],
  [day('2026-10-01'), day('2027-11-01')],
];
const LAST = '2028-03-01';

const OCCURRENCES = `nodes { recurrenceId startsAtLocal endsAtLocal startsAt endsAt status event { id } } pageInfo { hasNextPage endCursor }`;
const EVENTS = `query($after: String) {
  list: events(first: 100, after: $after) { nodes { id title timeZone allDay icsUrl version } pageInfo { hasNextPage endCursor } } }`;
const OF_EVENT = `query($id: ID!, $from: DateTime!, $to: DateTime!, $after: String) {
  event(by: {id: $id}) { list: occurrences(from: $from, to: $to, first: 100, after: $after) { ${OCCURRENCES} } } }`;
const CALENDAR = `query($from: DateTime!, $to: DateTime!, $after: String) {
  list: calendar(from: $from, to: $to, first: 100, after: $after) { ${OCCURRENCES} } }`;

/** What asks a server, as a client or as anybody. */
function connect(base, token) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  async function ask(query, variables) {
    const answer = await fetch(new URL('graphql', base), { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    const { data, errors } = await answer.json();
    assert(!errors, JSON.stringify(errors));
    return data;
  }
  /** All nodes of a connection that is called `list`. */
  async function all(query, variables) {
    const nodes = [];
    for (let after = null; ; ) {
      const data = await ask(query, { ...variables, after });
      const page = data.list ?? data.event.list;
      nodes.push(...page.nodes);
      if (!page.pageInfo.hasNextPage) return nodes;
      after = page.pageInfo.endCursor;
    }
  }
  async function write(mutation, noun, input) {
    const type = `${mutation[0].toUpperCase()}${mutation.slice(1)}Input`;
    const query = `mutation($input: ${type}!) { it: ${mutation}(input: $input) { ${noun} { id version } userErrors { field code message } } }`;
    const { it } = await ask(query, { input });
    assert(it.userErrors.length === 0, `${mutation} ${JSON.stringify(input)}: ${JSON.stringify(it.userErrors)}`);
    return it[noun];
  }
  return { all, write };
}

/** The publisher of credentials.mjs. */
async function asPublisher(base) {
  const form = { grant_type: 'client_credentials', client_id: publisher.id, client_secret: publisher.secret };
  const answer = await fetch(new URL('oauth/token', base), { method: 'POST', body: new URLSearchParams(form) });
  assert(answer.status === 200, `no token: ${answer.status}`);
  return connect(base, (await answer.json()).access_token);
}

/** A calendar that must be there. */
async function file(url) {
  const answer = await fetch(url);
  const type = answer.headers.get('content-type');
  assert(answer.status === 200 && type === 'text/calendar; charset=utf-8', `${url}: ${answer.status} ${type}`);
  return answer.text();
}

/** An occurrence that GraphQL tells, as ical.mjs tells it. Without an end, a time ends at once and a day at its end. */
function told(node, isAllDay) {
  const date = (text) => text.slice(0, 10);
  const next = (text) => new Date(Date.parse(day(date(text))) + DAY_MS).toISOString().slice(0, 10);
  const seconds = (text) => Date.parse(text) / 1000;
  const end = isAllDay ? (node.endsAtLocal ? date(node.endsAtLocal) : next(node.startsAtLocal)) : seconds(node.endsAt ?? node.startsAt);
  return {
    event: node.event.id,
    recurrenceId: isAllDay ? date(node.recurrenceId) : node.recurrenceId.slice(0, 19),
    start: isAllDay ? date(node.startsAtLocal) : seconds(node.startsAt),
    end,
    isCancelled: node.status === 'CANCELLED',
  };
}

/** Whether something starts in a window; days at its edges, which are in no zone, are left out. */
function startsIn([from, to], { start }) {
  if (typeof start === 'number') return start * 1000 >= Date.parse(from) && start * 1000 < Date.parse(to);
  return Date.parse(day(start)) >= Date.parse(from) + DAY_MS && Date.parse(day(start)) < Date.parse(to) - DAY_MS;
}

const line = ({ event, recurrenceId, start, end, isCancelled }) => {
  const time = (value) => (typeof value === 'number' ? new Date(value * 1000).toISOString() : value);
  return `${event} ${recurrenceId}: ${time(start)} to ${time(end)}${isCancelled ? ', cancelled' : ''}`;
};

/** What one list has and the other lacks. */
function differences(expected, found) {
  const [ours, theirs] = [expected.map(line), found.map(line)];
  const lacks = (list, other, who) => list.filter((text) => !other.includes(text)).map((text) => `only by ${who}: ${text}`);
  const counts = ours.length === theirs.length ? [] : [`${ours.length} by GraphQL, ${theirs.length} by ical.js`];
  return [...counts, ...lacks(ours, theirs, 'GraphQL'), ...lacks(theirs, ours, 'ical.js')];
}

/** What ical.js was corrected in (ical.mjs) lies in the hour of a shift; answers a word on it. */
function corrections(found) {
  const corrected = found.filter(({ isCorrected }) => isCorrected);
  const isInShift = ({ recurrenceId }) => SHIFTS.some((date) => recurrenceId.startsWith(`${date}T01`) || recurrenceId.startsWith(`${date}T02`));
  none(corrected.filter((it) => !isInShift(it)).map(line), 'times are read otherwise than RFC 5545 says');
  return `${found.length} occurrences, ${corrected.length} of them in the hour of a shift by RFC 5545, 3.3.5`;
}

/** Compares what files tell, by event, with what GraphQL says of each event in each window. */
async function compare({ all }, events, files) {
  const [wrong, compared] = [[], []];
  for (const { id, title, allDay } of events) {
    for (const window of WINDOWS) {
      const nodes = await all(OF_EVENT, { id, from: window[0], to: window[1] });
      const inWindow = (it) => startsIn(window, it);
      const expected = nodes.map((node) => told(node, allDay)).filter(inWindow);
      const found = files.get(id).filter(inWindow);
      wrong.push(...differences(expected, found).map((text) => `${title}: ${text}`));
      compared.push(...found);
    }
  }
  none(wrong, 'occurrences differ');
  assert(compared.length > 0, 'nothing was compared');
  return `${events.length} events, ${corrections(compared)}`;
}

/** Compares the feed with the calendar: what is in both, and from 30 days ago on all of it. */
async function compareCalendar({ all }, events, feed) {
  const isAllDay = new Map(events.map(({ id, allDay }) => [id, allDay]));
  const now = [-30, 369].map((days) => new Date(Date.now() + days * DAY_MS).toISOString());
  const [wrong, compared] = [[], []];
  for (const window of [...WINDOWS, now]) {
    const inWindow = (it) => startsIn(window, it) && (window === now || feed.has(it.event));
    const nodes = await all(CALENDAR, { from: window[0], to: window[1] });
    const expected = nodes.map((node) => told(node, isAllDay.get(node.event.id))).filter(inWindow);
    const found = [...feed.values()].flat().filter(inWindow);
    wrong.push(...differences(expected, found));
    compared.push(...found);
  }
  none(wrong, 'occurrences differ');
  assert(compared.length > 0, 'nothing was compared');
  return corrections(compared);
}

/** Publishes the series of a zone; `made` tells what there is, even if it fails on the way. */
async function publish({ write }, zone, made) {
  for (const { name, input } of seriesOf(zone)) {
    const { id } = await write('eventCreate', 'event', input);
    const step = async (mutation, noun, change) => {
      made.set(id, (await write(mutation, noun, { id, expectedVersion: made.get(id) ?? 1, ...change })).version);
    };
    await step('contentPublish', 'content', {});
    for (const [mutation, change] of CHANGES[name] ?? []) await step(mutation, 'event', change);
  }
}

/** That events take place in the files of a server when GraphQL says. */
async function checkEvents(reader, base, check, name, events) {
  await check(`calendar: ${name}: ical.js finds in events.ics what GraphQL says`, async () => {
    const feed = read(await file(new URL('feeds/events.ics', base)), LAST);
    return compare(reader, events.filter(({ id }) => feed.has(id)), feed);
  });
  await check(`calendar: ${name}: ical.js finds in the file of each event what GraphQL says`, async () => {
    const files = new Map();
    for (const { id, icsUrl } of events) {
      const found = read(await file(icsUrl), LAST);
      assert(found.size === 1 && found.has(id), `${icsUrl}: ${[...found.keys()]}`);
      files.set(id, found.get(id));
    }
    return compare(reader, events, files);
  });
}

/** That a file with one offset of before 2026 is found to differ. */
async function checkOldOffset(reader, events) {
  const event = events.find(({ timeZone, title }) => timeZone === 'America/Vancouver' && title.startsWith('evenings'));
  const document = await file(event.icsUrl);
  const old = document.replace(/(DTSTART:20261101T020000\r\nTZOFFSETFROM:-0700\r\nTZOFFSETTO:)-0700/, '$1-0800');
  assert(old !== document, `the file tells nothing of 1 November 2026:\n${document}`);
  const error = await compare(reader, [event], read(old, LAST)).then(() => null, (error) => error);
  assert(error?.message.includes('occurrences differ'), `it is taken: ${error}`);
}

export async function checkCalendar({ base, check, skip }) {
  const reader = connect(base);
  let there;
  await check('calendar: events are listed', async () => {
    there = await reader.all(EVENTS);
    return `${there.length} events`;
  });
  if (!there) return;
  await checkEvents(reader, base, check, 'what is there', there);
  const reason = lacking({ CLIENT: publisher });
  if (reason) return skip('calendar: series across the shifts of 2026 and 2027', reason);
  const made = new Map();
  let client;
  await check('calendar: series are published in five zones', async () => {
    client = await asPublisher(base);
    for (const zone of ZONES) await publish(client, zone, made);
    return `${made.size} events`;
  });
  const events = await reader.all(EVENTS);
  for (const zone of ZONES) {
    const ofZone = events.filter(({ id, timeZone }) => made.has(id) && timeZone === zone);
    await checkEvents(reader, base, check, zone, ofZone);
  }
  await check('calendar: ical.js finds in events.ics what the calendar of GraphQL says', async () => {
    return compareCalendar(reader, events, read(await file(new URL('feeds/events.ics', base)), LAST));
  });
  await check('calendar: an offset of before 2026 in a file would be found', () => checkOldOffset(reader, events));
  await check('calendar: the series are withdrawn', async () => {
    for (const [id, expectedVersion] of made) await client.write('contentWithdraw', 'content', { id, expectedVersion });
  });
}
