// Measures provinces by d3-geo, which takes a polygon for what lies to the right of
// its ring on the sphere: node d3.mjs URL QUERY...
import assert from "node:assert/strict";
import { geoArea, geoBounds, geoContains } from "d3-geo";
import { feature } from "topojson-client";

const [server, ...queries] = process.argv.slice(2);

// Square kilometres per steradian, on the sphere with WGS 84's equatorial radius.
const km2 = 6378.137 ** 2;

for (const query of queries) {
  const response = await fetch(`${server}/${query}`);
  assert.equal(response.status, 200);
  const file = await response.json();
  const { features } = file.type === "Topology" ? feature(file, file.objects.regions) : file;
  let rings = 0, widest = 0, all = 0, told = 0, worst = 0;
  for (const region of features) {
    for (const polygon of region.geometry.coordinates) {
      rings += polygon.length;
      widest = Math.max(widest, geoArea({ type: "Polygon", coordinates: [polygon[0]] }));
      // In the opposite direction a hole is a polygon of its own.
      for (const hole of polygon.slice(1)) widest = Math.max(widest, geoArea({ type: "Polygon", coordinates: [hole.toReversed()] }));
    }
    const area = geoArea(region) * km2;
    all += area;
    told += region.properties.areaKm2;
    worst = Math.max(worst, Math.abs(area / region.properties.areaKm2 - 1));
  }
  const collection = { type: "FeatureCollection", features };
  console.log(JSON.stringify({ features: features.length, rings, widest, all, told, worst, bounds: geoBounds(collection),
    jakarta: features.filter((region) => geoContains(region, [106.827, -6.175])).map((region) => region.id) }));
}
