// node run.mjs URL [http] [schema] [relay] [codegen]
//
// Holds a running server and schema.graphql against what others expect of GraphQL: the audits of graphql-http,
// graphql-js, graphql-schema-linter, relay-compiler, graphql-codegen with TypeScript. URL is the server's root, such as
// http://127.0.0.1:8080/; names after it choose parts. Before the first run: npm ci --ignore-scripts
import { checks } from './checks.mjs';
import { checkHttp } from './http.mjs';
import { checkSchema } from './schema.mjs';
import { checkRelay } from './relay.mjs';
import { checkCodegen } from './codegen.mjs';

const PARTS = { http: checkHttp, schema: checkSchema, relay: checkRelay, codegen: checkCodegen };

const [url, ...names] = process.argv.slice(2);
const unknown = names.filter((name) => !(name in PARTS));
if (!url || unknown.length > 0) {
  console.error(`usage: node run.mjs URL [${Object.keys(PARTS).join('] [')}]`);
  process.exit(2);
}
const base = url.endsWith('/') ? url : `${url}/`;
const { check, count } = checks();
for (const [name, part] of Object.entries(PARTS)) {
  if (names.length === 0 || names.includes(name)) await part({ base, check });
}
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed === 0 ? 0 : 1);
