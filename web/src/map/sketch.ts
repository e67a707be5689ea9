// The map as a picture, until MapLibre is loaded, or if it cannot be: on a slow line MapLibre takes ten seconds
// longer than the tiles, which it will then find in the browser's cache.
import { VectorTile, type VectorTileLayer } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import type { ClusterMark, RegionProperties } from './canvas';
import { h } from './dom';
import { type Middle, worldSize } from './framing';
import { faintOpacity, fillLevelOf, fillOf, imageNames, imagesOf, markRadius, markScale, spotStep, type StyleInput } from './style';

export interface Sketch {
  /** Draws the regions, then the marks; resolves when the regions are drawn, or cannot be loaded. */
  show(style: StyleInput, middle: Middle): Promise<void>;
  clear(): void;
  /** Removes the picture once the map is there. */
  remove(): void;
}

/** A tile with its upper left corner and its side on the element, in pixels. */
interface Placed { left: number; top: number; side: number; tile: VectorTile }

type Point = [x: number, y: number];

/** Which tile it is, and where it is placed. */
type Wanted = { z: number; x: number; y: number } & Omit<Placed, 'tile'>;

/** The tiles that an element shows, nearest to its middle first, with the same addresses as MapLibre's. */
function tilesAround({ x, y, zoom }: Middle, width: number, height: number): Wanted[] {
  const z = Math.max(0, Math.min(12, Math.floor(zoom))), count = 2 ** z, side = worldSize * 2 ** (zoom - z);
  const all: Wanted[] = [];
  for (let row = Math.max(0, Math.floor(y * count - height / 2 / side)); row <= Math.min(count - 1, Math.floor(y * count + height / 2 / side)); row++) {
    for (let column = Math.floor(x * count - width / 2 / side); column <= Math.floor(x * count + width / 2 / side); column++) {
      all.push({ z, x: (column % count + count) % count, y: row, left: width / 2 + (column - x * count) * side, top: height / 2 + (row - y * count) * side, side });
    }
  }
  const far = ({ left, top }: Wanted) => Math.hypot(left + side / 2 - width / 2, top + side / 2 - height / 2);
  return all.sort((a, b) => far(a) - far(b));
}

/** The paths of a layer's features, grouped by the result of `into`; features with undefined are left out. */
function pathsOf<T>({ left, top, side, tile }: Placed, name: string, into: (properties: T) => string | undefined): Map<string, Path2D> {
  const out = new Map<string, Path2D>(), layer = tile.layers[name] as VectorTileLayer | undefined;
  for (let i = 0; i < (layer?.length ?? 0); i++) {
    const feature = layer!.feature(i), key = into(feature.properties as T);
    if (key === undefined) continue;
    const path = out.get(key) ?? new Path2D(), scale = side / feature.extent;
    out.set(key, path);
    for (const ring of feature.loadGeometry()) {
      ring.forEach((p, j) => { if (j === 0) path.moveTo(left + p.x * scale, top + p.y * scale); else path.lineTo(left + p.x * scale, top + p.y * scale); });
      if (feature.type === 3) path.closePath();
    }
  }
  return out;
}

/** A value interpolated from one zoom to another. */
const grown = (zoom: number, from: number, value: number, to: number, end: number) => value + (end - value) * Math.max(0, Math.min(1, (zoom - from) / (to - from)));

/** The patterns and the marks of a theme. */
function brushesOf(context: CanvasRenderingContext2D, { palette, theme }: StyleInput) {
  const names = imageNames(theme), images = new Map(Object.entries(imagesOf(palette, theme)).map(([name, image]) => {
    const own = h('canvas', { width: image.width, height: image.height });
    own.getContext('2d')!.putImageData(image, 0, 0);
    return [name, own];
  }));
  const patterns = new Map([names.hatch, names.both, ...[1, 2, 3].map(names.spread)].map((name) => {
    const made = context.createPattern(images.get(name)!, 'repeat')!;
    made.setTransform(new DOMMatrix().scale(0.5));
    return [name, made];
  }));
  return { patterns, mark: (shape: string, group: string) => images.get(names.mark(shape, group))! };
}

export function createSketch(map: HTMLElement): Sketch {
  const canvas = h('canvas', { className: 'sketch', 'aria-hidden': 'true' }), context = canvas.getContext('2d')!;
  map.before(canvas);
  let shown: { style: StyleInput; middle: Middle; tiles: Placed[]; marks: Placed[]; brushes: ReturnType<typeof brushesOf> } | undefined;
  let asked = new AbortController();

  const sizes = () => ({ width: map.clientWidth, height: map.clientHeight });

  /** Clears the canvas and sets it to the size of the map. */
  const wipe = () => {
    const { width, height } = sizes();
    [canvas.width, canvas.height] = [width * devicePixelRatio, height * devicePixelRatio];
    context.scale(devicePixelRatio, devicePixelRatio);
  };

  const paintRegions = (placed: Placed) => {
    const { style, middle: { zoom }, brushes } = shown!, { palette } = style;
    context.save();
    context.beginPath();
    // Clip between pixels, so that there is no visible seam.
    const [left, top, right, bottom] = [placed.left, placed.top, placed.left + placed.side, placed.top + placed.side].map((edge) => Math.round(edge * devicePixelRatio) / devicePixelRatio);
    context.rect(left, top, right - left, bottom - top);
    context.clip();
    const fills = pathsOf(placed, fillLevelOf(style), (region: RegionProperties) => { const { colour, over, faint } = fillOf(style, region); return `${colour} ${over ?? ''} ${faint ? 'faint' : ''}`; });
    for (const [key, path] of fills) {
      const [colour, over, faint] = key.split(' ');
      context.fillStyle = palette.land;
      context.fill(path, 'evenodd');
      context.globalAlpha = faint ? faintOpacity : 1;
      context.fillStyle = colour;
      context.fill(path, 'evenodd');
      const pattern = brushes.patterns.get(over);
      if (pattern) {
        context.fillStyle = pattern;
        context.fill(path, 'evenodd');
      }
      context.globalAlpha = 1;
    }
    const lines = pathsOf<{ level: string }>(placed, 'borders', (properties) => properties.level === 'regency' && zoom < 4 ? undefined : properties.level);
    for (const [name, colour, thick] of [['regency', palette.regencyLine, grown(zoom, 4, 0.4, 9, 1.2)], ['coast', palette.coast, grown(zoom, 4, 0.5, 9, 1)], ['province', palette.provinceLine, grown(zoom, 3, 0.7, 9, 2)]] as const) {
      const path = lines.get(name);
      if (!path) continue;
      context.strokeStyle = colour;
      context.lineWidth = thick;
      context.stroke(path);
    }
    if (style.selectedCode) {
      const outline = pathsOf<RegionProperties>(placed, style.selectedCode.includes('.') ? 'regencies' : 'provinces', ({ code }) => code === style.selectedCode ? code : undefined).get(style.selectedCode);
      context.strokeStyle = palette.mark;
      context.lineWidth = 3;
      if (outline) context.stroke(outline);
    }
    context.restore();
  };

  const paintMarks = () => {
    const { style, middle: { zoom }, brushes } = shown!, { palette } = style;
    const marks: { mark: ClusterMark & { nth: number }; at: Point }[] = [];
    for (const { left, top, side, tile } of shown!.marks) {
      const layer = tile.layers.marks as VectorTileLayer | undefined;
      for (let i = 0; i < (layer?.length ?? 0); i++) {
        const feature = layer!.feature(i), [[{ x, y }]] = feature.loadGeometry();
        // What is in the buffer belongs to the adjacent tile.
        if (x < 0 || y < 0 || x >= feature.extent || y >= feature.extent) continue;
        marks.push({ mark: feature.properties as unknown as ClusterMark & { nth: number }, at: [left + x * side / feature.extent, top + y * side / feature.extent] });
      }
    }
    // Small ones are above large ones, and the programme's above all.
    const order = ({ mark }: typeof marks[number]) => mark.phase ? 0 : mark.count;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    const family = getComputedStyle(document.body).fontFamily;
    for (const { mark, at: [x, y] } of marks.sort((a, b) => order(b) - order(a))) {
      const shape = mark.status === 'PLANNED' ? 'planned' : !mark.phase ? 'other' : mark.phase === style.firstPhase ? 'earlier' : 'later';
      const scale = markScale(zoom) * markRadius(mark), image = brushes.mark(shape, mark.group), side = image.width / 2 * scale, centre = x + (mark.nth ?? 0) * spotStep * scale;
      context.drawImage(image, centre - side / 2, y - side / 2, side, side);
      if (mark.count < 2 || zoom < 6 && side < 14) continue;
      context.font = `${grown(zoom, 3, 7, 8, 11.5)}px ${family}`;
      context.fillStyle = shape === 'planned' ? palette.mark : palette.ring;
      context.fillText(mark.count.toLocaleString(style.lang === 'id' ? 'id-ID' : 'en-GB'), centre, y + 0.5);
    }
  };

  const paint = () => {
    wipe();
    shown?.tiles.forEach(paintRegions);
    if (shown) paintMarks();
  };

  /**
   * Loads the tiles of an address, and passes on each as it arrives, unless it is no longer needed. A tile that fails
   * is left out: MapLibre retries it, and reports the failure.
   */
  const load = async (address: string, middle: Middle, each: (placed: Placed) => void) => {
    const { width, height } = sizes(), { signal } = asked;
    await Promise.allSettled(tilesAround(middle, width, height).map(async ({ z, x, y, ...place }) => {
      const url = address.replace('{z}', String(z)).replace('{x}', String(x)).replace('{y}', String(y));
      // A cached tile may be of an earlier version of the record.
      const response = await fetch(url, { cache: 'no-cache', signal });
      if (!response.ok || response.status === 204) return;
      const tile = new VectorTile(new PbfReader(new Uint8Array(await response.arrayBuffer())));
      if (!signal.aborted) each({ ...place, tile });
    }));
  };
  addEventListener('resize', paint);

  const clear = () => {
    asked.abort();
    asked = new AbortController();
    shown = undefined;
    if (canvas.isConnected) wipe();
  };
  return {
    async show(style, middle) {
      clear();
      if (!style.tiles) return;
      const { signal } = asked, tiles: Placed[] = [], marks: Placed[] = [];
      shown = { style, middle, tiles, marks, brushes: brushesOf(context, style) };
      await load(style.tiles, middle, (placed) => { tiles.push(placed); paintRegions(placed); });
      if (!style.marks || signal.aborted) return;
      // Marks reach over the edges of their tiles and overlap: draw all of them together.
      load(style.marks, middle, (placed) => { marks.push(placed); }).then(() => { if (!signal.aborted) paintMarks(); });
    },
    clear,
    remove() {
      clear();
      removeEventListener('resize', paint);
      canvas.remove();
    },
  };
}
