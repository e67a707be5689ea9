// Reads a schema of Sentra for tools that do not support federation.
import { readFileSync } from "node:fs";
import { buildASTSchema, Kind, parse, print, validateSchema } from "graphql";

const federation = readFileSync(new URL("federation.graphql", import.meta.url), "utf8");

/** Returns the document of a schema, with federation's directives and without its @link. */
export function readDocument(text) {
  const document = parse(text);
  const defined = new Set(document.definitions.map((definition) => definition.name?.value));
  const missing = parse(federation).definitions.filter((definition) => !defined.has(definition.name.value));
  return {
    ...document,
    definitions: [...missing, ...document.definitions.filter((definition) => definition.kind !== Kind.SCHEMA_EXTENSION)],
  };
}

/** Returns the schema, or throws an error with its faults. */
export function readSchema(text) {
  const schema = buildASTSchema(readDocument(text));
  const errors = validateSchema(schema);
  if (errors.length > 0) throw new Error(errors.join("\n"));
  return schema;
}

/** Returns the schema's text in a form that does not need federation. */
export const plainText = (text) => print(readDocument(text));
