// relay-compiler accepts schema.graphql with, for each connection field that the schema has wherever it hangs, a
// fragment that pages forward (@connection, @refetchable), one that pages backward, and one that is fetched again with
// other arguments. The fragments are made from the schema, so that a new connection is held to the same.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, getNamedType, isInterfaceType, isNonNullType, isObjectType, isScalarType } from 'graphql';
import relayCompiler from 'relay-compiler';
import { assert, scratch } from './checks.mjs';
import { SCHEMA } from './schema.mjs';

const PAGING = new Set(['first', 'after', 'last', 'before']);
const BUILT_IN = new Set(['Boolean', 'Float', 'ID', 'Int', 'String']);

const capitalised = (name) => name[0].toUpperCase() + name.slice(1);

/** Every field of an object or interface type that leads to a connection. */
function connectionFields(schema) {
  return Object.values(schema.getTypeMap())
    .filter((type) => (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__'))
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
    .filter(({ field }) => getNamedType(field.type).name.endsWith('Connection'));
}

const fragment = ({ name, type, definitions, refetch, field, args, directive = '', selection }) => `
  fragment ${name} on ${type.name}
  @argumentDefinitions(${definitions.join(', ')})
  @refetchable(queryName: "${refetch}") {
    ${field.name}(${args.join(', ')}) ${directive} {
      ${selection}
    }
  }`;

/** The three fragments of one connection field, as one module whose name begins their names, as Relay wants. */
function module({ type, field }) {
  const module = `${type.name}${capitalised(field.name)}`;
  const selection = 'edges { cursor node { __typename } }';
  const required = field.args.filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined);
  const others = field.args.filter((arg) => !PAGING.has(arg.name));
  const define = (list) => list.map((arg) => `${arg.name}: { type: "${arg.type}" }`);
  const give = (list) => list.map((arg) => `${arg.name}: $${arg.name}`);
  const paged = (kind, size, cursor) =>
    fragment({
      name: `${module}_${kind}`,
      type,
      definitions: [`count: { type: "Int", defaultValue: 10 }`, `cursor: { type: "String" }`, ...define(required)],
      refetch: `${module}${capitalised(kind)}Query`,
      field,
      args: [`${size}: $count`, `${cursor}: $cursor`, ...give(required)],
      directive: `@connection(key: "${module}_${kind}_${field.name}")`,
      selection,
    });
  const again = fragment({
    name: `${module}_again`,
    type,
    definitions: [`count: { type: "Int", defaultValue: 20 }`, ...define(others)],
    refetch: `${module}AgainQuery`,
    field,
    args: ['first: $count', ...give(others)],
    selection,
  });
  const fragments = [paged('forward', 'first', 'after'), paged('backward', 'last', 'before'), again];
  const text = `import { graphql } from 'relay-runtime';\n${fragments.map((text) => `graphql\`${text}\n\`;\n`).join('\n')}`;
  return { name: `${type.name}.${field.name}`, module, text };
}

/** Writes the modules and the compiler's settings into a folder. */
function project(schema, modules) {
  const folder = scratch('relay');
  for (const name of ['src', 'artifacts']) mkdirSync(join(folder, name));
  for (const { module, text } of modules) writeFileSync(join(folder, 'src', `${module}.ts`), text);
  const scalars = Object.values(schema.getTypeMap()).filter((type) => isScalarType(type) && !BUILT_IN.has(type.name));
  const config = {
    src: join(folder, 'src'),
    schema: SCHEMA,
    artifactDirectory: join(folder, 'artifacts'),
    language: 'typescript',
    eagerEsModules: true,
    customScalarTypes: Object.fromEntries(scalars.map(({ name }) => [name, 'string'])),
  };
  writeFileSync(join(folder, 'relay.config.json'), JSON.stringify(config, null, 2));
  return folder;
}

export async function checkRelay({ check }) {
  const schema = buildSchema(readFileSync(SCHEMA, 'utf8'));
  const modules = connectionFields(schema).map(module);
  const folder = project(schema, modules);
  await check('relay: the compiler accepts the schema and every fragment', () => {
    assert(relayCompiler, `relay-compiler has no binary for ${process.platform} ${process.arch}`);
    const { status, stdout, stderr } = spawnSync(relayCompiler, [join(folder, 'relay.config.json')], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert(status === 0, `${stdout}\n${stderr}`);
    return `${modules.length} connection fields`;
  });
  const artifacts = new Set(readdirSync(join(folder, 'artifacts')));
  for (const { name, module } of modules) {
    await check(`relay: ${name} pages forward and backward and is fetched again`, () => {
      for (const kind of ['forward', 'backward', 'again']) {
        for (const file of [`${module}_${kind}.graphql.ts`, `${module}${capitalised(kind)}Query.graphql.ts`]) {
          assert(artifacts.has(file), `${file} was not generated`);
        }
      }
    });
  }
}
