// The MapLibre style: the neighbours, the tiles' regions, the area and the clusters.
import type { ExpressionSpecification, FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import neighboursAddress from './neighbours.json?url';
import type { Palette } from './palette';

/** What the style depends on. */
export interface StyleInput {
  palette: Palette;
  theme: 'light' | 'dark';
  /** The address of the tiles; undefined on days without regions. */
  tiles?: string;
  colour: 'affirmative' | 'count';
  level: 'regencies' | 'provinces';
  /** Numbers of clusters by code, where filters leave some out, and -1 where it cannot be told; else the tiles' own numbers count. */
  counts?: Record<string, number>;
  /** The codes that match the filters; undefined when no filter is set. */
  matching?: string[];
  selectedCode?: string;
}

/** Where the neighbours' land is. */
export const neighboursAt = new URL(neighboursAddress, document.baseURI).href;

const get = (name: string): ExpressionSpecification => ['get', name];
const is = (name: string, value: string): ExpressionSpecification => ['==', get(name), value];

/** Layers that are there only on a condition. */
const when = (condition: unknown, layers: () => LayerSpecification[]): LayerSpecification[] => condition ? layers() : [];

/** A measure that grows from one zoom to another. */
const grow = (zoom: number, value: number, endZoom: number, endValue: number): ExpressionSpecification =>
  ['interpolate', ['linear'], ['zoom'], zoom, value, endZoom, endValue];

/** The images of a theme are named after it, so that both may be loaded at once. */
export const imageNames = (theme: string) => ({
  hatch: `hatch-${theme}`, both: `both-${theme}`, earlier: `earlier-${theme}`, later: `later-${theme}`, other: `other-${theme}`, planned: `planned-${theme}`,
});

// Drawn from the page's own font: a name with a digit would have to be quoted, which MapLibre does not.
const font = ['Sentra Sans'];

/** The marks of the programme's clusters stand out; others grow with their number. */
const programme: ExpressionSpecification = ['in', get('mark'), ['literal', ['earlier', 'later']]];
const sized = (full: number, other: number): ExpressionSpecification =>
  ['case', programme, full, ['>', get('count'), 99], other * 1.7, ['>', get('count'), 9], other * 1.45, ['>', get('count'), 1], other * 1.2, other];

const empty = { type: 'FeatureCollection' as const, features: [] };

export function styleOf({ palette, theme, tiles, colour, level, counts, matching, selectedCode }: StyleInput): StyleSpecification {
  const images = imageNames(theme);
  const fillLevel = colour === 'count' ? level : 'regencies';
  const matches: ExpressionSpecification = ['in', get('code'), ['literal', matching ?? []]];
  const dim = (full: number, faint: number): number | ExpressionSpecification => matching && (fillLevel === level) ? ['case', matches, full, faint] : full;
  const disadvantaged = is('disadvantaged', 'YES'), border = is('border', 'YES');
  const both: ExpressionSpecification = ['all', disadvantaged, border];
  // A region that the answer does not name has no number.
  const number: ExpressionSpecification = counts ? ['coalesce', ['get', get('code'), ['literal', counts]], -1] : get('clusterCount');
  const unknown: ExpressionSpecification = colour === 'affirmative' ? is('affirmative', 'NOT_COVERED') : ['<', number, 0];
  const fill: ExpressionSpecification = colour === 'affirmative'
    ? ['case', disadvantaged, palette.disadvantaged, border, palette.border, is('affirmative', 'NOT_COVERED'), palette.hatchGround, palette.no]
    : ['step', number, palette.hatchGround, 0, palette.counts[0], 1, palette.counts[1], 2, palette.counts[2], 3, palette.counts[3]];
  const regions = { source: 'sentra' };

  return {
    version: 8,
    sources: {
      neighbours: { type: 'geojson', data: neighboursAt },
      ...tiles && { sentra: { type: 'vector', tiles: [tiles], minzoom: 0, maxzoom: 12 } as const },
      area: { type: 'geojson', data: empty },
      clusters: { type: 'geojson', data: empty },
    },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': palette.sea } },
      // Indonesia's own land of that source shows only where there are no boundaries.
      { id: 'land', type: 'fill', source: 'neighbours', filter: tiles ? ['==', get('indonesia'), false] : true,
        paint: { 'fill-color': ['case', get('indonesia'), palette.country, palette.land], 'fill-outline-color': palette.landLine } },
      ...when(tiles, () => [
        // What the filters dim pales to land, not to sea.
        { id: 'ground', type: 'fill', ...regions, 'source-layer': fillLevel, paint: { 'fill-color': palette.land } },
        { id: 'regions', type: 'fill', ...regions, 'source-layer': fillLevel, paint: { 'fill-color': fill, 'fill-opacity': dim(1, 0.3) } },
        ...when(colour === 'affirmative' || counts, () => [
          { id: 'not-covered', type: 'fill', ...regions, 'source-layer': fillLevel, filter: unknown as FilterSpecification,
            paint: { 'fill-pattern': images.hatch, 'fill-opacity': dim(1, 0.3) } },
        ]),
        ...when(colour === 'affirmative', () => [
          { id: 'both', type: 'fill', ...regions, 'source-layer': fillLevel, filter: both, paint: { 'fill-pattern': images.both, 'fill-opacity': dim(1, 0.3) } },
        ]),
        { id: 'regency-borders', type: 'line', ...regions, 'source-layer': 'borders', filter: is('level', 'regency'), minzoom: 4,
          paint: { 'line-color': palette.regencyLine, 'line-width': grow(4, 0.4, 9, 1.2), 'line-opacity': fillLevel === 'regencies' ? 1 : 0.4 } },
        { id: 'coast', type: 'line', ...regions, 'source-layer': 'borders', filter: is('level', 'coast'),
          paint: { 'line-color': palette.coast, 'line-width': grow(4, 0.5, 9, 1) } },
        { id: 'province-borders', type: 'line', ...regions, 'source-layer': 'borders', filter: is('level', 'province'),
          paint: { 'line-color': palette.provinceLine, 'line-width': grow(3, 0.7, 9, 2) } },
        ...when(matching && matching.length <= 120, () => [
          { id: 'matching', type: 'line', ...regions, 'source-layer': level, filter: matches, paint: { 'line-color': palette.mark, 'line-width': grow(4, 0.8, 8, 2) } },
        ]),
        { id: 'hovered', type: 'line', ...regions, 'source-layer': fillLevel,
          paint: { 'line-color': palette.mark, 'line-width': 2, 'line-opacity': ['case', ['boolean', ['feature-state', 'hovered'], false], 1, 0] } },
        ...when(selectedCode, () => [
          { id: 'selected', type: 'line', ...regions, 'source-layer': selectedCode!.includes('.') ? 'regencies' : 'provinces', filter: is('code', selectedCode!),
            paint: { 'line-color': palette.mark, 'line-width': 3 } },
        ]),
      ]),
      { id: 'area-fill', type: 'fill', source: 'area', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': palette.area, 'fill-opacity': 0.1 } },
      { id: 'area-line', type: 'line', source: 'area', paint: { 'line-color': palette.area, 'line-width': 2, 'line-dasharray': [2, 1.5] } },
      { id: 'area-points', type: 'circle', source: 'area', filter: ['==', ['geometry-type'], 'Point'],
        paint: { 'circle-color': palette.area, 'circle-radius': 5, 'circle-stroke-color': palette.ring, 'circle-stroke-width': 2 } },
      ...when(tiles, () => [
        { id: 'regency-labels', type: 'symbol', ...regions, 'source-layer': 'labels', filter: ['!=', get('kind'), 'PROVINCE'], minzoom: 7,
          layout: { 'text-field': get('name'), 'text-font': font, 'text-size': 12, 'text-max-width': 7, 'symbol-sort-key': get('rank') },
          paint: { 'text-color': palette.label, 'text-halo-color': palette.halo, 'text-halo-width': 1.4 } },
        { id: 'province-labels', type: 'symbol', ...regions, 'source-layer': 'labels', filter: is('kind', 'PROVINCE'), minzoom: 4.3, maxzoom: 8,
          layout: { 'text-field': get('name'), 'text-font': font, 'text-size': grow(4, 11, 7, 15), 'text-max-width': 7, 'text-letter-spacing': 0.03,
            'symbol-sort-key': get('rank'), 'text-padding': 6, 'text-variable-anchor': ['center', 'top', 'bottom', 'left', 'right'], 'text-radial-offset': 1 },
          paint: { 'text-color': palette.label, 'text-halo-color': palette.halo, 'text-halo-width': 1.6 } },
      ]),
      { id: 'clusters', type: 'symbol', source: 'clusters',
        layout: {
          'icon-image': ['match', get('mark'), 'later', images.later, 'earlier', images.earlier, 'planned', images.planned, images.other],
          'icon-allow-overlap': true, 'text-allow-overlap': true, 'text-ignore-placement': true,
          'icon-size': ['interpolate', ['linear'], ['zoom'], 3, sized(0.75, 0.6), 7, sized(1, 0.8)],
          // Those of a regency whose spot is not known are one mark with their number.
          'text-field': ['case', ['>', get('count'), 1], ['to-string', get('count')], ''], 'text-font': font, 'text-size': grow(3, 9, 7, 11),
          'symbol-sort-key': ['case', programme, 1, 0],
          // Those at one spot stand side by side.
          'icon-offset': ['interpolate', ['linear'], get('nth'), 0, ['literal', [0, 0]], 20, ['literal', [320, 0]]],
          'text-offset': ['interpolate', ['linear'], get('nth'), 0, ['literal', [0, 0]], 20, ['literal', [24, 0]]],
        },
        paint: { 'icon-opacity': 1, 'text-color': palette.ring } },
    ],
  };
}

/** Draws the patterns and marks of a theme, at twice their size for sharp screens. */
export function imagesOf(palette: Palette, theme: string): Record<string, ImageData> {
  const names = imageNames(theme);
  const draw = (size: number, paint: (context: CanvasRenderingContext2D) => void) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = size;
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    paint(context);
    return context.getImageData(0, 0, size, size);
  };
  // Diagonal stripes that meet at the tile's edges.
  const stripes = (context: CanvasRenderingContext2D, size: number, colour: string, width: number) => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    for (const shift of [-size, 0, size]) {
      context.beginPath();
      context.moveTo(shift - 2, size + 2);
      context.lineTo(shift + size + 2, -2);
      context.stroke();
    }
  };
  const mark = (colour: string, diamond: boolean, hollow = false) => draw(44, (context) => {
    context.translate(22, 22);
    context.beginPath();
    if (diamond) {
      context.moveTo(0, -15); context.lineTo(15, 0); context.lineTo(0, 15); context.lineTo(-15, 0); context.closePath();
    } else context.arc(0, 0, 12, 0, 2 * Math.PI);
    context.lineJoin = 'round';
    context.lineWidth = 8;
    context.strokeStyle = palette.ring;
    context.stroke();
    context.fillStyle = hollow ? palette.ring : colour;
    context.fill();
    if (hollow) {
      context.lineWidth = 4;
      context.strokeStyle = colour;
      context.stroke();
    }
  });
  return {
    [names.hatch]: draw(16, (context) => stripes(context, 16, palette.hatch, 2)),
    [names.both]: draw(20, (context) => {
      context.fillStyle = palette.disadvantaged;
      context.fillRect(0, 0, 20, 20);
      stripes(context, 20, palette.border, 7);
    }),
    [names.earlier]: mark(palette.phases[0], false),
    [names.later]: mark(palette.phases[1], true),
    [names.other]: mark(palette.other, false),
    [names.planned]: mark(palette.other, false, true),
  };
}
