// The MapLibre style: the neighbours, the regions in the tiles, the area and the clusters.
import type { ExpressionSpecification, FilterSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { RegionProperties } from './canvas';
import neighboursAddress from './neighbours.json?url';
import { type Palette, productGroups } from './palette';

/** What the style depends on. */
export interface StyleInput {
  palette: Palette;
  theme: 'light' | 'dark';
  /** The address of the tiles; undefined on days without regions. */
  tiles?: string;
  /** The address of the tiles of the clusters' marks; undefined while none are shown. */
  marks?: string;
  /** The first phase of the programme, which has its own mark. */
  firstPhase: string;
  /** Whether the neighbours' land is loaded. */
  neighbours?: boolean;
  lang: 'en' | 'id';
  colour: 'affirmative' | 'count';
  level: 'regencies' | 'provinces';
  /**
   * Numbers of clusters by code if filters leave some out, and -1 if unknown; otherwise the tiles' own numbers are
   * used.
   */
  counts?: Record<string, number>;
  /** For scores that are intervals, the class of the upper end by code, if it differs from that of the lower. */
  spreads?: Record<string, number>;
  /** The codes that match the filters; undefined if no filter is set. */
  matching?: string[];
  selectedCode?: string;
}

/** The address of the neighbours' land. */
export const neighboursAt = () => new URL(neighboursAddress, document.baseURI).href;

const get = (name: string): ExpressionSpecification => ['get', name];
const is = (name: string, value: string): ExpressionSpecification => ['==', get(name), value];

/** Layers that exist only on a condition. */
const when = (condition: unknown, layers: () => LayerSpecification[]): LayerSpecification[] => condition ? layers() : [];

/** A value interpolated from one zoom to another. */
const grow = (zoom: number, value: number, endZoom: number, endValue: number): ExpressionSpecification =>
  ['interpolate', ['linear'], ['zoom'], zoom, value, endZoom, endValue];

/** The marks of clusters: two for the programme, by phase, one for others, one for planned ones. */
const shapes = ['earlier', 'later', 'other', 'planned'] as const;

/** The images of a theme have its name, so that both themes may be loaded together. */
export const imageNames = (theme: string) => ({ hatch: `hatch-${theme}`, both: `both-${theme}`, spread: (upper: number) => `spread-${upper}-${theme}`, mark: (shape: string, group: string) => `${shape}-${group}-${theme}` });

// Drawn with the page's own font: a name with a digit would have to be quoted, which MapLibre does not do.
const font = ['Sentra Sans'];

const count = get('count');
/** Selects the programme's clusters, which stand out. */
const programme: ExpressionSpecification = ['!=', get('phase'), ''];

/** The radius of a mark in pixels from a number of clusters on: it must have room for the digits. */
const radii = [[2, 7.5], [10, 9.5], [100, 12], [1000, 16], [10_000, 19], [100_000, 22]] as const;
const single = { programme: 7, other: 5 };
const imageRadius = 12;
/** The scale of marks from a zoom on; in between it is interpolated. */
const zoomed = [[3, 0.55], [6, 0.85], [8, 1]] as const;
const radius: ExpressionSpecification = ['step', count, ['case', programme, single.programme, single.other], ...radii.flat()];
const sized = (part: number): ExpressionSpecification => ['*', radius, part / imageRadius];

/** The radius of a mark relative to that of its image. */
export function markRadius({ count: number, phase }: { count: number; phase: string }): number {
  return (radii.findLast(([from]) => number >= from)?.[1] ?? (phase ? single.programme : single.other)) / imageRadius;
}

/** The scale of marks at a zoom. */
export function markScale(zoom: number): number {
  const next = zoomed.findIndex(([from]) => zoom < from);
  if (next === 0) return zoomed[0][1];
  if (next < 0) return 1;
  const [[from, value], [to, end]] = [zoomed[next - 1], zoomed[next]];
  return value + (end - value) * (zoom - from) / (to - from);
}

/** The possible positions of a name beside a mark. */
const beside = (offset: number) => ({ 'text-variable-anchor': ['center', 'top', 'bottom', 'left', 'right'] as ('center' | 'top' | 'bottom' | 'left' | 'right')[], 'text-radial-offset': offset, 'text-justify': 'auto' as const });

/** The marks at one spot are side by side, at a fixed distance. */
const atSpot = (step: number): ExpressionSpecification =>
  ['interpolate', ['linear'], get('nth'), 0, ['literal', [0, 0]], 10, ['literal', [10 * step, 0]]];

/** The distance between marks at a spot, at the image's own size, and the size of digits; pixels. */
export const spotStep = 26;
const digits = 11.5;
/** The offset of a mark's number in ems, which must match the mark with that radius. */
const textAtSpot = (r: number) => atSpot(spotStep * r / imageRadius / digits);

const empty = { type: 'FeatureCollection' as const, features: [] };

/** The opacity of a region that the filters leave out. */
export const faintOpacity = 0.3;

/** The level of the coloured regions. */
export const fillLevelOf = ({ colour, level }: Pick<StyleInput, 'colour' | 'level'>) => colour === 'count' ? level : 'regencies';

/**
 * The colour of a region, the image over it, and whether the filters leave it out: the same as the style's
 * expressions, for one region.
 */
export function fillOf({ palette, theme, colour, level, counts, spreads, matching }: StyleInput, { code, disadvantaged, border, affirmative, clusterCount }: RegionProperties): { colour: string; over?: string; faint: boolean } {
  const images = imageNames(theme), faint = matching !== undefined && fillLevelOf({ colour, level }) === level && !matching.includes(code);
  if (colour === 'affirmative') {
    if (affirmative === 'NOT_COVERED') return { colour: palette.hatchGround, over: images.hatch, faint };
    if (disadvantaged === 'YES') return { colour: palette.disadvantaged, over: border === 'YES' ? images.both : undefined, faint };
    return { colour: border === 'YES' ? palette.border : palette.no, faint };
  }
  const number = counts ? counts[code] ?? -1 : clusterCount, upper = spreads?.[code];
  if (number < 0) return { colour: palette.hatchGround, over: images.hatch, faint };
  return { colour: palette.counts[Math.min(3, number) as 0], over: upper === undefined ? undefined : images.spread(upper), faint };
}

export function styleOf({ palette, theme, tiles, marks, neighbours, firstPhase, lang, colour, level, counts, spreads, matching, selectedCode }: StyleInput): StyleSpecification {
  const images = imageNames(theme);
  const fillLevel = fillLevelOf({ colour, level });
  const matches: ExpressionSpecification = ['in', get('code'), ['literal', matching ?? []]];
  const dim = (full: number, faint: number): number | ExpressionSpecification => matching && (fillLevel === level) ? ['case', matches, full, faint] : full;
  const disadvantaged = is('disadvantaged', 'YES'), border = is('border', 'YES');
  const both: ExpressionSpecification = ['all', disadvantaged, border];
  // A region that is not in the answer has no number.
  const number: ExpressionSpecification = counts ? ['coalesce', ['get', get('code'), ['literal', counts]], -1] : get('clusterCount');
  const unknown: ExpressionSpecification = colour === 'affirmative' ? is('affirmative', 'NOT_COVERED') : ['<', number, 0];
  const fill: ExpressionSpecification = colour === 'affirmative'
    ? ['case', disadvantaged, palette.disadvantaged, border, palette.border, is('affirmative', 'NOT_COVERED'), palette.hatchGround, palette.no]
    : ['step', number, palette.hatchGround, 0, palette.counts[0], 1, palette.counts[1], 2, palette.counts[2], 3, palette.counts[3]];
  const regions = { source: 'sentra' };

  return {
    version: 8,
    sources: {
      neighbours: { type: 'geojson', data: neighbours ? neighboursAt() : empty },
      ...tiles && { sentra: { type: 'vector', tiles: [tiles], minzoom: 0, maxzoom: 12 } as const },
      area: { type: 'geojson', data: empty },
      ...marks && { marks: { type: 'vector', tiles: [marks], minzoom: 0, maxzoom: 12 } as const },
    },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': palette.sea } },
      // Indonesia's own land in that source is visible only without boundaries.
      { id: 'land', type: 'fill', source: 'neighbours', filter: tiles ? ['==', get('indonesia'), false] : true,
        paint: { 'fill-color': ['case', get('indonesia'), palette.country, palette.land], 'fill-outline-color': palette.landLine } },
      ...when(tiles, () => [
        // What the filters dim fades to land, not to sea.
        { id: 'ground', type: 'fill', ...regions, 'source-layer': fillLevel, paint: { 'fill-color': palette.land } },
        { id: 'regions', type: 'fill', ...regions, 'source-layer': fillLevel, paint: { 'fill-color': fill, 'fill-opacity': dim(1, faintOpacity) } },
        ...when(colour === 'affirmative' || counts, () => [
          { id: 'not-covered', type: 'fill', ...regions, 'source-layer': fillLevel, filter: unknown as FilterSpecification,
            paint: { 'fill-pattern': images.hatch, 'fill-opacity': dim(1, faintOpacity) } },
        ]),
        ...when(colour === 'affirmative', () => [
          { id: 'both', type: 'fill', ...regions, 'source-layer': fillLevel, filter: both, paint: { 'fill-pattern': images.both, 'fill-opacity': dim(1, faintOpacity) } },
        ]),
        ...when(spreads, () => [1, 2, 3].map((upper): LayerSpecification => (
          { id: `spread-${upper}`, type: 'fill', ...regions, 'source-layer': fillLevel, filter: ['==', ['get', get('code'), ['literal', spreads!]], upper],
            paint: { 'fill-pattern': images.spread(upper), 'fill-opacity': dim(1, faintOpacity) } }))),
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
          layout: { 'text-field': get('name'), 'text-font': font, 'text-size': 12, 'text-max-width': 7, 'symbol-sort-key': get('rank'), 'text-padding': 0, ...beside(1.55) },
          paint: { 'text-color': palette.label, 'text-halo-color': palette.halo, 'text-halo-width': 1.4 } },
        { id: 'province-labels', type: 'symbol', ...regions, 'source-layer': 'labels', filter: is('kind', 'PROVINCE'), minzoom: 3, maxzoom: 8,
          layout: { 'text-field': get('name'), 'text-font': font, 'text-size': grow(3.5, 10, 7, 15), 'text-max-width': 7, 'text-letter-spacing': 0.03,
            'symbol-sort-key': get('rank'), 'text-padding': ['interpolate', ['linear'], ['zoom'], 3.5, 1, 6, 6], ...beside(1) },
          paint: { 'text-color': palette.label, 'text-halo-color': palette.halo, 'text-halo-width': 1.6 } },
      ]),
      ...when(marks, () => [
        // Marks take precedence over names, and names of places come last. The name of a
        // second mark at a point would seem to belong to the first.
        ...(['other', 'programme'] as const).map((of): LayerSpecification => ({ id: `cluster-labels-${of}`, type: 'symbol', source: 'marks', 'source-layer': 'marks', minzoom: of === 'programme' ? 2 : 8,
          filter: ['all', ['has', 'product'], ['==', get('nth'), 0], of === 'programme' ? programme : ['!', programme]],
          layout: { 'text-field': get(lang === 'id' ? 'productId' : 'product'), 'text-font': font, 'text-size': ['step', ['zoom'], 10.5, 3.5, 11.5], 'text-max-width': ['step', ['zoom'], 6, 3.5, 8],
            // On a phone the country fills the width: a name beside a mark would be cut off at the edge.
            'text-variable-anchor': ['step', ['zoom'], ['literal', ['bottom', 'top', 'left', 'right']], 3.5, ['literal', ['left', 'right', 'top', 'bottom']]],
            'text-radial-offset': ['step', count, 1, 2, 1.2, 10, 1.35, 100, 1.6, 1000, 2], 'text-justify': 'auto', 'text-padding': 1 },
          paint: { 'text-color': palette.mark, 'text-halo-color': palette.halo, 'text-halo-width': 1.6 } })),
        { id: 'clusters', type: 'symbol', source: 'marks', 'source-layer': 'marks',
          layout: {
            'icon-image': ['concat', ['case', is('status', 'PLANNED'), 'planned', ['!', programme], 'other', ['==', get('phase'), firstPhase], 'earlier', 'later'], '-', get('group'), `-${theme}`],
            'icon-allow-overlap': true, 'icon-padding': 0,
            'icon-size': ['interpolate', ['linear'], ['zoom'], ...zoomed.flatMap(([zoom, part]) => [zoom, sized(part)])] as ExpressionSpecification,
            // Small ones are above large ones, and the programme's above all.
            'symbol-sort-key': ['case', programme, 0, ['-', ['min', count, 1_000_000]]],
            // Those at one spot are side by side.
            'icon-offset': atSpot(spotStep),
          } },
        { id: 'cluster-counts', type: 'symbol', source: 'marks', 'source-layer': 'marks', filter: ['>', count, 1],
          layout: {
            'text-field': ['number-format', count, { locale: lang === 'id' ? 'id-ID' : 'en-GB' }], 'text-font': font, 'text-size': grow(3, 7, 8, digits), 'text-padding': 0, 'symbol-sort-key': ['-', count],
            'text-ignore-placement': true, 'text-allow-overlap': ['step', ['zoom'], false, 6, true], 'text-offset': ['step', count, textAtSpot(7.5), 10, textAtSpot(9.5), 100, textAtSpot(12), 1000, textAtSpot(16), 10_000, textAtSpot(19), 100_000, textAtSpot(22)],
          },
          paint: { 'text-color': ['case', is('status', 'PLANNED'), palette.mark, palette.ring] } },
      ]),
    ],
  };
}

/** Draws the patterns and marks of a theme, at twice their size for high-resolution screens. */
export function imagesOf(palette: Palette, theme: string): Record<string, ImageData> {
  const images = imageNames(theme);
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
  // Drawn larger than shown, since it grows with the number.
  const mark = (colour: string, shape: typeof shapes[number]) => draw(68, (context) => {
    context.translate(34, 34);
    context.scale(2, 2);
    context.beginPath();
    if (shape === 'later') {
      context.moveTo(0, -14); context.lineTo(14, 0); context.lineTo(0, 14); context.lineTo(-14, 0); context.closePath();
    } else if (shape === 'earlier') context.rect(-10.5, -10.5, 21, 21);
    else context.arc(0, 0, imageRadius, 0, 2 * Math.PI);
    context.lineJoin = 'round';
    context.lineWidth = 6;
    context.strokeStyle = palette.ring;
    context.stroke();
    context.fillStyle = shape === 'planned' ? palette.ring : colour;
    context.fill();
    if (shape !== 'planned') return;
    context.lineWidth = 4;
    context.strokeStyle = colour;
    context.stroke();
  });
  return {
    [images.hatch]: draw(16, (context) => stripes(context, 16, palette.hatch, 2)),
    [images.both]: draw(20, (context) => {
      context.fillStyle = palette.disadvantaged;
      context.fillRect(0, 0, 20, 20);
      stripes(context, 20, palette.border, 7);
    }),
    // Over the colour of the lower end.
    ...Object.fromEntries([1, 2, 3].map((upper) => [images.spread(upper), draw(14, (context) => stripes(context, 14, palette.counts[upper as 1], 4.5))])),
    ...Object.fromEntries(shapes.flatMap((shape) => productGroups.map((group) => [images.mark(shape, group), mark(palette.groups[group], shape)]))),
  };
}
