// Reads a schema of Sentra's for tools that know nothing of federation.
import { readFileSync } from "node:fs";
import { buildASTSchema, Kind, parse, print, validateSchema } from "graphql";

const federation = readFileSync(new URL("federation.graphql", import.meta.url), "utf8");

/** Gives the document of a schema, with federation's directives in and its @link out. */
export function readDocument(text) {
  const document = parse(text);
  const defined = new Set(document.definitions.map((definition) => definition.name?.value));
  const missing = parse(federation).definitions.filter((definition) => !defined.has(definition.name.value));
  return {
    ...document,
    definitions: [...missing, ...document.definitions.filter((definition) => definition.kind !== Kind.SCHEMA_EXTENSION)],
  };
}

/** Gives the schema, or throws with what is wrong with it. */
export function readSchema(text) {
  const schema = buildASTSchema(readDocument(text));
  const errors = validateSchema(schema);
  if (errors.length > 0) throw new Error(errors.join("\n"));
  return schema;
}

/** Gives the schema's text as it can be read without knowing of federation. */
export const plainText = (text) => print(readDocument(text));
