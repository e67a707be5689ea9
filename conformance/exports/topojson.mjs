// Decodes the TopoJSON with topojson-client and compares it with the GeoJSON of
// the same question: node topojson.mjs URL QUERY...
import assert from "node:assert/strict";
import { feature, mesh, neighbors } from "topojson-client";

const [server, ...queries] = process.argv.slice(2);

/** A ring without its repeated positions, rounded, beginning at its least position. */
function normal(ring, places) {
  const rounded = ring.map((position) => position.map((degrees) => degrees.toFixed(places)).join(" "));
  const corners = rounded.filter((corner, i) => i === 0 || corner !== rounded[i - 1]);
  assert.equal(corners[0], corners.at(-1), "a ring is closed");
  corners.pop();
  const least = corners.reduce((at, corner, i) => (corner < corners[at] ? i : at), 0);
  return [...corners.slice(least), ...corners.slice(0, least)].join(",");
}

for (const query of queries) {
  const texts = await Promise.all(["topojson", "geojson"].map(async (format) => {
    // TopoJSON's rings have d3's direction by default.
    const winding = format === "geojson" && !query.includes("winding=") ? "&winding=d3" : "";
    const response = await fetch(`${server}/regions.${format}?${query}${winding}`);
    const text = await response.text();
    assert.equal(response.status, 200, text.slice(0, 300));
    if (format === "topojson") assert.equal(response.headers.get("content-type"), "application/json");
    return text;
  }));
  const [topology, collection] = texts.map((text) => JSON.parse(text));
  const places = Number(new URLSearchParams(query).get("precision") ?? 6);
  for (const name of ["name", "asOf", "datasetVersion", "totalCount", "notCoveredCount", "licences", "sources", "filter"]) assert.deepEqual(topology[name], collection[name], name);

  const decoded = feature(topology, topology.objects.regions);
  assert.equal(decoded.features.length, collection.features.length);
  let rings = 0;
  decoded.features.forEach((got, i) => {
    const want = collection.features[i];
    assert.equal(got.id, want.id);
    assert.deepEqual(got.properties, want.properties);
    if (want.geometry === null) return assert.equal(got.geometry, null);
    const all = (geometry) => geometry.coordinates.map((polygon) => polygon.map((ring) => { rings++; return normal(ring, places); }));
    assert.deepEqual(all(got.geometry), all(want.geometry), `the boundary of ${got.id}`);
  });

  // The users of each arc: no arc is unused, and borders are used from both sides.
  const users = topology.arcs.map(() => new Set());
  for (const { id, arcs } of topology.objects.regions.geometries) for (const arc of (arcs ?? []).flat(2)) users[arc < 0 ? ~arc : arc].add(id);
  assert.ok(users.every((ids) => ids.size > 0), "an arc is unused");
  const borders = mesh(topology, topology.objects.regions, (a, b) => a !== b).coordinates.length;

  const adjacent = neighbors(topology.objects.regions.geometries);
  const neighbours = Object.fromEntries(topology.objects.regions.geometries.map(({ id }, i) => [id, adjacent[i].map((j) => topology.objects.regions.geometries[j].id)]));
  console.log(JSON.stringify({
    features: decoded.features.length, rings: rings / 2, arcs: topology.arcs.length, shared: users.filter((ids) => ids.size > 1).length, borders,
    bytes: texts[0].length, geojsonBytes: texts[1].length, neighbours,
  }));
}
