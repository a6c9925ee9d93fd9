// Regions, topics and organizations in memory, as ours has them: items carry only their keys. Texts are in the language
// that readers of English get: the best at hand, as ours chooses it.

import { rows } from "./database.mjs";

const FITS = [
  (locale) => locale === "en-CA",
  (locale) => locale.split("-", 1)[0] === "en",
  (locale) => locale === "fr-CA",
  (locale) => locale.split("-", 1)[0] === "fr",
];

export function best(texts) {
  for (const fits of FITS) {
    const text = texts.find(({ locale }) => fits(locale));
    if (text) return text;
  }
  return texts[0];
}

export function unpack(packed) {
  return packed.split(",").filter((key) => key !== "");
}

export async function loadCatalog() {
  const localized = (prefix) => ({ id, public_id, slug, names }) => {
    return [id, { id: `${prefix}_${public_id}`, name: best(JSON.parse(names))?.text ?? slug }];
  };
  const regions = await rows("SELECT id, public_id, slug, names, codes FROM region");
  const topics = await rows("SELECT id, public_id, slug, names FROM topic");
  const organizations = await rows("SELECT id, public_id, name FROM organization");
  const codes = regions.flatMap(({ id, codes }) => JSON.parse(codes).map(({ value }) => [value, id]));
  return {
    regions: new Map(regions.map(localized("reg"))),
    topics: new Map(topics.map(localized("top"))),
    organizations: new Map(organizations.map(({ id, public_id, name }) => [id, { id: `org_${public_id}`, name }])),
    regionNames: new Map([...codes.reverse(), ...regions.map(({ id, slug }) => [slug, id])]),
    topicNames: new Map(topics.map(({ id, slug }) => [slug, id])),
  };
}
