// The feeds of the server as others read them: two feed readers, rss-parser and feedparser, which know nothing of each
// other, find what GraphQL says; libxml2 holds Atom and CAP documents against atom.rng and cap.rng.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import FeedParser from 'feedparser';
import RssParser from 'rss-parser';
import { assert, none } from './checks.mjs';

const FEEDS = {
  'updates.atom': 'regionalUpdates',
  'resources.atom': 'resources',
  'campaigns.atom': 'campaigns',
  'alerts.cap': 'activeAlerts',
};

const schema = (name) => fileURLToPath(new URL(name, import.meta.url));
const lint = (name, document) =>
  spawnSync('xmllint', ['--noout', '--nonet', '--huge', '--relaxng', schema(name), '-'], { input: document, encoding: 'utf8' });

/** A document that must be there, with its media type. */
async function read(url, mediaType) {
  const answer = await fetch(url);
  const type = answer.headers.get('content-type');
  assert(answer.status === 200 && type === `${mediaType}; charset=utf-8`, `${answer.status} ${type}`);
  return answer.text();
}

/** The entries of a feed as feedparser reads them. */
function parsed(document) {
  return new Promise((resolve, reject) => {
    const parser = new FeedParser({ normalize: true, addmeta: false });
    const items = [];
    parser.on('error', reject);
    parser.on('data', (item) => items.push({ id: item.guid, title: item.title, updated: item.date?.toISOString() }));
    parser.on('end', () => resolve({ meta: parser.meta, items }));
    parser.end(document);
  });
}

/** What GraphQL says that a feed holds. */
async function listed(base, list) {
  const query = `{ list: ${list}(first: 100) { nodes { id title updatedAt } } }`;
  const answer = await fetch(new URL('graphql', base), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return (await answer.json()).data.list.nodes.map(({ id, title, updatedAt }) => ({
    id: `urn:solidarity:${id}`,
    title,
    updated: new Date(updatedAt).toISOString(),
  }));
}

/** In what two lists of entries differ; readers collapse white space in titles. */
function differences(expected, found, members) {
  const text = (entry) => JSON.stringify(members.map((member) => String(entry[member]).replace(/\s+/g, ' ').trim()));
  assert(expected.length === found.length, `${found.length} entries, not ${expected.length}`);
  return expected.flatMap((entry, index) => (text(entry) === text(found[index]) ? [] : [`${text(entry)} | ${text(found[index])}`]));
}

export async function checkFeeds({ base, check, skip }) {
  const hasLint = spawnSync('xmllint', ['--version']).status === 0;
  if (!hasLint) await skip('feeds: libxml2 finds them valid', 'xmllint is not installed (Debian: libxml2-utils)');
  for (const [feed, list] of Object.entries(FEEDS)) {
    const url = new URL(`feeds/${feed}`, base);
    let document;
    await check(`feeds: ${feed} is there`, async () => {
      document = await read(url, 'application/atom+xml');
    });
    if (!document) continue;
    const expected = await listed(base, list);
    await check(`feeds: rss-parser finds in ${feed} what GraphQL says`, async () => {
      const { items } = await new RssParser().parseString(document);
      const found = items.map((item) => ({ id: item.id, title: item.title, updated: new Date(item.pubDate).toISOString() }));
      none(differences(expected, found, ['id', 'title']), 'entries differ');
      return `${items.length} entries`;
    });
    await check(`feeds: feedparser finds in ${feed} what GraphQL says`, async () => {
      const { meta, items } = await parsed(document);
      assert(meta['#type'] === 'atom' && meta['#version'] === '1.0' && meta.xmlurl === url.href, meta.xmlurl);
      none(differences(expected, items, ['id', 'title', 'updated']), 'entries differ');
      return `${items.length} entries`;
    });
    if (!hasLint) continue;
    await check(`feeds: ${feed} is valid by atom.rng`, async () => {
      for (const query of ['', '?lang=fr-CA', '?region=CA-ON&topic=naloxone', '?organization=starter-collection']) {
        const { status, stderr } = lint('atom.rng', await read(new URL(query || '?', url), 'application/atom+xml'));
        assert(status === 0, `${query}: ${stderr}`);
      }
    });
  }
  if (!hasLint) return;
  await check('feeds: every message of alerts.cap is valid by cap.rng', async () => {
    const index = await read(new URL('feeds/alerts.cap', base), 'application/atom+xml');
    const links = [...index.matchAll(/href="([^"]*)" type="application\/cap\+xml"/g)].map(([, href]) => href);
    assert(links.length > 0, 'there is no alert');
    for (const link of links) {
      const { status, stderr } = lint('cap.rng', await read(link, 'application/cap+xml'));
      assert(status === 0, `${link}: ${stderr}`);
    }
    return `${links.length} messages`;
  });
  await check('feeds: the schemas refuse what is not valid', () => {
    const feed = '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><id>a:b</id></feed>';
    const message = '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>a b</identifier></alert>';
    assert(lint('atom.rng', feed).status !== 0 && lint('cap.rng', message).status !== 0, 'it is taken');
  });
}
