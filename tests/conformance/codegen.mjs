// graphql-codegen makes TypeScript of schema.graphql and of every example of the playground, and tsc takes all of it in
// strict mode together with client.ts, which uses it as a partner's app would.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as documents from '@graphql-codegen/typed-document-node';
import * as operations from '@graphql-codegen/typescript-operations';
import * as typescript from '@graphql-codegen/typescript';
import { buildSchema, isScalarType, parse, specifiedScalarTypes } from 'graphql';
import ts from 'typescript';
import { assert, fromRoot, none, scratch } from './checks.mjs';
import { SCHEMA } from './schema.mjs';

const EXAMPLES = fromRoot('playground/examples.json');
const CLIENT = fileURLToPath(new URL('client.ts', import.meta.url));

const OPTIONS = { strict: true, noEmit: true, skipLibCheck: true, module: 'esnext', moduleResolution: 'bundler', target: 'es2022' };

/** The types of the schema in one file, typed documents of the examples in another. */
async function generate(folder) {
  const sdl = readFileSync(SCHEMA, 'utf8');
  const items = JSON.parse(readFileSync(EXAMPLES, 'utf8')).flatMap((group) => group.items);
  const scalars = Object.values(buildSchema(sdl).getTypeMap()).filter(
    (type) => isScalarType(type) && !specifiedScalarTypes.some(({ name }) => name === type.name),
  );
  const write = async (name, pluginMap) => {
    const filename = join(folder, name);
    const text = await codegen({
      filename,
      schema: parse(sdl),
      documents: items.map((item) => ({ location: item.title, document: parse(item.query) })),
      config: {
        enumsAsTypes: true,
        scalars: Object.fromEntries(scalars.map(({ name }) => [name, 'string'])),
        strictScalars: true,
        useTypeImports: true,
      },
      plugins: Object.keys(pluginMap).map((plugin) => ({ [plugin]: {} })),
      pluginMap,
    });
    writeFileSync(filename, text);
    return text.split('\n').length;
  };
  const lines = await write('schema.ts', { typescript });
  return { operations: items.length, lines: lines + (await write('api.ts', { operations, documents })) };
}

function compile(files) {
  const { options } = ts.convertCompilerOptionsFromJson(OPTIONS, '.');
  const program = ts.createProgram(files, { ...options, types: [] });
  const problems = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${file?.fileName ?? ''}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
  none(problems, 'errors');
}

export async function checkCodegen({ check }) {
  const folder = scratch('codegen');
  await check('codegen: TypeScript is generated for every example', async () => {
    const { operations: count, lines } = await generate(folder);
    assert(count > 0, 'there are no examples');
    return `${count} operations, ${lines} lines`;
  });
  await check('codegen: tsc --strict takes what was generated', () => compile(['schema.ts', 'api.ts'].map((name) => join(folder, name))));
  await check('codegen: tsc --strict takes a client of it, and nothing that would be wrong', () => compile([CLIENT]));
}
