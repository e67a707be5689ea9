import type { Feature, FeatureCollection, Geometry } from 'geojson';

type Row = Record<string, unknown>;

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The list of a connection (Relay): its edges or nodes. Other lists in it, such as `notCovered`, are separate. */
function connectionList(value: Row): [string, unknown[]] | undefined {
  for (const key of ['edges', 'nodes']) if (Array.isArray(value[key])) return [key, value[key]];
  return undefined;
}

/**
 * The rows of an answer: the elements of its lists of objects nearest to the root. Lists under several aliases are
 * concatenated, each row with the path of its list. An answer without a list is one row.
 */
export function rows(data: unknown): Row[] {
  const found: Row[] = [];
  let level: { path: string; value: unknown }[] = [{ path: '', value: data }];
  while (level.length > 0 && found.length === 0) {
    const next: typeof level = [];
    for (const { path, value } of level) {
      if (Array.isArray(value)) {
        for (const element of value) if (isRow(element)) found.push({ list: path, ...element });
      } else if (isRow(value)) {
        const list = connectionList(value);
        for (const [key, below] of list ? [list] : Object.entries(value)) next.push({ path: path ? `${path}.${key}` : key, value: below });
      }
    }
    level = next;
  }
  if (found.length === 0 && isRow(data)) return Object.values(data).every(isList) ? [] : [data];
  // A single list needs no column with its path.
  if (new Set(found.map((row) => row.list)).size <= 1) for (const row of found) delete row.list;
  return found;
}

function isList(value: unknown): boolean {
  return Array.isArray(value) || isRow(value) && connectionList(value) !== undefined;
}

function isGeometry(value: unknown): value is Geometry {
  return isRow(value) && typeof value.type === 'string' && ('coordinates' in value || 'geometries' in value);
}

/**
 * Flattens nested objects to columns `parent.name`. A list within a row is one cell, its values joined by "; "; a
 * list of lists and a geometry are JSON.
 */
function flatten(row: Row, prefix = '', into: Row = {}): Row {
  for (const [key, value] of Object.entries(row)) {
    const name = prefix + key;
    if (isGeometry(value)) into[name] = JSON.stringify(value);
    else if (Array.isArray(value)) joinList(value, name, into);
    else if (isRow(value)) {
      const list = connectionList(value);
      // The words nodes and edges add nothing to a column's name.
      if (list) joinList(list[0] === 'edges' ? list[1].map((edge) => isRow(edge) && isRow(edge.node) ? edge.node : edge) : list[1], name, into);
      else flatten(value, `${name}.`, into);
    } else into[name] = value;
  }
  return into;
}

function joinList(list: unknown[], name: string, into: Row) {
  if (!list.some((element) => element !== null && typeof element === 'object')) {
    into[name] = list.map((element) => element ?? '').join('; ');
    return;
  }
  if (!list.every(isRow) || list.some(isGeometry)) {
    into[name] = JSON.stringify(list);
    return;
  }
  const flat = list.map((element) => flatten(element));
  for (const column of new Set(flat.flatMap((element) => Object.keys(element)))) {
    into[`${name}.${column}`] = flat.map((element) => element[column] ?? '').join('; ');
  }
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  let text = String(value);
  // A spreadsheet would run a text that looks like a formula.
  if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The answer's rows as CSV (RFC 4180), with a header line. */
export function toCSV(data: unknown): string {
  const flat = rows(data).map((row) => flatten(row));
  const columns = [...new Set(flat.flatMap((row) => Object.keys(row)))];
  return [columns.map(cell), ...flat.map((row) => columns.map((column) => cell(row[column])))]
    .map((line) => `${line.join(',')}\r\n`).join('');
}

/** The geometry of a row or of an object in it, with its path; lists are not searched. */
function geometryOf(row: Row, path: string[] = []): { geometry: Geometry; path: string[] } | undefined {
  const entries = Object.entries(row);
  for (const [key, value] of entries) if (isGeometry(value)) return { geometry: value, path: [...path, key] };
  for (const [key, value] of entries) {
    if (isRow(value) && typeof value.lon === 'number' && typeof value.lat === 'number') {
      return { geometry: { type: 'Point', coordinates: [value.lon, value.lat] }, path: [...path, key] };
    }
  }
  for (const [key, value] of entries) {
    const below = isRow(value) ? geometryOf(value, [...path, key]) : undefined;
    if (below) return below;
  }
  return undefined;
}

/** Whether any row of the answer has a geometry. */
export function hasGeometry(data: unknown): boolean {
  return rows(data).some((row) => geometryOf(row));
}

/** The answer's rows as GeoJSON: boundaries or points as geometries, everything else as properties. */
export function toGeoJSON(data: unknown): FeatureCollection<Geometry | null> {
  const features = rows(data).map((row): Feature<Geometry | null> => {
    const found = geometryOf(row);
    const properties = flatten(row);
    if (!found) return { type: 'Feature', geometry: null, properties };
    const name = found.path.join('.');
    for (const key of Object.keys(properties)) if (key === name || key.startsWith(`${name}.`)) delete properties[key];
    return { type: 'Feature', geometry: found.geometry, properties };
  });
  return { type: 'FeatureCollection', features };
}
