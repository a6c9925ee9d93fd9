// Mercurius on the normalized tables, as people usually write it: a resolver for each list, and a loader for each field
// that other tables hold. Answers must be equal to ours.

import "./production.mjs";

import { serve } from "./fastify.mjs";
import { named, organizations, resolvers, translations } from "./normalized.mjs";

function loader(batch, key) {
  return { loader: (queries) => batch(queries.map(({ obj }) => obj[key])), opts: { cache: false } };
}

await serve(resolvers, {
  Campaign: {
    publisher: loader(organizations, "publisherId"),
    regions: loader(named("campaign", "region"), "key"),
    topics: loader(named("campaign", "topic"), "key"),
  },
  Resource: {
    publisher: loader(organizations, "publisherId"),
    regions: loader(named("resource", "region"), "key"),
    topics: loader(named("resource", "topic"), "key"),
    translations: loader(translations, "key"),
  },
});
