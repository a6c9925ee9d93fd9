// node run.mjs URL [http] [schema] [relay] [codegen] [oauth] [feeds] [calendar] [following] [guide]
//
// Holds a running server and schema.graphql against what others expect: the audits of graphql-http, graphql-js,
// graphql-schema-linter, relay-compiler, graphql-codegen with TypeScript; of OAuth: oauth4webapi, openid-client, jose; of
// feeds: rss-parser, feedparser, libxml2; of calendars: ical.js. Runs the snippets of docs/publishers.md. URL is the
// server's root, such as http://127.0.0.1:8080/; names after it choose parts. What publishes needs the credentials of two
// clients (credentials.mjs); without them it is skipped, and fails where CI=true. Before the first run:
// npm ci --ignore-scripts
import { setTimeout } from 'node:timers/promises';
import { checks } from './checks.mjs';
import { checkCalendar } from './calendar.mjs';
import { checkFeeds } from './feeds.mjs';
import { checkHttp } from './http.mjs';
import { checkSchema } from './schema.mjs';
import { checkRelay } from './relay.mjs';
import { checkCodegen } from './codegen.mjs';
import { checkFollowing } from './following.mjs';
import { checkGuide } from './guide.mjs';
import { checkOauth } from './oauth.mjs';

const PARTS = { http: checkHttp, schema: checkSchema, relay: checkRelay, codegen: checkCodegen, oauth: checkOauth, feeds: checkFeeds, calendar: checkCalendar, following: checkFollowing, guide: checkGuide };

const [url, ...names] = process.argv.slice(2);
const unknown = names.filter((name) => !(name in PARTS));
if (!url || unknown.length > 0) {
  console.error(`usage: node run.mjs URL [${Object.keys(PARTS).join('] [')}]`);
  process.exit(2);
}
const base = url.endsWith('/') ? url : `${url}/`;
const { check, skip, count } = checks();
for (const [name, part] of Object.entries(PARTS)) {
  if (names.length > 0 && !names.includes(name)) continue;
  await part({ base, check, skip });
  // A compiler holds the loop up for longer than the server keeps a connection: one that it closed is seen now.
  await setTimeout(100);
}
console.log(`${count.passed} passed, ${count.failed} failed${count.skipped ? `, ${count.skipped} skipped` : ''}`);
process.exit(count.failed === 0 ? 0 : 1);
