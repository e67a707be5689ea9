// Compares schemas with the released one and prints as JSON what of each breaks
// clients and which deprecations lack a reason or a day:
//   node changes.mjs RELEASED SCHEMA ...
// [{breaking: [{path, type, message}], deprecations: [{path, reason}]}]
import { readFileSync } from "node:fs";
import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { Kind, visit } from "graphql";
import { readDocument, readSchema } from "./schema.mjs";

const [released, ...schemas] = process.argv.slice(2).map((path) => readFileSync(path, "utf8"));

async function breakingChanges(schema) {
  const changes = await diff(readSchema(released), readSchema(schema));
  return changes
    .filter((change) => change.criticality.level === CriticalityLevel.Breaking)
    .map(({ path, type, message }) => ({ path, type, message }));
}

function bareDeprecations(schema) {
  const found = [];
  visit(readDocument(schema), {
    Directive(node, _key, _parent, _path, ancestors) {
      if (node.name.value !== "deprecated") return;
      const reason = node.arguments.find((argument) => argument.name.value === "reason")?.value;
      const text = reason?.kind === Kind.STRING ? reason.value : "";
      const day = text.match(/\b\d{4}-\d{2}-\d{2}\b/)?.[0];
      if (!day || Number.isNaN(Date.parse(day)) || text.replace(day, "").trim().length < 10) {
        const path = ancestors.filter((ancestor) => ancestor.name).map((ancestor) => ancestor.name.value);
        found.push({ path: path.join("."), reason: text });
      }
    },
  });
  return found;
}

const found = [];
for (const schema of schemas) found.push({ breaking: await breakingChanges(schema), deprecations: bareDeprecations(schema) });
console.log(JSON.stringify(found));
