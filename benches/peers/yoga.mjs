// GraphQL Yoga on the normalized tables, as people usually write it: a resolver for each field, and a DataLoader a
// request for each one that other tables hold. Answers must be equal to ours.

import "./production.mjs";

import DataLoader from "dataloader";
import { createSchema, createYoga } from "graphql-yoga";
import { createServer } from "node:http";

import { named, organizations, resolvers, translations } from "./normalized.mjs";
import { sdl } from "./sdl.mjs";

const batches = {
  publisher: organizations,
  campaignRegions: named("campaign", "region"),
  campaignTopics: named("campaign", "topic"),
  resourceRegions: named("resource", "region"),
  resourceTopics: named("resource", "topic"),
  translations,
};

function context() {
  return { loaders: Object.fromEntries(Object.entries(batches).map(([name, batch]) => [name, new DataLoader(batch)])) };
}

const schema = createSchema({
  typeDefs: sdl,
  resolvers: {
    ...resolvers,
    Campaign: {
      publisher: ({ publisherId }, _, { loaders }) => loaders.publisher.load(publisherId),
      regions: ({ key }, _, { loaders }) => loaders.campaignRegions.load(key),
      topics: ({ key }, _, { loaders }) => loaders.campaignTopics.load(key),
    },
    Resource: {
      publisher: ({ publisherId }, _, { loaders }) => loaders.publisher.load(publisherId),
      regions: ({ key }, _, { loaders }) => loaders.resourceRegions.load(key),
      topics: ({ key }, _, { loaders }) => loaders.resourceTopics.load(key),
      translations: ({ key }, _, { loaders }) => loaders.translations.load(key),
    },
  },
});
const server = createServer(createYoga({ schema, context, logging: false }));
server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
