// Fastify with Mercurius and its compiler of queries, as its documentation sets it up for production.

import fastify from "fastify";
import mercurius from "mercurius";

import { sdl } from "./sdl.mjs";

export async function serve(resolvers, loaders) {
  const app = fastify({ logger: false });
  app.register(mercurius, { schema: sdl, resolvers, loaders, jit: 1 });
  await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });
  console.log("ready");
}
