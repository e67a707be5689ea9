// usage: node generate.mjs URL FOLDER DOCUMENT...
// Asks the server at URL for its schema, and writes into FOLDER what clients are
// made of: schema.graphql as introspection shows it, schema.ts with the types of
// the schema, and operations.ts with those of the documents' operations.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as operations from '@graphql-codegen/typescript-operations';
import * as types from '@graphql-codegen/typescript';
import { buildClientSchema, getIntrospectionQuery, parse, printSchema } from 'graphql';

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

const schema = parse(sdl);
const documents = await Promise.all(
  files.map(async (location) => ({ location, document: parse(await readFile(location, 'utf8')) })),
);
const scalars = {
  Date: 'string',
  PartialDate: 'string',
  GeoJSONGeometry: '{ type: string; coordinates: unknown[] }',
  GeoJSON: 'Record<string, unknown>',
  GeoJSONMultiPoint: '{ type: "MultiPoint"; coordinates: number[][] }',
  _Any: 'Record<string, unknown>',
  FieldSet: 'string',
  federation__Policy: 'string',
  federation__Scope: 'string',
};
for (const [name, plugin, of] of [['schema', types, []], ['operations', operations, documents]]) {
  const filename = join(folder, `${name}.ts`);
  const text = await codegen({
    filename,
    schema,
    documents: of,
    config: { scalars, strictScalars: true, enumsAsTypes: true },
    plugins: [{ [name]: {} }],
    pluginMap: { [name]: plugin },
  });
  await writeFile(filename, text);
}
