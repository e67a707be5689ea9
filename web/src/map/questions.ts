// The GraphQL behind a view: what the page itself asks, and shows under "Show me the query".
import type { Operation } from '../operation';
import type { Area, View } from './view';

type Filter = Record<string, unknown>;

/** Leaves out what is not set. */
function compact(filter: Filter): Filter | undefined {
  const entries = Object.entries(filter).filter(([, value]) => value !== undefined && value !== '');
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const truth = (text: string) => text === '' ? undefined : text === 'true';

function areaFilter(area: Area | undefined, polygon: 'within' | 'intersects'): Filter {
  switch (area?.kind) {
    case 'box': return { bbox: { west: area.west, south: area.south, east: area.east, north: area.north } };
    case 'polygon': return { [polygon]: { type: 'Polygon', coordinates: [[...area.ring, area.ring[0]]] } };
    case 'circle': return { near: { point: { lon: area.centre[0], lat: area.centre[1] }, radius: area.radius } };
    default: return {};
  }
}

/** What a cluster itself must be. */
function clusterTraits(view: View): Filter {
  return { phase: view.phase, product: view.product, initialTarget: truth(view.initialTarget) };
}

function statusFilter(view: View): Filter {
  if (view.affirmative === 'NO') return { affirmative: false };
  return { designation: view.affirmative || undefined };
}

/** The filter of the list of clusters. */
export function clusterFilter(view: View): Filter | undefined {
  return compact({
    ...clusterTraits(view), region: view.province, regions: compact({ name: view.text, ...statusFilter(view) }), ...areaFilter(view.area, 'within'),
  });
}

/** The filter of the list of regions. A province is never designated itself; it can hold a region that is. */
export function regionFilter(view: View): Filter {
  const shared = {
    name: view.text, hostsClusters: truth(view.hosts), clusters: compact(clusterTraits(view)), ...areaFilter(view.area, 'intersects'),
  };
  if (view.list === 'provinces') {
    const contains = view.affirmative === '' ? undefined : view.affirmative !== 'NO';
    return compact({ level: 'PROVINCE', codes: view.province ? [view.province] : undefined, containsAffirmative: contains, ...shared })!;
  }
  return compact({ level: 'REGENCY', parent: view.province, ...statusFilter(view), ...shared })!;
}

const clustersQuery = `query Clusters($filter: ClusterFilter, $asOf: Date) {
  clusters(filter: $filter, asOf: $asOf, first: 1000) {
    totalCount
    notCoveredCount
    nodes {
      id
      name
      nameId
      products { key name nameId }
      phases { key from to }
      regions { code name parent { code name } affirmative { answer } }
      location { point { lon lat } precision }
      initialTarget
    }
  }
}`;

const regionsQuery = `query Regions($filter: RegionFilter, $asOf: Date) {
  regions(filter: $filter, asOf: $asOf, first: 1000) {
    totalCount
    notCoveredCount
    notCovered { code name }
    nodes {
      code
      name
      kind
      parent { code name }
      clusterCount
      areaKm2
      labelPoint { lon lat }
      affirmative { answer disadvantaged { answer } border { answer } }
    }
  }
}`;

/** A question with its variables. */
export interface Question { query: string; variables: Record<string, unknown> }

/** The clusters of a view; day is empty for today, and `anyDay` asks without one. */
export function clustersQuestion(view: View, anyDay: boolean): Question {
  return { query: clustersQuery, variables: compact({ filter: clusterFilter(view), asOf: anyDay ? '' : view.day || undefined }) ?? {} };
}

/** The regions of a view. */
export function regionsQuestion(view: View): Question {
  return { query: regionsQuery, variables: compact({ filter: regionFilter(view), asOf: view.day }) ?? {} };
}

/** A question as the playground takes it. */
export function operation({ query, variables }: Question): Operation {
  return { query, variables: Object.keys(variables).length === 0 ? '' : JSON.stringify(variables, null, 2) };
}

/** A question as a command line for a shell. */
export function curl({ query, variables }: Question, endpoint: string): string {
  const body = JSON.stringify({ query, variables });
  return `curl -s '${endpoint}' -H 'Content-Type: application/json' \\\n  --data '${body.replaceAll("'", "'\\''")}'`;
}

/** The address of the whole list as a file. */
export function exportAddress(view: View, format: string, anyDay: boolean): string {
  const parameters = new URLSearchParams();
  const filter = view.list === 'clusters' ? clusterFilter(view) : regionFilter(view);
  if (filter) parameters.set('filter', JSON.stringify(filter));
  if (view.day && !anyDay) parameters.set('asOf', view.day);
  const query = parameters.toString();
  return `${view.list === 'clusters' ? 'clusters' : 'regions'}.${format}${query ? `?${query}` : ''}`;
}

/** What the page needs once: the record's days, and the choices of the filters. */
export const frameQuery = `{
  dataset { regionsFrom boundaries designationCoverage { kind validFrom validTo regulation } licences { part name url } }
  phases { key from to }
  products { key name nameId }
  designations { kind regulation inForceFrom validTo }
  provinces: regions(filter: {level: PROVINCE}, first: 100) { nodes { code name predecessors { date law region { code name } } } }
  programme { sources { title publisher date } }
}`;

/** The provinces of a day. */
export const provincesQuery = `query Provinces($asOf: Date) {
  regions(filter: {level: PROVINCE}, first: 100, asOf: $asOf) { nodes { code name bbox { west south east north } } }
}`;

const sourceFields = 'sources { title publisher date url licence }';

/** A region's card. */
export const regionQuery = `query Region($code: String!, $asOf: Date) {
  region(code: $code, asOf: $asOf) {
    code name kind areaKm2 boundaryOrigin clusterCount
    bbox { west south east north }
    parent { code name }
    predecessors { date law region { code name } ${sourceFields} }
    successors { date law region { code name } ${sourceFields} }
    affirmative {
      answer
      kinds {
        kind answer confidence reason
        designations { regulation validFrom validTo confidence neighbouringCountries ${sourceFields} }
        coverage { note regulation ${sourceFields} }
      }
    }
    clusters(first: 50) { nodes { id name nameId phases { key } ${sourceFields} } }
    ${sourceFields}
  }
}`;

/** A cluster's card. */
export const clusterQuery = `query Cluster($id: ID!, $asOf: Date) {
  cluster(id: $id) {
    id name nameId regionNote provinceNamed initialTarget
    products { name nameId ${sourceFields} }
    phases { key from to ${sourceFields} }
    regions(asOf: $asOf) { code name parent { code name } affirmative { answer } }
    location { point { lon lat } precision }
    grounds { ground { kind } met ${sourceFields} }
    events { date kind place with what value note ${sourceFields} }
    ${sourceFields}
  }
}`;

/** What a text may mean. */
export const searchQuery = `query Search($text: String!) {
  search(text: $text, first: 8) {
    matched
    node {
      __typename
      ... on Region { code name parent { name } }
      ... on Cluster { id name nameId }
      ... on Product { key name nameId }
    }
  }
}`;
