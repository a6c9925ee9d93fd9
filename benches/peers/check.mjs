// Whether a peer answers the three reads as ours does: `OURS=… PEER=… node check.mjs NAME`. Data must be equal byte
// for byte; of PostGraphile, whose schema is another, what the data holds must be equal, but for its cursors. What is
// compared is a peer's second answer, which it gives from its caches.

import { readFileSync } from "node:fs";

const { OURS, PEER, Q2_TOPIC, Q2_REGION, Q3_SLUG } = process.env;
const queries = JSON.parse(readFileSync(new URL("queries.json", import.meta.url), "utf8"));
const name = process.argv[2];
const LISTS = ["regions", "topics", "translations"];
const given = {
  q1: {},
  q2: { ...(Q2_TOPIC && { topic: Q2_TOPIC }), ...(Q2_REGION && { region: Q2_REGION }) },
  q3: { ...(Q3_SLUG && { slug: Q3_SLUG }) },
};

async function ask(server, request) {
  const answer = await fetch(`${server}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Error(`${server}: ${JSON.stringify(errors)}`);
  return data;
}

function held(data) {
  return JSON.parse(JSON.stringify(data), (key, value) => {
    if (key === "endCursor") return undefined;
    if (value !== null && key.endsWith("At")) return micros(value);
    return LISTS.includes(key) && value.nodes ? value.nodes.map((node) => node.region ?? node.topic ?? node) : value;
  });
}

function micros(text) {
  const fraction = text.match(/\.(\d+)/)?.[1] ?? "";
  return Math.floor(Date.parse(text) / 1e3) * 1e6 + Number(fraction.padEnd(6, "0"));
}

function difference(ours, theirs, path) {
  if (typeof ours !== "object" || typeof theirs !== "object" || ours === null || theirs === null) {
    return Object.is(ours, theirs) ? null : `${path}: ${JSON.stringify(ours)} is ${JSON.stringify(theirs)}`;
  }
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const found = difference(ours[key], theirs[key], `${path}.${key}`);
    if (found) return found;
  }
  return JSON.stringify(ours) === JSON.stringify(theirs) ? null : `${path}: members are in another order`;
}

for (const read of ["q1", "q2", "q3"]) {
  const texts = queries[name] ?? queries.ours;
  const asked = (request) => ({ ...request, variables: { ...request.variables, ...given[read] } });
  const ours = await ask(OURS, asked(queries.ours[read]));
  await ask(PEER, asked(texts[read]));
  const theirs = await ask(PEER, asked(texts[read]));
  const found = texts === queries.ours ? difference(ours, theirs, read) : difference(held(ours), held(theirs), read);
  console.log(found ?? `ok ${read}`);
  if (found) process.exitCode = 1;
}
