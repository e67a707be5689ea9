// Lints the names and descriptions of schemas and prints the findings of each as JSON:
//   node lint.mjs SCHEMA ...
// [[{rule, line, message}]]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import graphql from "@graphql-eslint/eslint-plugin";
import { ESLint } from "eslint";
import { plainText } from "./schema.mjs";

const rules = {
  "no-hashtag-description": "error",
  "no-typename-prefix": "error",
  "no-unreachable-types": "error",
  "relay-arguments": ["error", { includeBoth: true }],
  "relay-connection-types": "error",
  "relay-edge-types": ["error", { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false }],
  "relay-page-info": "error",
  "require-deprecation-reason": "error",
  "require-description": [
    "error",
    { types: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true, DirectiveDefinition: true, rootField: true },
  ],
  "naming-convention": [
    "error",
    {
      types: "PascalCase",
      FieldDefinition: { style: "camelCase", forbiddenPrefixes: ["get", "fetch", "query"], forbiddenSuffixes: ["List", "Query"] },
      InputValueDefinition: "camelCase",
      Argument: "camelCase",
      DirectiveDefinition: "camelCase",
      EnumValueDefinition: "UPPER_CASE",
      "EnumTypeDefinition,InterfaceTypeDefinition,UnionTypeDefinition,ScalarTypeDefinition": {
        forbiddenPrefixes: ["Enum", "Interface", "Union", "Scalar"],
        forbiddenSuffixes: ["Enum", "Interface", "Union", "Scalar"],
      },
    },
  ],
};

async function lint(text) {
  const folder = mkdtempSync(join(tmpdir(), "sentra-lint-"));
  const plain = join(folder, "schema.graphql");
  writeFileSync(plain, plainText(text));
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: true,
    overrideConfig: [
      {
        files: ["**/*.graphql"],
        plugins: { "@graphql-eslint": graphql },
        languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: plain } } },
        rules: Object.fromEntries(Object.entries(rules).map(([name, level]) => [`@graphql-eslint/${name}`, level])),
      },
    ],
  });
  const [result] = await eslint.lintText(text, { filePath: join(folder, "linted.graphql") });
  rmSync(folder, { recursive: true });
  return result.messages.map(({ ruleId, line, message }) => ({ rule: ruleId ?? "parse", line, message }));
}

const findings = [];
for (const path of process.argv.slice(2)) findings.push(await lint(readFileSync(path, "utf8")));
console.log(JSON.stringify(findings));
