// PostGraphile 5 with the preset amber on the normalized tables, as it comes. Its schema is its own, so its queries are
// too: they must show the same items in the same order.

import "./production.mjs";
import "./withresolvers.mjs";

import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const service = makePgService({
  connectionString: process.env.DATABASE_URL,
  schemas: ["peers"],
  poolConfig: { max: 16, idleTimeoutMillis: 0 },
});
const server = createServer();
const serving = postgraphile({ extends: [PostGraphileAmberPreset], pgServices: [service] }).createServ(grafserv);
await serving.addTo(server);
await serving.ready?.();
server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
