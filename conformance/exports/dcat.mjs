// Reads the catalogue as linked data and judges it by shapes, with libraries of others;
// asks every address in it: node dcat.mjs URL
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import jsonld from "jsonld";
import { Parser, Store } from "n3";
import SHACLValidator from "rdf-validate-shacl";

const server = process.argv[2];
const response = await fetch(`${server}/catalog.jsonld`);
assert.equal(response.headers.get("content-type"), "application/ld+json");
// Reading it must not need other documents.
const documentLoader = (url) => assert.fail(`it wants ${url}`);
const quads = new Parser({ format: "N-Quads" }).parse(await jsonld.toRDF(await response.json(), { format: "application/n-quads", documentLoader }));
const data = new Store(quads);
const shapes = new Store(new Parser().parse(await readFile(new URL("dcat.ttl", import.meta.url), "utf8")));
const report = await new SHACLValidator(shapes).validate(data);
assert.ok(report.conforms, report.results.map((r) => `${r.focusNode?.value} ${r.path?.value}: ${r.message.map((m) => m.value)} ${r.sourceConstraintComponent?.value}`).join("\n"));
// The shapes must not accept everything.
const without = new Store(quads.filter((q) => !q.predicate.value.endsWith("#mediaType")));
assert.ok(!(await new SHACLValidator(shapes).validate(without)).conforms);

const dcat = "http://www.w3.org/ns/dcat#";
let asked = 0;
for (const predicate of ["downloadURL", "endpointDescription"]) {
  for (const { object } of data.match(null, `${dcat}${predicate}`)) {
    const { status, headers } = await fetch(object.value, { method: "HEAD" });
    assert.equal(status, 200, object.value);
    if (predicate === "downloadURL") {
      const [{ object: media }] = data.match(object, `${dcat}mediaType`);
      assert.equal(headers.get("content-type").split(";")[0], media.value.replace("https://www.iana.org/assignments/media-types/", ""), object.value);
    }
    asked++;
  }
}
console.log(JSON.stringify({ quads: quads.length, asked }));
