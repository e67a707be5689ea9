// Judges Sentra's OpenAPI document by a validator of others, and Sentra's answers
// by the document: node openapi.mjs URL
import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import Papa from "papaparse";

const server = process.argv[2];
const document = await (await fetch(`${server}/openapi.json`)).json();

const judgement = await new Validator().validate(structuredClone(document));
assert.ok(judgement.valid, JSON.stringify(judgement.errors, null, 1));

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(document, "openapi");
const pointer = (path) => path.map((part) => encodeURIComponent(String(part).replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");

/** Resolves a $ref inside the document; returns its target and the path of that. */
function follow(value, path) {
  if (!value?.$ref) return [value, path];
  const to = value.$ref.slice(2).split("/");
  return [to.reduce((at, part) => at[part], document), to];
}

function check(path, data, what) {
  const validate = ajv.getSchema(`openapi#/${pointer(path)}`);
  assert.ok(validate, `no schema at ${path.join("/")}`);
  assert.ok(validate(data), `${what}: ${JSON.stringify(validate.errors?.slice(0, 5))}`);
}

/** Checks that the document allows every parameter of a request. */
function checkParameters(operation, path, query, what) {
  for (const [name, text] of query) {
    const i = operation.parameters.findIndex((p) => follow(p)[0].in === "query" && follow(p)[0].name === name);
    assert.ok(i >= 0, `${what}: ${name} is not described`);
    const [parameter, where] = follow(operation.parameters[i], [...path, "parameters", i]);
    if (parameter.content) {
      check([...where, "content", "application/json", "schema"], JSON.parse(text), `${what}: ${name}`);
      continue;
    }
    const { type } = follow(parameter.schema)[0];
    const value = type === "integer" || type === "number" ? Number(text) : type === "boolean" ? text === "true" : type === "array" ? text.split(",") : text;
    check([...where, "schema"], value, `${what}: ${name}`);
  }
}

const visited = new Set();
let answers = 0;

/** Sends a request, and compares the answer with the document. */
async function ask(route, status, query = {}, { method = "GET", headers = {}, at = route } = {}) {
  const search = new URLSearchParams(query);
  const what = `${method} ${at}?${search}`;
  const operation = document.paths[route]?.[method.toLowerCase()];
  assert.ok(operation, `${what} is not described`);
  const path = ["paths", route, method.toLowerCase()];
  if (status === 200) checkParameters(operation, path, search, what);
  const response = await fetch(`${server}${at}?${search}`, { method, headers });
  const body = await response.text();
  assert.equal(response.status, status, `${what}: ${body.slice(0, 300)}`);
  const [described, where] = follow(operation.responses[status], [...path, "responses", status]);
  assert.ok(described, `${what}: status ${status} is not described`);
  for (const name of Object.keys(described.headers ?? {})) {
    const [header, headerAt] = follow(described.headers[name], [...where, "headers", name]);
    const text = response.headers.get(name);
    assert.ok(text !== null, `${what}: the header ${name} is missing`);
    check([...headerAt, "schema"], header.schema.type === "integer" ? Number(text) : text, `${what}: ${name}`);
  }
  answers++;
  if (!described.content || method === "HEAD") {
    assert.equal(body, "", `${what}: a body that is not described`);
  } else {
    const type = response.headers.get("content-type");
    const media = described.content[type];
    assert.ok(media, `${what}: the type ${type} is not described`);
    const mediaAt = [...where, "content", type];
    if (media["x-line-schema"]) {
      for (const line of body.split("\n").slice(0, -1)) check(media["x-line-schema"].$ref.slice(2).split("/"), JSON.parse(line), what);
    } else if (media["x-columns"]) {
      const { meta, errors } = Papa.parse(body, { header: true, skipEmptyLines: true });
      assert.deepEqual(errors, []);
      const columns = media["x-columns"].filter((column) => !column.optional || meta.fields.includes(column.name)).map((column) => column.name);
      assert.deepEqual(meta.fields, columns, what);
    } else if (type.includes("json")) {
      check([...mediaAt, "schema"], JSON.parse(body), what);
    }
  }
  visited.add(`${method} ${route} ${status}`);
  return response;
}

const near = { point: { lon: 112.733, lat: -7.2 }, radius: 100000 };
const box = { type: "Polygon", coordinates: [[[112, -8.5], [114, -8.5], [114, -7], [112, -7], [112, -8.5]]] };
const title = JSON.stringify({ affirmative: true, clusters: {programme: true} });
const exported = Object.keys(document.paths).filter((path) => /^\/(regions|clusters)\./.test(path));
assert.deepEqual(exported.sort(), ["clusters.csv", "clusters.geojson", "clusters.gpkg", "clusters.ndjson", "clusters.parquet", "clusters.xlsx", "regions.csv", "regions.geojson", "regions.gpkg", "regions.ndjson", "regions.parquet", "regions.topojson", "regions.xlsx"].map((name) => `/${name}`));
for (const route of exported) {
  const regions = route.startsWith("/regions");
  const questions = regions
    ? [{ asOf: "2017-12-25", filter: title }, { filter: JSON.stringify({ near, level: "REGENCY" }), orderBy: "DISTANCE" }, { filter: JSON.stringify({ intersects: box }), precision: "3" }]
    : [{}, { asOf: "2016-12-31", orderBy: "NAME" }, { filter: JSON.stringify({ near }), precision: "2" }, { filter: JSON.stringify({ regions: { affirmative: true } }), asOf: "2017-12-25" }];
  const described = (name) => document.paths[route].get.parameters.map((p) => follow(p)[0]).find((p) => p.name === name);
  for (const geometry of described("geometry")?.schema.enum ?? []) questions.push({ geometry, filter: JSON.stringify(regions ? { parent: "35" } : { region: "35" }) });
  if (described("zoom")) questions.push({ zoom: "4", filter: title, ...(route.endsWith(".csv") && { geometry: "boundary" }) });
  if (described("bom")) questions.push({ bom: "true" });
  if (described("delimiter")) questions.push({ delimiter: "semicolon" });
  for (const winding of described("winding")?.schema.enum ?? []) questions.push({ winding, zoom: "4", filter: JSON.stringify({ parent: "35" }), ...(route.endsWith(".csv") && { geometry: "boundary" }) });
  for (const question of questions) await ask(route, 200, question);
  const { headers } = await ask(route, 200, {}, { method: "HEAD" });
  await ask(route, 304, {}, { headers: { "If-None-Match": headers.get("etag") } });
  await ask(route, 304, {}, { method: "HEAD", headers: { "If-None-Match": headers.get("etag") } });
  for (const wrong of [{ colour: "red" }, { asOf: "x" }, { filter: "{" }, { filter: JSON.stringify({ colour: "red" }) }, { precision: "9" }, { orderBy: "SIZE" }]) await ask(route, 400, wrong);
}

for (const layer of ["supports", "facilitators", "candidates", "names", "codes"]) {
  for (const format of ["csv", "xlsx", "ndjson"]) {
    const route = `/${layer}.${format}`;
    const questions = [{}, { asOf: "2017-12-25" }];
    if (format === "xlsx") questions.push({ columns: "narrow" });
    if (format === "csv") questions.push({ delimiter: "semicolon", bom: "true", lang: "id" });
    if (layer === "supports") questions.push({ filter: JSON.stringify({ fund: ["DAK"], fromYear: 2019, region: "13" }) });
    for (const question of questions) await ask(route, 200, question);
    const { headers } = await ask(route, 200, {}, { method: "HEAD" });
    await ask(route, 304, {}, { headers: { "If-None-Match": headers.get("etag") } });
    await ask(route, 304, {}, { method: "HEAD", headers: { "If-None-Match": headers.get("etag") } });
    for (const wrong of [{ colour: "red" }, { asOf: "x" }, { asOf: "1999-01-01" }, { filter: "{" }]) await ask(route, 400, wrong);
  }
}

// Which border or disadvantaged regencies have weavers, had DAK money, and no facilitator within 100 km?
const placing = { asOf: "2019-12-31", product: "tenun,songket", weights: '{"linkage":0}', filter: JSON.stringify({ affirmative: true, clusters: { or: [{ product: "tenun" }, { product: "songket" }] }, supports: { fund: ["DAK"] }, facilitators: { withinMetres: 100000, known: false } }) };
for (const format of ["csv", "xlsx", "ndjson"]) {
  const route = `/screening.${format}`;
  for (const question of [{}, placing, { orderBy: "UPPER", withinMetres: "0" }, format === "xlsx" ? { columns: "narrow" } : { asOf: "2017-12-25" }]) await ask(route, 200, question);
  const { headers } = await ask(route, 200, placing, { method: "HEAD" });
  assert.equal(headers.get("sentra-total-count"), "1");
  await ask(route, 304, placing, { headers: { "If-None-Match": headers.get("etag") } });
  await ask(route, 304, placing, { method: "HEAD", headers: { "If-None-Match": headers.get("etag") } });
  for (const wrong of [{ colour: "red" }, { asOf: "x" }, { asOf: "1999-01-01" }, { filter: "{" }, { orderBy: "SIZE" }, { product: "spaceship" }, { weights: "2" }, { weights: '{"DAK":2}' }, { weights: '{"dak":-1}' }, { withinMetres: "far" }, { withinMetres: "-1" }]) await ask(route, 400, wrong);
}

await ask("/tiles/{z}/{x}/{y}.mvt", 200, { asOf: "2017-12-25", layers: "provinces,clusters" }, { at: "/tiles/4/13/8.mvt" });
await ask("/tiles/{z}/{x}/{y}.mvt", 200, { filter: title, clusterFilter: JSON.stringify({ phase: "2017" }) }, { at: "/tiles/4/13/8.mvt" });
await ask("/tiles/{z}/{x}/{y}.mvt", 200, {}, { method: "HEAD", at: "/tiles/4/13/8.mvt" });
await ask("/tiles/{z}/{x}/{y}.mvt", 204, {}, { at: "/tiles/4/0/0.mvt" });
await ask("/tiles/{z}/{x}/{y}.mvt", 400, {}, { at: "/tiles/4/16/0.mvt" });
for (const route of ["/tiles.json", "/style.json"]) {
  const { headers } = await ask(route, 200, { asOf: "2017-12-25" });
  await ask(route, 304, { asOf: "2017-12-25" }, { headers: { "If-None-Match": headers.get("etag") } });
  await ask(route, 200, {}, { method: "HEAD" });
  await ask(route, 400, { colour: "red" });
}
await ask("/tiles.json", 200, { layers: "regencies", labels: "false" });
await ask("/tiles/{z}/{x}/{y}.mvt", 200, { labels: "false" }, { at: "/tiles/4/13/8.mvt" });
await ask("/style.json", 200, { labels: "false" });
await ask("/style.json", 400, { labels: "no" });
{
  const route = "/glyphs/{fontstack}/{range}.pbf", at = "/glyphs/Go%20Regular/0-255.pbf";
  const { headers } = await ask(route, 200, {}, { at });
  await ask(route, 200, {}, { at, method: "HEAD" });
  await ask(route, 200, {}, { at: "/glyphs/Open%20Sans%20Regular,Go%20Regular/256-511.pbf" });
  await ask(route, 304, {}, { at, headers: { "If-None-Match": headers.get("etag") } });
  for (const wrong of ["1-256", "0-511", "65536-65791", "x"]) await ask(route, 400, {}, { at: `/glyphs/Go%20Regular/${wrong}.pbf` });
  await ask(route, 404, {}, { at: "/glyphs/Arial/0-255.pbf" });
}
{
  const { headers } = await ask("/datapackage.json", 200, { asOf: "2017-12-25", delimiter: "semicolon" });
  await ask("/datapackage.json", 304, { asOf: "2017-12-25", delimiter: "semicolon" }, { headers: { "If-None-Match": headers.get("etag") } });
  await ask("/datapackage.json", 200, {}, { method: "HEAD" });
  for (const wrong of [{ colour: "red" }, { asOf: "x" }, { delimiter: "tab" }]) await ask("/datapackage.json", 400, wrong);
}
{
  const { headers } = await ask("/schema.graphql", 200);
  await ask("/schema.graphql", 200, {}, { method: "HEAD" });
  await ask("/schema.graphql", 304, {}, { headers: { "If-None-Match": headers.get("etag") } });
  await ask("/schema.graphql", 304, {}, { method: "HEAD", headers: { "If-None-Match": headers.get("etag") } });
}
{
  const question = { asOf: "2017-12-25", filter: JSON.stringify({ programme: true, regions: { affirmative: true } }) };
  const { headers } = await ask("/facets.json", 200, question);
  await ask("/facets.json", 304, question, { headers: { "If-None-Match": headers.get("etag") } });
  await ask("/facets.json", 200, {}, { method: "HEAD" });
  for (const wrong of [{ colour: "red" }, { asOf: "x" }, { filter: "{" }]) await ask("/facets.json", 400, wrong);
  await ask("/choropleth.json", 200, { level: "PROVINCE", key: "ISO_3166_2", asOf: "2017-12-25", filter: JSON.stringify({ programme: true }) });
  await ask("/choropleth.json", 200, { by: "PRODUCT", measure: "AFFIRMATIVE_CLUSTER_SHARE" });
  await ask("/choropleth.json", 200, {}, { method: "HEAD" });
  for (const wrong of [{ by: "x" }, { level: "x" }, { measure: "x" }, { key: "x" }, { key: "ISO_3166_2" }, { by: "PHASE", key: "BPS" }]) await ask("/choropleth.json", 400, wrong);
  await ask("/quality.json", 200, { asOf: "2017-12-25" });
  await ask("/quality.json", 200, {}, { method: "HEAD" });
  await ask("/quality.json", 400, { filter: "{}" });
}
{
  const { headers } = await ask("/catalog.jsonld", 200);
  await ask("/catalog.jsonld", 200, {}, { method: "HEAD" });
  await ask("/catalog.jsonld", 304, {}, { headers: { "If-None-Match": headers.get("etag") } });
  await ask("/catalog.jsonld", 400, { colour: "red" });
}
// HTML pages, each with and without a language.
for (const lang of ["", "/id"]) {
  const template = lang && "/{lang}";
  const routes = { "/regions": "", "/regions/{key}": "/regions/94.06", "/clusters": "", "/clusters/{key}": "/clusters/2017-94.06-coffee-processing", "/products": "",
    "/products/{key}": "/products/coffee-processing", "/compare": "", "/about": "", "/developers": "", "/sources": "", "/quality": "" };
  for (const [path, given] of Object.entries(routes)) {
    const at = lang + (given || path), route = template + path;
    const { headers } = await ask(route, 200, { asOf: "2017-12-25" }, { at });
    assert.equal(headers.get("content-language"), lang ? "id" : "en");
    await ask(route, 200, {}, { at, method: "HEAD" });
    await ask(route, 304, { asOf: "2017-12-25" }, { at, headers: { "If-None-Match": headers.get("etag") } });
    await ask(route, 400, { asOf: "x" }, { at });
    if (given) await ask(route, 404, {}, { at: at.replace(/[^/]+$/, "none-such-thing") });
  }
  await ask(`${template}/clusters`, 200, { page: "2" }, { at: `${lang}/clusters` });
  await ask(`${template}/clusters`, 404, { page: "99" }, { at: `${lang}/clusters` });
  await ask(`${template}/regions`, 200, { q: "dogiyai" }, { at: `${lang}/regions` });
  await ask(`${template}/compare`, 200, { a: "94.06", b: "53.17", asOfB: "2017-12-25" }, { at: `${lang}/compare` });
}
// Pictures for link previews.
for (const [route, at] of [["/{lang}/picture.png", "/id/picture.png"], ["/{lang}/regions/{key}/picture.png", "/en/regions/94.06/picture.png"], ["/{lang}/clusters/{key}/picture.png", "/id/clusters/2017-94.06-coffee-processing/picture.png"]]) {
  const { headers } = await ask(route, 200, { asOf: "2017-12-25" }, { at });
  await ask(route, 200, { asOf: "2017-12-25" }, { at, method: "HEAD" });
  await ask(route, 304, { asOf: "2017-12-25" }, { at, headers: { "If-None-Match": headers.get("etag") } });
  await ask(route, 400, { asOf: "x" }, { at });
  if (route.includes("{key}")) await ask(route, 404, { asOf: "2017-12-25" }, { at: at.replace(/[^/]+\/picture/, "none-such-thing/picture") });
}
{
  const at = "/en/picture.png", view = { list: "regencies", affirmative: "ANY", programme: "true", asOf: "2017-12-25" };
  const { headers } = await ask("/{lang}/picture.png", 200, view, { at });
  await ask("/{lang}/picture.png", 304, view, { at, headers: { "If-None-Match": headers.get("etag") } });
  await ask("/{lang}/picture.png", 200, { list: "provinces", hosts: "true", product: "coffee-processing", province: "94", phase: "2013-2016" }, { at });
  await ask("/{lang}/picture.png", 200, { list: "regencies", initialTarget: "true", group: "FOOD", fund: "DAK", confidence: "LISTED", status: "EXISTING", q: "a" }, { at });
  await ask("/{lang}/picture.png", 200, { list: "screening", money: "DAK,2017-2019", facilitators: "none,100", near: "110,-7,100000" }, { at });
  for (const area of [{ bbox: "110,-8,112,-6" }, { within: "110,-8;112,-8;111,-6" }]) await ask("/{lang}/picture.png", 200, area, { at });
  for (const wrong of [{ list: "villages" }, { affirmative: "x" }, { hosts: "x" }, { programme: "x" }, { product: "spaceship" }, { province: "x" }, { phase: "x" }, { initialTarget: "x" }, { group: "x" }, { fund: "x" }, { confidence: "x" }, { status: "x" }, { q: "x".repeat(101) }, { bbox: "x" }, { within: "x" }, { near: "x" }, { list: "screening", money: "x" }, { list: "screening", facilitators: "x" }]) await ask("/{lang}/picture.png", 400, wrong, { at });
}
for (const [route, at] of [["/favicon.svg"], ["/robots.txt"], ["/sitemap.xml"], ["/sitemap-{n}.xml", "/sitemap-1.xml"]]) {
  const { headers } = await ask(route, 200, {}, { at });
  await ask(route, 200, {}, { at, method: "HEAD" });
  await ask(route, 304, {}, { at, headers: { "If-None-Match": headers.get("etag") } });
}
// The OGC API has its own document, which the same validator checks.
const ogc = await (await fetch(`${server}/ogc/api`)).json();
const ogcJudgement = await new Validator().validate(structuredClone(ogc));
assert.ok(ogcJudgement.valid, JSON.stringify(ogcJudgement.errors, null, 1));
assert.equal(ogc.openapi, "3.0.3");
for (const day of ["", "/2017-12-25"]) {
  const template = day ? "/ogc/{day}" : "/ogc";
  const routes = { "": "", "/conformance": "", "/api": "", "/collections": "", "/collections/{collection}": "/collections/regencies",
    "/collections/{collection}/queryables": "/collections/clusters/queryables", "/tileMatrixSets": "", "/tileMatrixSets/{matrices}": "/tileMatrixSets/WebMercatorQuad",
    "/tiles": "", "/tiles/{matrices}": "/tiles/WebMercatorQuad", "/collections/{collection}/tiles": "/collections/regencies/tiles", "/collections/{collection}/tiles/{matrices}": "/collections/clusters/tiles/WebMercatorQuad",
    "/collections/{collection}/items": "/collections/regencies/items", "/collections/{collection}/items/{feature}": "/collections/regencies/items/94.06" };
  for (const [path, given] of Object.entries(routes)) {
    const at = `/ogc${day}${given || path}`, route = template + path;
    const { headers } = await ask(route, 200, { zoom: "5" }, { at });
    await ask(route, 200, { f: "html" }, { at });
    await ask(route, 200, {}, { at, method: "HEAD" });
    await ask(route, 304, { zoom: "5" }, { at, headers: { "If-None-Match": headers.get("etag") } });
    for (const wrong of [{ colour: "red" }, { datetime: "x" }, { zoom: "99" }, { f: "xml" }]) await ask(route, 400, wrong, { at });
  }
  const items = `${template}/collections/{collection}/items`;
  for (const question of [{ limit: "7", bbox: "139,-9,141,-2" }, { limit: "1000", datetime: "2022-11-25T00:00:00Z", zoom: "3" }, { after: "90", f: "json" },
    { filter: "name LIKE 'Papua%' AND S_INTERSECTS(geometry, BBOX(139,-9,141,-2))", "filter-lang": "cql2-text", zoom: "3", crs: "http://www.opengis.net/def/crs/EPSG/0/4326" }]) await ask(items, 200, question, { at: `/ogc${day}/collections/provinces/items` });
  await ask(items, 200, {}, { at: `/ogc${day}/collections/clusters/items` });
  for (const facts of ["supports", "facilitators", "candidates"]) {
    await ask(`${template}/collections/{collection}`, 200, {}, { at: `/ogc${day}/collections/${facts}` });
    await ask(items, 200, { bbox: "94,-12,142,7", filter: "provinceCode IN ('13', '91') AND S_INTERSECTS(geometry, BBOX(94,-12,142,7))" }, { at: `/ogc${day}/collections/${facts}/items` });
    await ask(`${template}/collections/{collection}/tiles`, 404, {}, { at: `/ogc${day}/collections/${facts}/tiles` });
  }
  for (const wrong of [{ filter: "name" }, { filter: "name = 3" }, { filter: "TRUE", "filter-lang": "cql2-json" }, { crs: "EPSG:4326" }]) await ask(items, 400, wrong, { at: `/ogc${day}/collections/provinces/items` });
  await ask(`${template}/tiles/{matrices}`, 404, {}, { at: `/ogc${day}/tiles/WorldCRS84Quad` });
  await ask(items, 404, {}, { at: `/ogc${day}/collections/rivers/items` });
  await ask(`${items}/{feature}`, 404, {}, { at: `/ogc${day}/collections/clusters/items/none` });
}
await ask("/healthz", 200);
await ask("/readyz", 200);
const { headers } = await ask("/openapi.json", 200);
await ask("/openapi.json", 304, {}, { headers: { "If-None-Match": headers.get("etag") } });

// Every route was requested, with every method in the document.
for (const [route, item] of Object.entries(document.paths)) {
  for (const method of Object.keys(item)) assert.ok(visited.has(`${method.toUpperCase()} ${route} 200`), `${method} ${route} was not tried`);
}

// The filters are those of GraphQL: the same fields, the same enumerations.
const response = await fetch(`${server}/graphql`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({
  query: `{ region: __type(name: "RegionFilter") { ...fields } cluster: __type(name: "ClusterFilter") { ...fields }
            regionOrder: __type(name: "RegionOrder") { enumValues { name } } clusterOrder: __type(name: "ClusterOrder") { enumValues { name } } }
          fragment fields on __Type { inputFields { name description type { name enumValues { name } } } }` }) });
const { data } = await response.json();
for (const [name, type] of [["RegionFilter", data.region], ["ClusterFilter", data.cluster]]) {
  const { properties } = document.components.schemas[name];
  assert.deepEqual(Object.keys(properties).sort(), type.inputFields.map((field) => field.name).sort(), name);
  for (const field of type.inputFields) {
    assert.equal(properties[field.name].description, field.description);
    if (field.type.enumValues?.length) assert.deepEqual(follow(properties[field.name])[0].enum, field.type.enumValues.map((value) => value.name), `${name}.${field.name}`);
  }
}
for (const [name, order] of [["RegionOrder", data.regionOrder], ["ClusterOrder", data.clusterOrder]]) {
  assert.deepEqual(document.components.schemas[name].enum, order.enumValues.map((value) => value.name), name);
}
console.log(JSON.stringify({ paths: Object.keys(document.paths).length, answers }));
