// Compares every export with GraphQL's answer to the same question, value by
// value: node agree.mjs URL. The CSV is read by papaparse.
import assert from "node:assert/strict";
import Papa from "papaparse";

const server = process.argv[2];

async function graphql(query, variables) {
  const response = await fetch(`${server}/graphql`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json();
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return answer.data;
}

/** Requests all pages of a list. */
async function all(field, filterType, orderType, { filter, asOf, orderBy }, selection) {
  const nodes = [];
  let after = null, list;
  do {
    list = (await graphql(
      `query($filter: ${filterType}, $asOf: Date, $orderBy: ${orderType}, $after: String) {
        ${field}(filter: $filter, asOf: $asOf, orderBy: $orderBy, first: 100, after: $after) {
          totalCount notCoveredCount pageInfo { hasNextPage endCursor } edges { distanceMetres ${field === "regions" ? "overlapShare" : ""} node { ${selection} } } } }`,
      { filter, asOf, orderBy, after }))[field];
    nodes.push(...list.edges.map((edge) => ({ ...edge, ...edge.node })));
    after = list.pageInfo.endCursor;
  } while (list.pageInfo.hasNextPage);
  assert.equal(nodes.length, list.totalCount);
  return { nodes, notCovered: list.notCoveredCount };
}

const judged = `answer confidence designations { regulation } coverage { complete sources { title } }`;
const affirmative = `affirmative { answer confidence disadvantaged { ${judged} } border { ${judged} } }`;
const rounded = (degrees) => Math.round(degrees * 1e6) / 1e6;
const each = (list, pick) => [...new Set(list.map(pick))];

function regionRow(r) {
  const row = {
    code: r.code, bpsCode: r.bpsCode, isoCode: r.isoCode, pCode: r.pCode, name: r.name, kind: r.kind, level: r.level, asOf: r.asOf, parentCode: r.parent?.code ?? null, parentName: r.parent?.name ?? null,
    validFrom: r.validFrom, validTo: r.validTo, affirmative: r.affirmative.answer, affirmativeConfidence: r.affirmative.confidence,
    clusterCount: r.clusterCount, areaKm2: r.areaKm2, boundaryOrigin: r.boundaryOrigin, lon: rounded(r.labelPoint.lon), lat: rounded(r.labelPoint.lat),
    sources: r.sources.map((s) => s.title),
  };
  for (const kind of ["disadvantaged", "border"]) {
    row[kind] = r.affirmative[kind].answer;
    row[`${kind}Confidence`] = r.affirmative[kind].confidence;
    row[`${kind}Regulations`] = each(r.affirmative[kind].designations, (d) => d.regulation);
  }
  if (r.distanceMetres !== null) row.distanceMetres = r.distanceMetres;
  if (r.overlapShare !== null) row.overlapShare = r.overlapShare;
  return row;
}

function clusterRow(c) {
  const [region] = c.regions;
  assert.equal(c.regions.length, 1, "each cluster of the facts stands in one region");
  const row = {
    name: c.name, nameId: c.nameId, products: c.products.map((p) => p.key), productNames: c.products.map((p) => p.name),
    productNamesId: c.products.map((p) => p.nameId), phases: c.phases.map((p) => p.key), regionCodes: [region.code], regionNames: [region.name],
    regionBpsCodes: region.bpsCode ? [region.bpsCode] : [], regionPCodes: region.pCode ? [region.pCode] : [], provinceIsoCodes: region.parent.isoCode ? [region.parent.isoCode] : [],
    regionNote: c.regionNote, provinceCodes: [region.parent.code], provinceNames: [region.parent.name], provinceNamed: c.provinceNamed,
    lon: rounded(c.location.point.lon), lat: rounded(c.location.point.lat), locationPrecision: c.location.precision, initialTarget: c.initialTarget,
    affirmative: region.affirmative.answer, affirmativeConfidence: region.affirmative.confidence,
    disadvantaged: region.affirmative.disadvantaged.answer, border: region.affirmative.border.answer, sources: c.sources.map((s) => s.title),
  };
  if (c.distanceMetres !== null) row.distanceMetres = c.distanceMetres;
  return row;
}

const layers = {
  regions: [regionRow, "RegionFilter", "RegionOrder",
    `code bpsCode isoCode pCode name kind level asOf parent { code name } validFrom validTo ${affirmative} clusterCount areaKm2 boundaryOrigin labelPoint { lon lat } sources { title }`],
  clusters: [clusterRow, "ClusterFilter", "ClusterOrder",
    `name nameId products { key name nameId } phases { key } regions { code name bpsCode pCode parent { code name isoCode } ${affirmative} } regionNote provinceNamed
     location { point { lon lat } precision } initialTarget sources { title }`],
};

const surabaya = { point: { lon: 112.733, lat: -7.2 }, radius: 100000 };
const box = { type: "Polygon", coordinates: [[[112, -8.5], [114, -8.5], [114, -7], [112, -7], [112, -8.5]]] };
const questions = [
  ["regions", {}],
  ["regions", { asOf: "2017-12-25", filter: { affirmative: true, clusters: {programme: true} } }],
  ["regions", { asOf: "2016-06-30", filter: { not: { affirmative: true } }, orderBy: "NAME" }],
  ["regions", { filter: { near: surabaya, level: "REGENCY" } }],
  ["regions", { filter: { intersects: box }, orderBy: "AREA" }],
  ["regions", { filter: { contains: { type: "Polygon", coordinates: [[[112.5, -7.9], [112.6, -7.9], [112.6, -7.8], [112.5, -7.8], [112.5, -7.9]]] } } }],
  ["clusters", {}],
  ["clusters", { asOf: "2016-12-31" }],
  ["clusters", { asOf: "2017-12-25", filter: { regions: { affirmative: true } } }],
  ["clusters", { filter: { near: surabaya } }],
  ["clusters", { filter: { product: "kopi" }, orderBy: "NAME" }],
];

/** Parses a cell of a CSV to the value in the JSON formats. */
function cell(text, like) {
  if (Array.isArray(like)) return text === "" ? [] : text.split("; ");
  if (typeof like === "number") return Number(text);
  if (typeof like === "boolean") return text === "true";
  return text === "" ? null : text;
}

let compared = 0;
for (const [layer, question] of questions) {
  const [makeRow, filterType, orderType, selection] = layers[layer];
  const { nodes, notCovered } = await all(layer, filterType, orderType, question, selection);
  const want = nodes.map(makeRow);
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(question)) parameters.set(name, name === "filter" ? JSON.stringify(value) : value);
  const get = async (format, more = {}) => {
    const response = await fetch(`${server}/${layer}.${format}?${new URLSearchParams([...parameters, ...Object.entries(more)])}`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("sentra-total-count"), String(want.length));
    assert.equal(response.headers.get("sentra-not-covered-count"), String(notCovered));
    return response.text();
  };
  const pick = (got, row) => Object.fromEntries(Object.keys(row).map((name) => [name, got[name]]));

  const collection = JSON.parse(await get("geojson", { geometry: "none" }));
  assert.equal(collection.totalCount, want.length);
  assert.equal(collection.notCoveredCount, notCovered);
  assert.deepEqual(collection.filter, question.filter);
  const titles = new Map(collection.sources.map((source) => [source.id, source.title]));
  const cites = Object.keys(collection.features[0]?.properties ?? {}).filter((name) => name === "sources" || name.endsWith("Sources"));
  collection.features.forEach(({ properties }, i) => {
    for (const name of cites) for (const id of properties[name]) assert.ok(titles.has(id), `${id} is cited but not listed`);
    assert.deepEqual(pick({ ...properties, sources: properties.sources.map((id) => titles.get(id)) }, want[i]), want[i]);
  });
  assert.equal(new Set(collection.features.flatMap(({ properties }) => cites.flatMap((name) => properties[name]))).size, collection.sources.length, "no source is listed in vain");

  const lines = (await get("ndjson", { geometry: "none" })).split("\n");
  assert.equal(lines.pop(), "");
  assert.equal(lines.length, want.length);
  lines.forEach((line, i) => {
    const { properties } = JSON.parse(line);
    assert.deepEqual(pick({ ...properties, sources: properties.sources.map((source) => source.title) }, want[i]), want[i]);
    assert.ok(properties.licence.includes("MIT") && properties.datasetVersion === collection.datasetVersion);
    // The same properties as in the collection, except for the sources in full.
    for (const [name, value] of Object.entries(collection.features[i].properties)) {
      assert.deepEqual(cites.includes(name) ? properties[name].map((source) => source.id) : properties[name], value);
    }
  });

  const table = Papa.parse(await get("csv", { bom: "true" }), { header: true, skipEmptyLines: true });
  assert.deepEqual(table.errors, []);
  assert.equal(table.data.length, want.length);
  table.data.forEach((record, i) => {
    const { properties } = collection.features[i];
    assert.deepEqual(Object.keys(record), [...Object.keys(properties), "licence", "datasetVersion"]);
    for (const [name, value] of Object.entries(properties)) {
      if (cites.includes(name)) for (const id of value) assert.ok(record[name].includes(titles.get(id)), `${name} of row ${i}: ${record[name]}`);
      else assert.deepEqual(cell(record[name], value), value, `${name} of row ${i}`);
      compared++;
    }
    assert.ok(record.licence.includes("MIT"));
  });
}
console.log(JSON.stringify({ questions: questions.length, compared }));
