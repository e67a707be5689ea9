// Judges GeoJSON exports by RFC 7946 with programs of others: node geojson.mjs URL...
// Prints one JSON object a URL: how many features and rings were found right.
import assert from "node:assert/strict";
import { getIssues } from "@placemarkio/check-geojson";
import clockwise from "@turf/boolean-clockwise";
import gjv from "geojson-validation";

for (const url of process.argv.slice(2)) {
  const response = await fetch(url);
  const text = await response.text();
  assert.equal(response.status, 200, `${url}: ${text.slice(0, 300)}`);
  let collection;
  if (response.headers.get("content-type") === "application/x-ndjson") {
    assert.ok(text.endsWith("\n"), "the last line ends with a line feed");
    const features = text.trimEnd().split("\n").map((line) => JSON.parse(line));
    collection = { type: "FeatureCollection", features };
  } else {
    assert.equal(response.headers.get("content-type"), "application/geo+json");
    collection = JSON.parse(text);
  }
  // One validator checks the text, another the object.
  assert.deepEqual(getIssues(JSON.stringify(collection)), [], url);
  assert.deepEqual(gjv.valid(collection, true), [], url);
  assert.equal(new Set(collection.features.map((feature) => feature.id)).size, collection.features.length, "ids are unique");
  let rings = 0;
  for (const { id, geometry } of collection.features) {
    if (geometry?.type !== "MultiPolygon") continue;
    for (const polygon of geometry.coordinates) {
      polygon.forEach((ring, at) => {
        rings++;
        assert.ok(ring.length >= 4, `${id}: a ring of ${ring.length} positions`);
        assert.deepEqual(ring[0], ring.at(-1), `${id}: a ring is open`);
        assert.equal(clockwise(ring), at > 0, `${id}: the right-hand rule (section 3.1.6)`);
        for (const [lon, lat] of ring) assert.ok(lon > 94 && lon < 142 && lat > -12 && lat < 7, `${id}: ${lon}, ${lat} is not in Indonesia`);
      });
    }
  }
  console.log(JSON.stringify({ features: collection.features.length, rings }));
}
