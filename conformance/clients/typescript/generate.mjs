// usage: node generate.mjs URL FOLDER DOCUMENT...
// Asks the server at URL for its schema, and writes into FOLDER what clients are
// made of: schema.graphql as introspection shows it, schema.ts with the types of
// the schema, and operations.ts with those of the documents' operations. The same
// operations must come of the schema at /schema.graphql.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as operations from '@graphql-codegen/typescript-operations';
import * as types from '@graphql-codegen/typescript';
import { buildClientSchema, buildSchema, getIntrospectionQuery, parse, printSchema, validateSchema } from 'graphql';

const [url, folder, ...files] = process.argv.slice(2);
const response = await fetch(url, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ query: getIntrospectionQuery() }),
  signal: AbortSignal.timeout(20_000),
});
const { data, errors } = await response.json();
if (errors) throw new Error(errors[0].message);
const sdl = printSchema(buildClientSchema(data));
await writeFile(join(folder, 'schema.graphql'), sdl);

const served = await (await fetch(new URL('/schema.graphql', url), { signal: AbortSignal.timeout(20_000) })).text();
const faults = validateSchema(buildSchema(served));
if (faults.length > 0) throw new Error(`/schema.graphql: ${faults.join('\n')}`);

const documents = await Promise.all(
  files.map(async (location) => ({ location, document: parse(await readFile(location, 'utf8')) })),
);
const scalars = {
  Date: 'string',
  PartialDate: 'string',
  Decimal: 'string',
  GeoJSONGeometry: '{ type: string; coordinates: unknown[] }',
  GeoJSON: 'Record<string, unknown>',
  GeoJSONMultiPoint: '{ type: "MultiPoint"; coordinates: number[][] }',
};
// Introspection also has what is only for gateways.
const federationScalars = { _Any: 'Record<string, unknown>', FieldSet: 'string', federation__Policy: 'string', federation__Scope: 'string' };

function generate(name, plugin, of, text, scalars) {
  return codegen({
    filename: join(folder, `${name}.ts`),
    schema: parse(text),
    documents: of,
    config: { scalars, strictScalars: true, enumsAsTypes: true },
    plugins: [{ [name]: {} }],
    pluginMap: { [name]: plugin },
  });
}

for (const [name, plugin, of] of [['schema', types, []], ['operations', operations, documents]]) {
  const text = await generate(name, plugin, of, sdl, { ...scalars, ...federationScalars });
  await writeFile(join(folder, `${name}.ts`), text);
  const fromServed = await generate(name, plugin, of, served, scalars);
  if (name === 'operations' && fromServed !== text) throw new Error('/schema.graphql gives other types of the operations than introspection');
}
