// Trims Natural Earth's countries (world-atlas, public domain) to the seas around Indonesia: the neighbours' land as
// GeoJSON, so that the country is not alone on the map.
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { feature } from 'topojson-client';

const west = 70, south = -45, east = 180, north = 40;
const indonesia = '360'; // ISO 3166-1 numeric

const world = JSON.parse(await readFile(createRequire(import.meta.url).resolve('world-atlas/countries-50m.json'), 'utf8'));

/** Whether a polygon reaches into the box. */
function near([outer]) {
  const lons = outer.map(([lon]) => lon), lats = outer.map(([, lat]) => lat);
  // A part that crosses the antimeridian would be drawn across the whole world.
  if (Math.max(...lons) - Math.min(...lons) > 180) return false;
  return Math.max(...lons) > west && Math.min(...lons) < east && Math.max(...lats) > south && Math.min(...lats) < north;
}

// Two places are about a kilometre, finer than the source.
const round = (value) => Math.round(value * 1e2) / 1e2;
const thin = (ring) => ring.map((position) => position.map(round)).filter(([lon, lat], i, all) => i === 0 || lon !== all[i - 1][0] || lat !== all[i - 1][1]);
const features = feature(world, world.objects.countries).features.flatMap(({ id, geometry }) => {
  const polygons = (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates).filter(near)
    .map((rings) => rings.map(thin).filter((ring) => ring.length >= 4)).filter((rings) => rings.length > 0);
  return polygons.length === 0 ? [] : [{ type: 'Feature', properties: { indonesia: id === indonesia }, geometry: { type: 'MultiPolygon', coordinates: polygons } }];
});
await writeFile(new URL('src/map/neighbours.json', import.meta.url), JSON.stringify({ type: 'FeatureCollection', features }));
