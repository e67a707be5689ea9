// The state of the page, and its form in the address.
import { formatMoney, formatNear, formatWeights, type Grounds, parseMoney, parseNear, parseWeights, refuseGrounds } from './grounds';
import { type ProductGroup, productGroups } from './palette';

/** What the table lists. */
export type List = 'clusters' | 'regencies' | 'provinces' | 'screening';

/** Longitude and latitude in degrees (WGS 84). */
export type Position = [lon: number, lat: number];

/** An area drawn on the map or typed in; degrees, and metres for a radius. */
export type Area =
  | { kind: 'box'; west: number; south: number; east: number; north: number }
  | { kind: 'polygon'; ring: Position[] }
  | { kind: 'circle'; centre: Position; radius: number };

export interface Camera { lon: number; lat: number; zoom: number }

/** A region by code or a cluster by key. */
export interface Selection { kind: 'region' | 'cluster'; key: string }

/** The whole state of the page, all of which is in the address. Empty strings are filters that are not set. */
export interface View extends Grounds {
  lang: 'en' | 'id';
  /** A day as YYYY-MM-DD; empty for today. */
  day: string;
  list: List;
  colour: 'affirmative' | 'count';
  phase: string;
  /** Products by key or name, separated by commas. */
  product: string;
  group: '' | ProductGroup;
  affirmative: '' | 'ANY' | 'DISADVANTAGED' | 'BORDER' | 'NO';
  initialTarget: '' | 'true' | 'false';
  programme: '' | 'true' | 'false';
  hosts: '' | 'true' | 'false';
  fund: '' | 'ANY' | 'APBN' | 'DECONCENTRATION' | 'DAK';
  confidence: '' | 'LISTED' | 'INFERRED' | 'PARTIAL';
  status: '' | 'EXISTING' | 'PLANNED';
  province: string;
  text: string;
  area?: Area;
  selected?: Selection;
  /** The name of a column, after a minus for descending; empty for the API's own order. */
  sort: string;
  camera?: Camera;
  /** Invalid parameters of the address, which stay in it until the reader drops them. */
  refused: Parameter[];
}

/** A parameter of the address. */
export interface Parameter { name: string; value: string }

export const defaults: View = {
  lang: 'en', day: '', list: 'clusters', colour: 'affirmative', phase: '', product: '', group: '', affirmative: '', initialTarget: '', programme: '', hosts: '', fund: '', confidence: '', status: '',
  province: '', text: '', sort: '', refused: [],
};

/** Whether a text is a valid date; Date would take 30 February for a day in March. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && Number.isFinite(time) && new Date(time).toISOString().startsWith(text);
}

const within = (value: number, least: number, most: number) => Number.isFinite(value) && value >= least && value <= most;
const isPosition = (values: number[]): values is Position => values.length === 2 && within(values[0], -180, 180) && within(values[1], -90, 90);
const numbers = (text: string) => text.split(',').map((part) => part.trim() === '' ? NaN : Number(part));

/** Rounds a coordinate to a ten-millionth of a degree, about a centimetre. */
const places = (value: number, digits: number) => String(Number(value.toFixed(digits)));

function isOneOf<T extends string>(value: string, ...known: T[]): value is T {
  return (known as string[]).includes(value);
}

/** Parses an area from the address or a form; undefined if it is invalid. */
export function parseArea(kind: Area['kind'], text: string): Area | undefined {
  if (kind === 'polygon') {
    const ring = text.split(/[;\n]/).filter((part) => part.trim() !== '').map(numbers);
    if (ring.length > 3 && ring[0].join() === ring[ring.length - 1].join()) ring.pop();
    return ring.length >= 3 && ring.every(isPosition) ? { kind, ring } : undefined;
  }
  const values = numbers(text);
  if (kind === 'box') {
    const [west, south, east, north] = values;
    const sound = values.length === 4 && isPosition([west, south]) && isPosition([east, north]) && west !== east && south < north;
    return sound ? { kind, west, south, east, north } : undefined;
  }
  const [lon, lat, radius] = values;
  return values.length === 3 && isPosition([lon, lat]) && radius > 0 && radius <= 20_037_508 ? { kind, centre: [lon, lat], radius } : undefined;
}

/** Formats an area: `west,south,east,north`, `lon,lat;lon,lat;…` or `lon,lat,metres`. */
export function formatArea(area: Area): string {
  const at = (value: number) => places(value, 5);
  switch (area.kind) {
    case 'box': return [area.west, area.south, area.east, area.north].map(at).join(',');
    case 'polygon': return area.ring.map((position) => position.map(at).join(',')).join(';');
    case 'circle': return [...area.centre.map(at), places(area.radius, 0)].join(',');
  }
}

const areaParameters = { box: 'bbox', polygon: 'within', circle: 'near' } as const;

/** Parameters that only affect the presentation: the answer is the same without them. */
const arranging = ['lang', 'theme', 'colour', 'sort', 'at', 'show', 'weights'];

/** Parameters of the address, and the part of the view that each sets. */
const meanings: Record<string, keyof View> = {
  asOf: 'day', list: 'list', colour: 'colour', phase: 'phase', product: 'product', group: 'group', affirmative: 'affirmative', initialTarget: 'initialTarget', programme: 'programme', hosts: 'hosts', fund: 'fund', confidence: 'confidence', status: 'status',
  province: 'province', q: 'text', money: 'money', facilitators: 'facilitators', weights: 'weights', bbox: 'area', within: 'area', near: 'area', show: 'selected', sort: 'sort', at: 'camera', lang: 'lang',
};

/** Parameters that other sites append to links for tracking. */
const followed = /^(utm_\w+|fbclid|gclid|dclid|msclkid|igshid|mc_[ce]id|ref)$/;

/** Whether the answer might be different if an invalid parameter were ignored. */
export function changesAnswer({ name }: Parameter): boolean {
  return name in meanings && !arranging.includes(name);
}

/** The key of a cluster. Sentra 0.1.0 had its id in addresses, which is the base64url of `Cluster:` and the key. */
function clusterKey(given: string): string {
  try {
    const bytes = Uint8Array.from(atob(given.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
    return /^Cluster:(.+)$/su.exec(new TextDecoder('utf-8', { fatal: true }).decode(bytes))?.[1] ?? given;
  } catch {
    return given;
  }
}

/** The changed view, without the refused parameters that the changes replace. */
export function changed(view: View, changes: Partial<View>): View {
  const refused = view.refused.filter(({ name }) => !(meanings[name] in changes));
  return { ...view, refused, ...changes };
}

/**
 * Parses an address. Invalid parameters are refused and not ignored: without a filter the answer would be a different
 * one.
 */
export function parseView(search: string, lang: View['lang']): View {
  const given = new URLSearchParams(search);
  const view: View = { ...defaults, lang, refused: [] };
  /** Reads a parameter; `read` returns false if it is invalid. An empty one is not set. */
  const take = (name: string, read: (value: string) => boolean | void) => {
    const values = given.getAll(name);
    given.delete(name);
    if (values.length > 1 && new Set(values).size > 1) view.refused.push(...values.map((value) => ({ name, value: value.slice(0, 200) })));
    else if (values[0] && read(values[0]) === false) view.refused.push({ name, value: values[0].slice(0, 200) });
  };
  const choice = <K extends keyof View>(key: K, name: string, ...known: (View[K] & string)[]) => take(name, (value) => {
    if (!isOneOf(value, ...known)) return false;
    view[key] = value;
  });
  const text = (key: 'phase' | 'product' | 'text', name: string) => take(name, (value) => {
    if (value.length > 100) return false;
    view[key] = value;
  });
  choice('lang', 'lang', 'en', 'id');
  take('theme', () => true); // The page reads it itself.
  take('asOf', (value) => {
    if (value === 'today') return true;
    if (!isDay(value)) return false;
    view.day = value;
  });
  choice('list', 'list', 'clusters', 'regencies', 'provinces', 'screening');
  choice('colour', 'colour', 'affirmative', 'count');
  choice('group', 'group', ...productGroups);
  choice('affirmative', 'affirmative', 'ANY', 'DISADVANTAGED', 'BORDER', 'NO');
  choice('initialTarget', 'initialTarget', 'true', 'false');
  choice('programme', 'programme', 'true', 'false');
  choice('hosts', 'hosts', 'true', 'false');
  choice('fund', 'fund', 'ANY', 'APBN', 'DECONCENTRATION', 'DAK');
  choice('confidence', 'confidence', 'LISTED', 'INFERRED', 'PARTIAL');
  choice('status', 'status', 'EXISTING', 'PLANNED');
  text('phase', 'phase');
  text('product', 'product');
  text('text', 'q');
  take('province', (value) => {
    if (!/^\d{2}$/.test(value)) return false;
    view.province = value;
  });
  take('sort', (value) => {
    if (!/^-?[a-z]+$/i.test(value)) return false;
    view.sort = value;
  });
  const ground = <K extends keyof Grounds>(key: K, read: (value: string) => Grounds[K]) => take(key, (value) => {
    const given = read(value);
    if (given === undefined) return false;
    (view as Grounds)[key] = given;
  });
  ground('money', parseMoney);
  ground('facilitators', parseNear);
  ground('weights', parseWeights);
  for (const kind of ['box', 'polygon', 'circle'] as const) {
    take(areaParameters[kind], (value) => {
      const area = parseArea(kind, value);
      // There is only one area; a second one would be ignored.
      if (!area || view.area) return false;
      view.area = area;
    });
  }
  take('show', (value) => {
    const selected = /^(?:(region)(?=:\d{2}(?:\.\d{2})?$)|(cluster)(?=:.)):(.+)$/.exec(value);
    if (!selected) return false;
    view.selected = selected[1] ? { kind: 'region', key: selected[3] } : { kind: 'cluster', key: clusterKey(selected[3]) };
  });
  take('at', (value) => {
    const [lon, lat, zoom, ...more] = numbers(value);
    if (more.length > 0 || !within(lon, -180, 180) || !within(lat, -85, 85) || !within(zoom, 0, 20)) return false;
    view.camera = { lon, lat, zoom };
  });
  // A cluster hosts none: for a list of clusters the filter means nothing. A screening judges regions without clusters too.
  if (view.hosts && (view.list === 'clusters' || view.list === 'screening' && view.hosts === 'false')) {
    view.refused.push({ name: 'hosts', value: view.hosts });
    view.hosts = '';
  }
  if (view.list !== 'screening') refuseGrounds(view);
  for (const [name, value] of given) if (!followed.test(name)) view.refused.push({ name: name.slice(0, 50), value: value.slice(0, 200) });
  return view;
}

/** Whether an address has no filters, so that the page selects what to show first. */
export function isBare(search: string): boolean {
  return [...new URLSearchParams(search).keys()].every((name) => name === 'lang' || name === 'theme' || followed.test(name));
}

/** The query string of a view. */
export function formatView(view: View): string {
  const out = new URLSearchParams();
  const put = (name: string, value: string, unset = '') => { if (value !== unset) out.set(name, value); };
  put('asOf', view.day);
  put('list', view.list, defaults.list);
  put('colour', view.colour, defaults.colour);
  put('phase', view.phase);
  put('product', view.product);
  put('group', view.group);
  put('affirmative', view.affirmative);
  put('initialTarget', view.initialTarget);
  put('programme', view.programme);
  put('hosts', view.hosts);
  put('fund', view.fund);
  put('confidence', view.confidence);
  put('status', view.status);
  put('province', view.province);
  put('q', view.text);
  if (view.money) put('money', formatMoney(view.money));
  if (view.facilitators) put('facilitators', formatNear(view.facilitators));
  if (view.weights) put('weights', formatWeights(view.weights));
  if (view.area) put(areaParameters[view.area.kind], formatArea(view.area));
  if (view.selected) put('show', `${view.selected.kind}:${view.selected.key}`);
  put('sort', view.sort);
  if (view.camera) put('at', [places(view.camera.lon, 4), places(view.camera.lat, 4), places(view.camera.zoom, 2)].join(','));
  put('lang', view.lang, 'en');
  for (const { name, value } of view.refused) out.append(name, value);
  // Commas and colons need no escaping in a query, and are more readable. An address without filters opens the
  // initial view.
  if (view.day === '' && [...out.keys()].every((name) => name === 'lang')) out.set('asOf', 'today');
  const query = out.toString().replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%3B', ';');
  return query === '' ? '' : `?${query}`;
}

/** The products of a view: one, several of which one must match, or none for any. */
export const productsOf = ({ product }: View) => product.split(',').map((one) => one.trim()).filter(Boolean);

/** The number of filters that are set. */
export function countFilters(view: View): number {
  return [view.phase, view.product, view.group, view.affirmative, view.initialTarget, view.programme, view.hosts, view.fund, view.confidence, view.status, view.province, view.text, view.area, view.money, view.facilitators]
    .filter(Boolean).length;
}
