// Areas as shapes on the map.
import type { Feature, FeatureCollection, Polygon } from 'geojson';
import type { Box } from './api';
import type { Area, Position } from './view';

const earthRadius = 6_371_008.8; // metres, as the API measures
const radians = Math.PI / 180;

/** The distance in metres on the sphere between two positions. */
export function distance([lonA, latA]: Position, [lonB, latB]: Position): number {
  const a = Math.sin((latB - latA) * radians / 2) ** 2 + Math.cos(latA * radians) * Math.cos(latB * radians) * Math.sin((lonB - lonA) * radians / 2) ** 2;
  return 2 * earthRadius * Math.asin(Math.min(1, Math.sqrt(a)));
}

/** A circle with a radius in metres around a centre, as a ring of 96 corners. */
function circle([lon, lat]: Position, radius: number): Position[] {
  const angle = radius / earthRadius;
  const sin = Math.sin(lat * radians), cos = Math.cos(lat * radians);
  return Array.from({ length: 97 }, (_, i): Position => {
    const bearing = i / 96 * 2 * Math.PI;
    const there = Math.asin(sin * Math.cos(angle) + cos * Math.sin(angle) * Math.cos(bearing));
    const east = Math.atan2(Math.sin(bearing) * Math.sin(angle) * cos, Math.cos(angle) - sin * Math.sin(there));
    return [lon + east / radians, there / radians];
  });
}

function ringOf(area: Area): Position[] {
  switch (area.kind) {
    case 'box': {
      const east = area.east < area.west ? area.east + 360 : area.east;
      return [[area.west, area.south], [east, area.south], [east, area.north], [area.west, area.north], [area.west, area.south]];
    }
    case 'polygon': return [...area.ring, area.ring[0]];
    case 'circle': return circle(area.centre, area.radius);
  }
}

/** The bounding box of an area. */
export function boxOf(area: Area): Box {
  const ring = ringOf(area);
  const lons = ring.map(([lon]) => lon), lats = ring.map(([, lat]) => lat);
  return { west: Math.min(...lons), east: Math.max(...lons), south: Math.min(...lats), north: Math.max(...lats) };
}

/** An area, and the corners so far of one that is being drawn. */
export function areaFeatures(area: Area | undefined, corners: Position[] = []): FeatureCollection {
  const features: Feature[] = corners.map((coordinates) => ({ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates } }));
  if (area) features.push({ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ringOf(area)] } satisfies Polygon });
  else if (corners.length > 1) features.push({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: corners } });
  return { type: 'FeatureCollection', features };
}

/** The area from two or more corners: the box between two, the circle from centre to rim, the polygon. */
export function areaFrom(kind: Area['kind'], corners: Position[]): Area | undefined {
  const [first, second] = corners;
  if (kind === 'polygon') return corners.length >= 3 ? { kind, ring: corners } : undefined;
  if (!first || !second) return undefined;
  if (kind === 'circle') {
    const radius = Math.round(distance(first, second));
    return radius > 0 ? { kind, centre: first, radius } : undefined;
  }
  const box = {
    kind, west: Math.min(first[0], second[0]), east: Math.max(first[0], second[0]), south: Math.min(first[1], second[1]), north: Math.max(first[1], second[1]),
  };
  return box.west < box.east && box.south < box.north ? box : undefined;
}
