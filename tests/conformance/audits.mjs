// Runs all audits of the npm package graphql-http against a server and tells which ones fail.
// node audits.mjs [URL of the GraphQL endpoint]
import { serverAudits } from 'graphql-http';

const url = process.argv[2] ?? 'http://127.0.0.1:8080/graphql';
const audits = serverAudits({ url, fetchFn: fetch });
let failed = 0;
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status === 'ok') continue;
  failed += 1;
  console.log(`${result.status} ${audit.id} ${audit.name}: ${result.reason}`);
}
console.log(`${audits.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
