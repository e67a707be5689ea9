// The map itself. This module imports MapLibre and is loaded after the rest of the page.
import 'maplibre-gl/dist/maplibre-gl.css';
import { AttributionControl, GeoJSONSource, Map, type MapGeoJSONFeature, type MapMouseEvent, NavigationControl, Popup, ScaleControl, setWorkerUrl, type PointLike, type VectorTileSource } from 'maplibre-gl';
import workerAddress from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type { Answer, Box } from './api';
import { h } from './dom';
import { boxPadding, closest, country, countryPadding, offset, project, uncovered, worldSize } from './framing';
import { areaFeatures, areaFrom } from './shapes';
import type { ProductGroup } from './palette';
import { imagesOf, neighboursAt, type StyleInput, styleOf } from './style';
import type { Area, Camera, Position, Selection } from './view';
import type { Words } from './words';

setWorkerUrl(new URL(workerAddress, document.baseURI).href);

/** The maximum number of corners of a polygon that is drawn freehand. */
const mostCorners = 60;

/** Callbacks of the map to the page. */
export interface MapEvents {
  moved(camera: Camera): void;
  selected(selection: Selection | undefined): void;
  drawn(area: Area | undefined): void;
  /** The content of the popup over a region or a cluster. */
  hint(found: RegionProperties | ClusterMark): Node;
  /** Some of the regions could not be loaded; or all could be loaded after a retry. */
  tilesFailed(): void;
  tilesLoaded(): void;
}

/** The attributes of a region in a tile. */
export interface RegionProperties { code: string; name: string; kind: 'PROVINCE' | 'REGENCY' | 'CITY'; affirmative: Answer; disadvantaged: Answer; border: Answer; clusterCount: number }

/** The attributes of a mark in a tile: one cluster, or several with their number. */
export interface ClusterMark {
  count: number; phase: string; status: 'EXISTING' | 'PLANNED'; group: ProductGroup; precision: 'POINT' | 'REGENCY' | 'PROVINCE';
  /** The region of all of them, and its name. */
  region?: string; place?: string;
  /** Only for a single one. */
  key?: string; name?: string; nameId?: string;
  product?: string; productId?: string;
}

/** What the map draws, in drawing order; pixels from its upper left corner. */
export interface Drawn { width: number; height: number; shapes: DrawnShape[] }

/** The pattern over the colour of a region; a number selects stripes of that class. */
export type Pattern = 'hatch' | 'both' | 'spread-1' | 'spread-2' | 'spread-3';

export type DrawnShape =
  | { kind: 'fill'; path: string; colour: string; opacity: number; pattern?: Pattern; name?: string }
  | { kind: 'line'; path: string; colour: string; opacity: number; width: number; dashed: boolean }
  | { kind: 'mark'; x: number; y: number; shape: 'earlier' | 'later' | 'other' | 'planned'; radius: number; colour: string }
  | { kind: 'text'; x: number; y: number; text: string; size: number; colour: string; anchor: 'start' | 'middle'; halo: boolean };

export interface MapCanvas {
  show(style: StyleInput): void;
  showArea(area: Area | undefined): void;
  /** Starts drawing an area, or stops if there is no kind. */
  draw(kind: Area['kind'] | undefined): void;
  /** Completes a polygon that is being drawn. */
  finishDrawing(): void;
  /** Shows a box in the uncovered part of the map; with `untold` it does not count as the reader's move. */
  fit(box: Box, untold?: boolean): void;
  /** Moves the middle of a box into the uncovered part of the map, unless it is already there. */
  reveal(box: Box): void;
  jump(camera: Camera | undefined): void;
  camera(): Camera;
  /** The drawn map as shapes. */
  drawn(): Drawn;
  /** The drawn map as pixels. */
  pixels(): HTMLCanvasElement;
  /** Resolves when everything has been drawn. */
  idle(): Promise<void>;
  /** The codes of the drawn regions of a layer, for tests and for readers who cannot see the map. */
  drawnCodes(layer: 'provinces' | 'regencies'): string[];
  /** Retries the tiles that failed to load. */
  reload(): void;
}

/** Makes the map in a container; `covered` returns the height in pixels of what covers its lower edge. */
export function createMap(container: HTMLElement, first: StyleInput, camera: Camera | undefined, words: Words, events: MapEvents, attribution: string, covered: () => number, framed: boolean): MapCanvas {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const whole: [number, number, number, number] = [country.west, country.south, country.east, country.north];
  const fit = () => ({ padding: countryPadding(container, covered()) });
  const map = new Map({
    // Printing and pictures need the last frame.
    canvasContextAttributes: { preserveDrawingBuffer: true },
    // In an article the wheel and one finger scroll the article.
    cooperativeGestures: framed,
    container, style: styleOf({ ...first, neighbours: !first.tiles }), attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, maxPitch: 0, minZoom: 1.5, maxZoom: 14,
    fadeDuration: still ? 0 : 200, ...camera ? { center: [camera.lon, camera.lat], zoom: camera.zoom } : { bounds: whole, fitBoundsOptions: fit() },
    // A cached tile may be of an earlier version of the record.
    transformRequest: (url) => ({ url, ...url.includes('/tiles/') && { cache: 'no-cache' as const } }),
    locale: { 'NavigationControl.ZoomIn': words.zoomIn, 'NavigationControl.ZoomOut': words.zoomOut, 'Map.Title': words.mapLabel,
      'CooperativeGesturesHandler.WindowsHelpText': words.ctrlScroll, 'CooperativeGesturesHandler.MacHelpText': words.commandScroll, 'CooperativeGesturesHandler.MobileHelpText': words.twoFingers },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), 'top-left');
  const home = h('button', { type: 'button', className: 'home', title: words.wholeCountry, 'aria-label': words.wholeCountry, onclick: () => map.fitBounds(whole, { ...fit(), animate: !still }, { byPage: true }) });
  map.addControl({ onAdd: () => h('div', { className: 'maplibregl-ctrl maplibregl-ctrl-group' }, home), onRemove: () => home.parentElement?.remove() }, 'top-left');
  const narrow = container.clientWidth < 640;
  map.addControl(new AttributionControl({ compact: narrow, customAttribution: attribution }), 'bottom-right');
  map.addControl(new ScaleControl({ maxWidth: 90 }), 'bottom-right');
  // On a phone it starts collapsed.
  if (narrow) container.querySelector('.maplibregl-ctrl-attrib')?.classList.remove('maplibregl-compact-show');

  let style: StyleInput = { ...first, neighbours: !first.tiles };
  let area: Area | undefined;
  let drawing: { kind: Area['kind']; corners: Position[]; at?: Position } | undefined;
  /** A freehand drawing by the reader: its start, and its path so far. */
  let drag: { from: Position; way: Position[] } | undefined;
  let hovered: { id: string | number; sourceLayer: string } | undefined;
  const popup = new Popup({ closeButton: false, closeOnClick: false, offset: 12, className: 'hint', maxWidth: '260px' });

  const addImages = () => {
    for (const [name, image] of Object.entries(imagesOf(style.palette, style.theme))) if (!map.hasImage(name)) map.addImage(name, image, { pixelRatio: 2 });
  };
  // MapLibre never retries a tile that failed to load; a different fragment in the address makes it a different tile.
  let failed = false, neighboursFailed = false, attempt = 0;
  const anew = (address: string | undefined) => address && attempt > 0 ? `${address}-${attempt}` : address;
  const styled = () => styleOf({ ...style, tiles: anew(style.tiles), marks: anew(style.marks) });
  // Tiles of the previous view stay until those of the next are loaded, unless these fail.
  let exchanging = false;
  map.on('error', (event) => {
    const { sourceId, error } = event as typeof event & { sourceId?: string };
    if (sourceId === 'neighbours') neighboursFailed = true;
    else if (sourceId !== 'sentra' && sourceId !== 'marks') { console.error(error); return; }
    if (exchanging && sourceId !== 'neighbours') {
      exchanging = false;
      attempt++;
      map.setStyle(styled(), { diff: true });
      fill();
    }
    failed = true;
    events.tilesFailed();
  });
  map.on('idle', () => {
    exchanging = false;
    // The neighbours' land is large and comes last, on a slow line long after the country's.
    if (!style.neighbours) canvas.show({ ...style, neighbours: true });
    if (!failed) events.tilesLoaded();
  });
  // A style refers to images before it is loaded; they are drawn when first needed.
  map.on('styleimagemissing', addImages);
  const setData = (source: string, data: GeoJSON.FeatureCollection) => (map.getSource(source) as GeoJSONSource | undefined)?.setData(data);
  const fill = () => {
    if (drawing && drag) setData('area', areaFeatures(areaFrom(drawing.kind, wayOf(drawing.kind)), drawing.kind === 'polygon' ? [] : [drag.from]));
    else setData('area', drawing ? areaFeatures(areaFrom(drawing.kind, [...drawing.corners, ...drawing.at ? [drawing.at] : []]), drawing.corners) : areaFeatures(area));
  };
  map.on('style.load', () => { addImages(); fill(); });

  const around = ({ x, y }: { x: number; y: number }): [PointLike, PointLike] => [[x - 6, y - 6], [x + 6, y + 6]];
  const at = (event: MapMouseEvent): MapGeoJSONFeature | undefined => {
    const found = (layer: string, where: PointLike | [PointLike, PointLike]) => map.getLayer(layer) ? map.queryRenderedFeatures(where, { layers: [layer] })[0] : undefined;
    return found('clusters', around(event.point)) ?? found('regions', event.point);
  };
  const unhover = () => {
    if (hovered && map.getSource('sentra')) map.setFeatureState({ source: 'sentra', ...hovered }, { hovered: false });
    hovered = undefined;
    popup.remove();
  };
  /** The corners of a freehand drawing. */
  const wayOf = (kind: Area['kind']): Position[] => {
    if (!drag) return [];
    if (kind !== 'polygon') return [drag.from, drag.way.at(-1) ?? drag.from];
    // The API's cost of an area grows with its corners.
    const { way } = drag, step = Math.ceil(way.length / mostCorners);
    return way.filter((_, i) => i % step === 0);
  };
  /** Turns gestures that move the map off, or on again. */
  const holdMap = (held: boolean) => {
    map.getCanvas().style.cursor = held ? 'crosshair' : '';
    map.getCanvasContainer().style.touchAction = held ? 'none' : '';
    if (held) { map.dragPan.disable(); map.doubleClickZoom.disable(); }
    else { map.dragPan.enable(); map.doubleClickZoom.enable(); }
  };
  const finish = (result: Area | undefined) => {
    drawing = drag = undefined;
    holdMap(false);
    fill();
    events.drawn(result);
  };
  const pointAt = ({ clientX, clientY }: PointerEvent): [x: number, y: number] => { const { left, top } = container.getBoundingClientRect(); return [clientX - left, clientY - top]; };
  let pressed: { id: number; at: [x: number, y: number]; last: [x: number, y: number] } | undefined;
  const surface = map.getCanvasContainer();
  surface.addEventListener('pointerdown', (event) => {
    pressed = drag = undefined;
    // A second finger zooms; once a polygon has corners, dragging moves the map to the next.
    if (!drawing || !event.isPrimary || event.button !== 0 || drawing.kind === 'polygon' && drawing.corners.length > 0) return;
    const at = pointAt(event);
    pressed = { id: event.pointerId, at, last: at };
  });
  surface.addEventListener('pointermove', (event) => {
    if (!drawing || pressed?.id !== event.pointerId) return;
    const at = pointAt(event), far = (from: [x: number, y: number]) => Math.hypot(at[0] - from[0], at[1] - from[1]);
    if (!drag && far(pressed.at) < 8 || far(pressed.last) < 4) return;
    if (!drag) surface.setPointerCapture(event.pointerId);
    drag ??= { from: map.unproject(pressed.at).toArray() as Position, way: [map.unproject(pressed.at).toArray() as Position] };
    drag.way.push(map.unproject(at).toArray() as Position);
    pressed.last = at;
    fill();
  });
  surface.addEventListener('pointerup', (event) => {
    const drawn = drawing && drag && pressed?.id === event.pointerId ? areaFrom(drawing.kind, wayOf(drawing.kind)) : undefined;
    pressed = drag = undefined;
    if (drawn) finish(drawn);
    else if (drawing) fill();
  });
  surface.addEventListener('pointercancel', () => { pressed = drag = undefined; fill(); });

  // A finger cannot hover; a tap opens what it touches.
  let finger = false;
  for (const kind of ['pointerdown', 'pointermove'] as const) container.addEventListener(kind, ({ pointerType }) => { finger = pointerType === 'touch'; }, true);
  map.on('mousemove', (event) => {
    if (finger && !drawing) return;
    if (drawing) {
      if (drag) return;
      drawing.at = event.lngLat.toArray() as Position;
      fill();
      return;
    }
    const feature = at(event);
    map.getCanvas().style.cursor = feature ? 'pointer' : '';
    unhover();
    if (!feature) return;
    if (feature.layer.id === 'regions' && feature.id !== undefined) {
      hovered = { id: feature.id, sourceLayer: feature.sourceLayer! };
      map.setFeatureState({ source: 'sentra', ...hovered }, { hovered: true });
    }
    popup.setLngLat(event.lngLat).setDOMContent(events.hint(feature.properties as RegionProperties | ClusterMark)).addTo(map);
  });
  map.on('mouseout', unhover);
  map.on('click', (event) => {
    if (drawing) {
      drawing.corners.push(event.lngLat.toArray() as Position);
      if (drawing.kind === 'polygon') map.dragPan.enable();
      const complete = drawing.kind !== 'polygon' && drawing.corners.length === 2;
      if (complete) finish(areaFrom(drawing.kind, drawing.corners));
      else fill();
      return;
    }
    const feature = at(event);
    const properties = feature?.properties as Partial<ClusterMark> & { code?: string } | undefined;
    if (properties?.key) events.selected({ kind: 'cluster', key: properties.key });
    // Clusters near each other separate when zooming in; those of a region are listed on its card.
    else if (properties?.count && (!properties.region || map.getZoom() < (properties.precision === 'POINT' ? 11 : properties.precision === 'PROVINCE' ? 6 : 0))) {
      map.easeTo({ center: (feature!.geometry as GeoJSON.Point).coordinates as Position, zoom: Math.min(map.getZoom() + 2, map.getMaxZoom()), animate: !still }, { byPage: true });
    } else events.selected(properties?.count ? { kind: 'region', key: properties.region! } : properties?.code ? { kind: 'region', key: properties.code } : undefined);
  });
  map.on('dblclick', (event) => {
    if (drawing?.kind !== 'polygon') return;
    event.preventDefault();
    drawing.corners.pop(); // The second click of the double click.
    finish(areaFrom('polygon', drawing.corners));
  });
  // Only the reader's own moves belong in the address; the first fit does not.
  const report = (event: { originalEvent?: unknown; byPage?: boolean }) => { if (event.originalEvent || event.byPage) events.moved(canvas.camera()); };
  map.on('moveend', report);

  const canvas: MapCanvas = {
    show(next) {
      const before = style;
      style = { ...next, neighbours: before.neighbours || !next.tiles || next.neighbours };
      if (before.tiles !== next.tiles || before.colour !== next.colour || before.level !== next.level) unhover();
      if (before.tiles !== next.tiles || before.marks !== next.marks) { failed = false; attempt = 0; }
      for (const [id, was, now] of [['sentra', before.tiles, next.tiles], ['marks', before.marks, next.marks]] as const) {
        const source = map.getSource<VectorTileSource>(id);
        if (!source || !now || was === now) continue;
        source.setTiles([now]);
        exchanging = true;
      }
      map.setStyle(styled(), { diff: true });
      addImages();
      fill();
    },
    showArea(next) { area = next; fill(); },
    draw(kind) {
      unhover();
      drawing = kind && { kind, corners: [] };
      drag = undefined;
      holdMap(kind !== undefined);
      fill();
    },
    finishDrawing() { if (drawing) finish(areaFrom(drawing.kind, drawing.corners)); },
    fit({ west, south, east, north }, untold = false) {
      map.fitBounds([west, south, east, north], { padding: boxPadding(container, covered()), maxZoom: closest, animate: !still && !untold }, untold ? {} : { byPage: true });
    },
    reveal({ west, south, east, north }) {
      const middle: Position = [(west + east) / 2, (south + north) / 2];
      const { x, y } = map.project(middle);
      const { right, bottom } = uncovered(container);
      if (x > 30 && x < right - 30 && y > 30 && y < bottom - 30) return;
      map.easeTo({ center: middle, offset: offset(container), animate: !still });
    },
    jump(to) {
      if (to) map.easeTo({ center: [to.lon, to.lat], zoom: to.zoom, offset: offset(container), animate: false });
      else map.fitBounds(whole, { ...fit(), animate: false });
    },
    // The address has the middle of the uncovered part: on another screen the card covers another part.
    camera() {
      const { right, bottom } = uncovered(container);
      const { lng, lat } = map.unproject([right / 2, bottom / 2]);
      return { lon: lng, lat, zoom: map.getZoom() };
    },
    idle: () => new Promise((resolve) => {
      if (map.loaded() && map.areTilesLoaded()) { resolve(); return; }
      // Reloaded tiles that did not change are not drawn again, and without a redraw MapLibre never reports that it
      // is idle.
      const drawing = setInterval(() => { if (map.areTilesLoaded()) map.triggerRepaint(); }, 200);
      map.once('idle', () => {
        clearInterval(drawing);
        resolve();
      });
    }),
    drawnCodes(layer) {
      if (!map.getSource('sentra')) return [];
      return [...new Set(map.querySourceFeatures('sentra', { sourceLayer: layer }).map(({ properties }) => properties.code as string))].sort();
    },
    pixels: () => map.getCanvas(),
    drawn: () => drawnShapes(map, style),
    reload() {
      failed = false;
      attempt++;
      map.setStyle(styled(), { diff: true });
      if (neighboursFailed) (map.getSource('neighbours') as GeoJSONSource | undefined)?.setData(neighboursAt());
      neighboursFailed = false;
    },
  };
  return canvas;
}

/** The pixel position of a geographic one. */
type Place = (position: GeoJSON.Position) => [x: number, y: number];

/**
 * Converts positions like the map, which is never rotated or tilted: the map's own method takes seconds for all
 * coasts.
 */
function placeOf(map: Map): Place {
  const { clientWidth, clientHeight } = map.getContainer(), { lng, lat } = map.getCenter();
  const [left, top] = project(lng, lat), size = worldSize * 2 ** map.getZoom();
  return ([lon, latitude]) => { const [x, y] = project(lon, latitude); return [(x - left) * size + clientWidth / 2, (y - top) * size + clientHeight / 2]; };
}

/** The SVG path of a line or of the rings of an area. */
function pathOf(place: Place, geometry: GeoJSON.Geometry): string {
  const point = (position: GeoJSON.Position) => { const [x, y] = place(position); return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`; };
  const line = (positions: GeoJSON.Position[]) => `M${positions.map(point).join('L')}`;
  switch (geometry.type) {
    case 'LineString': return line(geometry.coordinates);
    case 'MultiLineString': return geometry.coordinates.map(line).join('');
    case 'Polygon': return geometry.coordinates.map((ring) => `${line(ring)}Z`).join('');
    case 'MultiPolygon': return geometry.coordinates.flat().map((ring) => `${line(ring)}Z`).join('');
    default: return '';
  }
}

/** Reads the drawn features from the map. MapLibre does not report on which side of a mark its name is. */
function drawnShapes(map: Map, { palette, firstPhase }: StyleInput): Drawn {
  const { clientWidth, clientHeight } = map.getContainer();
  const shapes: DrawnShape[] = [], texts = new Set<string>(), place = placeOf(map);
  const features = map.queryRenderedFeatures().reverse();
  const marks: Position[] = features.filter(({ layer }) => layer.id === 'clusters').map(({ geometry }) => place((geometry as GeoJSON.Point).coordinates));
  for (const { layer, geometry, properties } of features) {
    const paint = (layer.paint ?? {}) as Record<string, unknown>, layout = ('layout' in layer ? layer.layout ?? {} : {}) as Record<string, unknown>;
    const number = (value: unknown, otherwise: number) => typeof value === 'number' ? value : otherwise;
    if (layer.type === 'fill') {
      shapes.push({ kind: 'fill', path: pathOf(place, geometry), colour: String(paint['fill-color']), opacity: number(paint['fill-opacity'], 1), name: layer.id === 'regions' ? properties.name : undefined,
        pattern: layer.id === 'not-covered' ? 'hatch' : layer.id === 'both' || layer.id.startsWith('spread-') ? layer.id as Pattern : undefined });
    } else if (layer.type === 'line') {
      const opacity = number(paint['line-opacity'], 1);
      if (opacity > 0) shapes.push({ kind: 'line', path: pathOf(place, geometry), colour: String(paint['line-color']), opacity, width: number(paint['line-width'], 1), dashed: 'line-dasharray' in paint });
    } else if (layer.type === 'symbol' && geometry.type === 'Point') {
      const [x, y] = place(geometry.coordinates);
      if (layer.id === 'clusters') {
        const { phase, status, group } = properties as ClusterMark, size = number(layout['icon-size'], 1), [dx] = (layout['icon-offset'] as number[] | undefined) ?? [0];
        shapes.push({ kind: 'mark', x: x + dx * size, y, radius: 12 * size, colour: palette.groups[group], shape: status === 'PLANNED' ? 'planned' : !phase ? 'other' : phase === firstPhase ? 'earlier' : 'later' });
        continue;
      }
      const size = number(layout['text-size'], 12), text = String(layout['text-field']);
      const onMark = layer.id === 'cluster-counts', [dx] = (layout['text-offset'] as number[] | undefined) ?? [0];
      // A name is in each tile that it reaches into.
      const key = `${text} ${Math.round(x / 4)} ${Math.round(y / 4)}`;
      if (texts.has(key)) continue;
      texts.add(key);
      const beside = !onMark && marks.some(([mx, my]) => Math.hypot(mx - x, my - y) < 14);
      shapes.push({ kind: 'text', x: onMark ? x + dx * size : beside ? x + 13 : x, y, text, size, colour: String(paint['text-color']), anchor: beside ? 'start' : 'middle', halo: !onMark });
    }
  }
  return { width: clientWidth, height: clientHeight, shapes };
}
