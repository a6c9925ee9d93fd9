// Our own data model as ours reads it: one prepared statement a list, over the index of the table `listing`, joined
// with the envelope; texts are JSON, and keys of regions and topics and the outline of the detail are packed.

import { best, loadCatalog, unpack } from "./catalog.mjs";
import { pool } from "./database.mjs";
import { connection, instant, pageSize, selects, withOffset } from "./shape.mjs";

const ENVELOPE = `c.id, c.public_id, c.slug, c.organization_id, c.texts, c.region_ids, c.topic_ids, c.order_key,
  c.published_at, c.outline`;
const VISIBLE = `c.status = 'PUBLISHED' AND c.visibility = 'PUBLIC' AND (c.expires_at IS NULL OR c.expires_at > $1)
  AND (c.published_at IS NULL OR c.published_at <= $1)`;
const KINDS = {
  resource: { number: 1, prefix: "res", outline: { category: 0 }, direction: "DESC", order: "U" },
  event: { number: 2, prefix: "evt", outline: { startsAt: 4, startsAtLocal: 6 }, direction: "ASC", order: "u" },
  campaign: { number: 3, prefix: "cmp", outline: { urgency: 2 }, direction: "DESC", order: "U" },
};
const ANY = ["0"];

const catalog = await loadCatalog();

async function run(name, text, values) {
  return (await pool.query({ name, text, values: [Date.now() * 1e3, ...values] })).rows;
}

function columns(withBody) {
  return `${ENVELOPE}${withBody ? ", c.body" : ""}`;
}

function keysOf(names, known, path) {
  if (!names) return ANY;
  return names.map((name, position) => {
    const key = known.get(name);
    if (!key) throw new Error(`${path}[${position}]: ${JSON.stringify(name)} is not known`);
    return key;
  });
}

function merge(found, { direction }) {
  const sign = direction === "DESC" ? -1 : 1;
  const compare = (a, b) => a.order_key - b.order_key || (BigInt(a.id) < BigInt(b.id) ? -1 : 1);
  const once = new Map(found.map((row) => [row.id, row]));
  return [...once.values()].sort((a, b) => sign * compare(a, b));
}

function itemOf(kind) {
  const { prefix, outline } = KINDS[kind];
  return (row) => {
    const values = row.outline.split(",");
    const { startsAt, startsAtLocal, category, urgency } = outline;
    const texts = JSON.parse(row.texts);
    const text = best(texts);
    const bodies = row.body ? JSON.parse(row.body) : [];
    return {
      key: row.id,
      orderKey: row.order_key,
      id: `${prefix}_${row.public_id}`,
      slug: row.slug,
      title: text.title,
      summary: text.summary,
      body: (bodies.find(({ locale }) => locale === text.locale) ?? bodies[0])?.body,
      translations: texts,
      publisher: catalog.organizations.get(row.organization_id),
      regions: unpack(row.region_ids).map((key) => catalog.regions.get(key)),
      topics: unpack(row.topic_ids).map((key) => catalog.topics.get(key)),
      publishedAt: row.published_at && instant(Number(row.published_at)),
      startsAt: values[startsAt] && withOffset(values[startsAtLocal], Number(values[startsAt]) / 1e3),
      category: values[category],
      urgency: values[urgency],
    };
  };
}

export function list(kind) {
  const { number, direction, order } = KINDS[kind];
  return async (_, { first, filter }, context, info) => {
    const size = pageSize(first);
    const withBody = selects(info, "nodes", "body");
    const regions = keysOf(filter?.regions, catalog.regionNames, "filter.regions");
    const topics = keysOf(filter?.topics, catalog.topicNames, "filter.topics");
    const text = `SELECT x.* FROM unnest($2::bigint[], $3::bigint[]) AS b (anchor, topic) CROSS JOIN LATERAL (
        SELECT ${columns(withBody)}
        FROM listing l JOIN content c ON c.id = l.content
        WHERE l.kind = ${number} AND l.anchor = b.anchor AND l.topic = b.topic AND ${VISIBLE}
        ORDER BY l.order_key ${direction}, l.content ${direction} LIMIT ${size + 1}
      ) x`;
    const anchors = regions.flatMap((region) => topics.map(() => region));
    const found = await run(`${kind} ${size} ${withBody}`, text, [anchors, regions.flatMap(() => topics)]);
    const rows = anchors.length > 1 ? merge(found, KINDS[kind]) : found;
    return connection(rows.slice(0, size + 1).map(itemOf(kind)), size, order);
  };
}

export function one(kind) {
  return async (_, { by: { slug } }, context, info) => {
    const withBody = selects(info, "body");
    const text = `SELECT ${columns(withBody)} FROM content c
      WHERE c.slug = $2 AND c.kind = ${KINDS[kind].number} AND ${VISIBLE}`;
    const [row] = await run(`${kind} by slug ${withBody}`, text, [slug]);
    return row && itemOf(kind)(row);
  };
}
