// schema.graphql by itself and against the server: graphql-js accepts it, the server's introspection says the same, the
// served file is the committed one, and graphql-schema-linter has no complaint.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  lexicographicSortSchema,
  printSchema,
  validateSchema,
} from 'graphql';
import { assert, fromRoot, none } from './checks.mjs';

export const SCHEMA = fromRoot('schema.graphql');

const RULES = [
  'arguments-have-descriptions',
  'defined-types-are-used',
  'deprecations-have-a-reason',
  'descriptions-are-capitalized',
  'enum-values-all-caps',
  'enum-values-have-descriptions',
  'enum-values-sorted-alphabetically',
  'fields-are-camel-cased',
  'fields-have-descriptions',
  'input-object-fields-sorted-alphabetically',
  'input-object-values-are-camel-cased',
  'input-object-values-have-descriptions',
  'interface-fields-sorted-alphabetically',
  'relay-connection-arguments-spec',
  'relay-connection-types-spec',
  'relay-page-info-spec',
  'type-fields-sorted-alphabetically',
  'types-are-capitalized',
  'types-have-descriptions',
];

const INTROSPECTION = getIntrospectionQuery({
  descriptions: true,
  directiveIsRepeatable: true,
  inputValueDeprecation: true,
  oneOf: true,
  specifiedByUrl: true,
});

async function introspect(base) {
  const answer = await fetch(new URL('graphql', base), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query: INTROSPECTION }),
  });
  const { data, errors } = await answer.json();
  assert(!errors, `errors: ${JSON.stringify(errors)?.slice(0, 300)}`);
  return data;
}

/**
 * The server's schema as its introspection tells it. The engine answers null for the interfaces of an interface, where
 * the specification wants a list: what it leaves out is taken from schema.graphql, and compared as soon as it is told.
 */
function told(introspection, committed) {
  for (const type of introspection.__schema.types) {
    if (type.kind !== 'INTERFACE' || type.interfaces !== null) continue;
    type.interfaces = committed.getType(type.name).getInterfaces().map(({ name }) => ({ kind: 'INTERFACE', name, ofType: null }));
  }
  return buildClientSchema(introspection);
}

/** The first line in which two texts differ. */
function firstDifference(ours, theirs) {
  const [a, b] = [ours.split('\n'), theirs.split('\n')];
  const line = a.findIndex((text, index) => text !== b[index]);
  return line === -1 && a.length === b.length ? null : `line ${line + 1}: ${a[line]} | ${b[line]}`;
}

const inOrder = (schema) => printSchema(lexicographicSortSchema(schema));

/** What the linter complains of. */
function lint() {
  const tool = fileURLToPath(import.meta.resolve('graphql-schema-linter/lib/cli.js'));
  const options = ['--format', 'json', '--rules', RULES.join()];
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, ...options, SCHEMA], { encoding: 'utf8' });
  assert(status === 0 || status === 1, `the linter failed: ${stderr || stdout}`);
  return JSON.parse(stdout).errors;
}

export async function checkSchema({ base, check }) {
  const sdl = readFileSync(SCHEMA, 'utf8');
  let schema;
  await check('schema: graphql-js builds it and finds it valid', () => {
    schema = buildSchema(sdl);
    none(validateSchema(schema).map(({ message }) => message), 'errors');
    return `${Object.keys(schema.getTypeMap()).filter((name) => !name.startsWith('__')).length} types`;
  });
  await check('schema: introspection of the server says the same', async () => {
    const difference = firstDifference(inOrder(schema), inOrder(told(await introspect(base), schema)));
    assert(!difference, difference);
  });
  await check('schema: the server serves the committed file', async () => {
    const served = await (await fetch(new URL('schema.graphql', base))).text();
    const difference = firstDifference(sdl, served);
    assert(!difference, difference);
  });
  const complaints = lint();
  for (const rule of RULES) {
    const ofRule = complaints.filter((complaint) => complaint.rule === rule);
    await check(`lint: ${rule}`, () => none(ofRule.map(({ message, location }) => `${location.line}: ${message}`), 'complaints'));
  }
}
