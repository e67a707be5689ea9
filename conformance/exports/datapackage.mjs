// Reads the CSV exports by their Data Package, as Frictionless's own library does,
// which casts every cell: node datapackage.mjs URL QUERY...
import assert from "node:assert/strict";
import { Package } from "datapackage";

const [server, ...queries] = process.argv.slice(2);
for (const query of queries) {
  const descriptor = await (await fetch(`${server}/datapackage.json?${query}`)).json();
  const dataPackage = await Package.load(descriptor);
  assert.ok(dataPackage.valid, dataPackage.errors.join("\n"));
  const rows = {};
  for (const resource of dataPackage.resources) {
    assert.ok(resource.valid && resource.tabular, resource.name);
    rows[resource.name] = await resource.read({ keyed: true });
  }
  const regency = rows.regions.find((row) => row.code === "11.10");
  console.log(JSON.stringify({ regions: rows.regions.length, clusters: rows.clusters.length, code: regency?.code, lon: typeof regency?.lon, asOf: regency?.asOf instanceof Date,
    columns: descriptor.resources[0].schema.fields.length, rows: Object.fromEntries(Object.entries(rows).map(([name, list]) => [name, list.length])) }));
}
