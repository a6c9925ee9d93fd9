// The normalized tables, as people usually read them: a statement for each list, and one for each field of many items
// that other tables hold.

import { rows } from "./database.mjs";
import { connection, pageSize, selects, withOffset } from "./shape.mjs";

const ITEM = 'id AS key, public_id AS id, slug, title, summary, publisher_id AS "publisherId"';
const LISTED = `${ITEM}, published_at AS "publishedAt", ${orderKey("published_at")}`;
const BY_TIME = "ORDER BY published_at DESC, id DESC";

function orderKey(column) {
  return `(extract(epoch FROM ${column}) * 1000000)::bigint AS "orderKey"`;
}

function inGroups(keys, found) {
  const groups = new Map(keys.map((key) => [key, []]));
  for (const row of found) groups.get(row.owner).push(row);
  return keys.map((key) => groups.get(key));
}

export async function organizations(keys) {
  const text = "SELECT id AS key, public_id AS id, name FROM peers.organization WHERE id = ANY($1)";
  const found = await rows(text, [[...new Set(keys)]]);
  const byKey = new Map(found.map((row) => [row.key, row]));
  return keys.map((key) => byKey.get(key));
}

export function named(kind, catalog) {
  const text = `SELECT j.${kind}_id AS owner, n.public_id AS id, n.name
    FROM peers.${kind}_${catalog} j JOIN peers.${catalog} n ON n.id = j.${catalog}_id
    WHERE j.${kind}_id = ANY($1) ORDER BY j.${kind}_id, j.position`;
  return async (keys) => inGroups(keys, await rows(text, [keys]));
}

export async function translations(keys) {
  const text = `SELECT resource_id AS owner, locale, title, summary FROM peers.resource_text
    WHERE resource_id = ANY($1) ORDER BY resource_id, position`;
  return inGroups(keys, await rows(text, [keys]));
}

async function within(catalog, names) {
  if (!names) return null;
  const named = catalog === "region" ? "n.slug = ANY($1) OR n.code = ANY($1)" : "n.slug = ANY($1)";
  const text = `SELECT DISTINCT c.descendant_id AS key FROM peers.${catalog} n
    JOIN peers.${catalog}_closure c ON c.ancestor_id = n.id WHERE ${named}`;
  const found = await rows(text, [names]);
  if (found.length === 0) throw new Error(`filter.${catalog}s: none of ${JSON.stringify(names)} is known`);
  return found.map(({ key }) => key);
}

async function campaigns(_, { first }) {
  const size = pageSize(first);
  const found = await rows(`SELECT ${LISTED}, urgency FROM peers.campaign ${BY_TIME} LIMIT $1`, [size + 1]);
  return connection(found, size, "U");
}

async function events(_, { first }) {
  const size = pageSize(first);
  const text = `SELECT ${ITEM}, starts_at AS "startsAt", starts_at_local AS "startsAtLocal", ${orderKey("starts_at")}
    FROM peers.event ORDER BY starts_at, id LIMIT $1`;
  return connection(await rows(text, [size + 1]), size, "u");
}

async function resources(_, { first, filter }, context, info) {
  const size = pageSize(first);
  const wanted = { topic: within("topic", filter?.topics), region: within("region", filter?.regions) };
  const values = [size + 1];
  const conditions = [];
  for (const [catalog, keys] of Object.entries(wanted)) {
    if ((await keys) === null) continue;
    values.push(await keys);
    conditions.push(`EXISTS (SELECT 1 FROM peers.resource_${catalog} j
      WHERE j.resource_id = resource.id AND j.${catalog}_id = ANY($${values.length}))`);
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  const columns = `${LISTED}, category${selects(info, "nodes", "body") ? ", body" : ""}`;
  const found = await rows(`SELECT ${columns} FROM peers.resource ${where} ${BY_TIME} LIMIT $1`, values);
  return connection(found, size, "U");
}

async function resource(_, { by: { slug } }) {
  const [found] = await rows(`SELECT ${LISTED}, category, body FROM peers.resource WHERE slug = $1`, [slug]);
  return found;
}

export const resolvers = {
  Query: { campaigns, events, resource, resources },
  Event: { startsAt: ({ startsAt, startsAtLocal }) => withOffset(startsAtLocal, Date.parse(startsAt)) },
};
