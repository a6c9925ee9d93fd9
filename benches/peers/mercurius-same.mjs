// Mercurius on our own data model, read as ours reads it: must show what the language, the libraries and the driver
// make of the same statements. Answers must be equal to ours, byte for byte.

import "./production.mjs";

import { serve } from "./fastify.mjs";
import { list, one } from "./listing.mjs";

await serve({
  Query: {
    campaigns: list("campaign"),
    events: list("event"),
    resource: one("resource"),
    resources: list("resource"),
  },
});
