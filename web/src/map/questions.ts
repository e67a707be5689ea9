// The GraphQL of a view: what the page itself queries, and shows under "Show me the query".
import type { Operation } from '../operation';
import { groundsFilter, usualKm, weightsFor } from './grounds';
import { type Area, productsOf, type View } from './view';

type Filter = Record<string, unknown>;

/** Drops fields that are not set. */
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

/** Conditions on a cluster itself. */
function clusterTraits(view: View): Filter {
  const products = productsOf(view);
  return {
    phase: view.phase, productGroup: view.group ? [view.group] : undefined, product: products.length === 1 ? products[0] : undefined, or: products.length > 1 ? products.map((product) => ({ product })) : undefined, initialTarget: truth(view.initialTarget), programme: truth(view.programme), status: view.status,
    confidence: view.confidence ? [view.confidence] : undefined, supported: view.fund === 'ANY' ? true : undefined, fund: view.fund && view.fund !== 'ANY' ? [view.fund] : undefined,
  };
}

function statusFilter(view: View): Filter {
  if (view.affirmative === 'NO') return { affirmative: false };
  if (view.affirmative === 'ANY') return { affirmative: true };
  return { designation: view.affirmative || undefined };
}

/** Whether only regions with a cluster are listed, of some kind or any. */
export function asksForHosts(view: View): boolean {
  return view.hosts === 'true' || view.hosts === '' && compact(clusterTraits(view)) !== undefined;
}

/**
 * Whether a list of regions without clusters has those where none is known. The record has all of the programme's
 * clusters, so for these it knows that there are none; of others there may be more.
 */
export function asksForNoneKnown(view: View): boolean {
  return view.hosts === 'false' && (view.list === 'regencies' || view.list === 'provinces') && !view.phase && !view.initialTarget && view.programme !== 'true';
}

/**
 * Whether a list of provinces has a kind of designation that the API cannot filter by: it can only say that a
 * province contains an affirmative regency, and filter by kind for a regency that hosts a cluster.
 */
export function kindIsTooFine(view: View): boolean {
  return view.list === 'provinces' && (view.affirmative === 'DISADVANTAGED' || view.affirmative === 'BORDER') && !asksForHosts(view);
}

/** The filter of the list of clusters. The name is that of a region, and the status that of a regency. */
export function clusterFilter(view: View): Filter | undefined {
  const status = compact({ ...statusFilter(view), ...groundsFilter(view) });
  const regions = compact({ level: status && 'REGENCY', ...status, name: view.text });
  return compact({ ...clusterTraits(view), region: view.province, ...areaFilter(view.area, 'within'), regions });
}

/** The regions with a cluster that the view selects. */
function hostsOf(view: View): Filter {
  const traits = compact(clusterTraits(view));
  return compact({ level: view.list === 'provinces' ? 'PROVINCE' : 'REGENCY', hostsClusters: traits ? undefined : true, clusters: traits })!;
}

/**
 * The clusters because of which regions are listed. The API evaluates the regency of a cluster, so for a list of
 * provinces they are selected by the codes of its rows, once these are known.
 */
export function markedFilter(view: View, codes?: string[]): Filter | undefined {
  if (view.list === 'clusters') return clusterFilter(view);
  if (view.list === 'provinces') {
    const listed = codes && [{ or: codes.map((region) => ({ region })) }];
    return compact({ ...clusterTraits(view), regions: asksForHosts(view) ? hostingRegency(view) : undefined, and: listed });
  }
  const { level, ...rest } = regionFilter(view);
  return compact({ ...clusterTraits(view), regions: compact(rest) && { level, ...rest } });
}

/** The filter of the list of regions, from which those that host are removed if none may be known. */
export function regionFilter(view: View): Filter {
  // A screening has its own conditions on clusters.
  if (view.list === 'screening') return compact({ ...regencyFilter({ ...view, hosts: view.hosts === 'true' ? 'true' : '', product: view.hosts === 'true' ? view.product : '' }), ...groundsFilter(view) })!;
  if (asksForNoneKnown(view)) return regionFilter({ ...view, hosts: '', product: '', group: '', programme: '', status: '', confidence: '', fund: '' });
  return view.list === 'provinces' ? provinceFilter(view) : regencyFilter(view);
}

/** The condition on a region's clusters: for `hosts` no, that it has none of them. */
function hostsFilter(view: View): Filter {
  const traits = compact(clusterTraits(view));
  if (view.hosts !== 'false') return { hostsClusters: truth(view.hosts), clusters: traits };
  return traits ? { not: { clusters: traits } } : { hostsClusters: false };
}

function regencyFilter(view: View): Filter {
  return compact({ level: 'REGENCY', parent: view.province, name: view.text, ...statusFilter(view), ...hostsFilter(view), ...areaFilter(view.area, 'intersects') })!;
}

/** The condition on the regency for which a province is listed as a host. */
function hostingRegency(view: View): Filter | undefined {
  const regency = compact({ ...view.affirmative === 'NO' ? {} : statusFilter(view), ...areaFilter(view.area, 'intersects') });
  return regency && { level: 'REGENCY', ...regency };
}

/**
 * A province itself is never designated; it contains regencies that are. If the filters require a host, the regency
 * that hosts the cluster must also be the affirmative one and meet the area.
 */
function provinceFilter(view: View): Filter {
  const own = { level: 'PROVINCE', codes: view.province ? [view.province] : undefined, name: view.text };
  const holdsNone = view.affirmative === 'NO' ? false : undefined;
  if (!asksForHosts(view)) {
    return compact({ ...own, containsAffirmative: view.affirmative ? view.affirmative !== 'NO' : undefined, ...hostsFilter(view), ...areaFilter(view.area, 'intersects') })!;
  }
  const clusters = compact({ ...clusterTraits(view), regions: hostingRegency(view) });
  return compact({ ...own, containsAffirmative: holdsNone, hostsClusters: clusters ? undefined : true, clusters })!;
}

/** The number of clusters per page. */
export const pageSize = 100;

const clustersQuery = `query Clusters($filter: ClusterFilter, $asOf: Date, $after: String) {
  clusters(filter: $filter, asOf: $asOf, first: ${pageSize}, after: $after) {
    totalCount
    notCoveredCount
    pageInfo { endCursor hasNextPage }
    nodes {
      key
      name
      nameId
      products { key name nameId }
      phases { key from to }
      status
      regions { code name parent { code name } affirmative { answer confidence disadvantaged { answer } border { answer } } }
      confidence
      location { point { lon lat } precision }
      initialTarget
    }
  }
  dataset { version }
}`;

/** Adds the regions that host to a list of regions, so that they can be removed from it. */
const withHosts = (query: string) => query.replace('($filter: RegionFilter,', '($filter: RegionFilter, $hosts: RegionFilter,')
  .replace('  dataset {', '  hosts: regions(filter: $hosts, asOf: $asOf, first: 1000) {\n    nodes { code }\n  }\n  dataset {');

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
      affirmative { answer confidence disadvantaged { answer } border { answer } }
    }
  }
  dataset { version }
}`;

/** For provinces, the query also has the affirmative regencies in them, and the clusters in those. */
const provinceListQuery = `query Provinces($filter: RegionFilter, $asOf: Date) {
  regions(filter: $filter, asOf: $asOf, first: 100) {
    totalCount
    notCoveredCount
    notCovered { code name }
    nodes { code name kind clusterCount areaKm2 }
  }
  affirmativeRegencies: regions(filter: {level: REGENCY, affirmative: true}, asOf: $asOf, first: 1000) {
    nodes { code name parent { code } clusterCount }
    notCovered { code parent { code } }
  }
  clustersInThem: choropleth(by: REGION, level: PROVINCE, measure: AFFIRMATIVE_CLUSTER_COUNT, asOf: $asOf) {
    rows { key status value notCoveredCount }
  }
  dataset { version }
}`;

/** The numbers of matching clusters by region; no data is different from zero. */
const numbersQuery = `query Numbers($level: RegionLevel, $filter: ClusterFilter, $asOf: Date) {
  choropleth(by: REGION, level: $level, measure: CLUSTER_COUNT, filter: $filter, asOf: $asOf) {
    rows { key status value notCoveredCount }
  }
  dataset { version }
}`;

/** The result of each element with its evidence, and what is nearby. */
const reasons = `fundYears { fund years yearNotStated }
      facilitators(withinMetres: $within) {
        outcome
        reason
        within { ...counted }
        nearest { ...counted }
      }
      nearestClusters(first: 3) { distanceMetres cluster { key name nameId regions { code name } } }
      findings {
        element
        outcome
        reason
        supports { year amountIdr purpose sources { title url } }
        clusters(first: 10) { key name nameId }
        designations { regulation sources { title url } }
        assessments { evidence sources { title url } }
      }`;

const counted = `
fragment counted on FacilitatorsDistance {
  distanceMetres
  facilitators { kind year count region { code name } sources { title url } }
}`;

const screeningArguments = '$product: [String!], $weights: ScreeningWeights, $filter: RegionFilter, $asOf: Date';

/** All regions with their scores: the matching ones with their results, and the scores of all for the map. */
const scoresQuery = `query Scores(${screeningArguments}, $orderBy: ScreeningOrder, $within: Float!) {
  screening(product: $product, weights: $weights, filter: $filter, orderBy: $orderBy, asOf: $asOf) {
    totalCount
    notCoveredCount
    rows(first: 1000) {
      region { code name parent { code name } }
      lower
      upper
      findings { element outcome }
      facilitators(withinMetres: $within) { outcome }
    }
  }
  scores: screening(product: $product, weights: $weights, asOf: $asOf) {
    rows(first: 1000) { region { code } lower upper }
  }
  dataset { version }
}`;

const screeningQuery = `query Screening(${screeningArguments}, $orderBy: ScreeningOrder, $within: Float!) {
  screening(product: $product, weights: $weights, filter: $filter, orderBy: $orderBy, asOf: $asOf) {
    totalCount
    notCoveredCount
    rows(first: 50) {
      region { code name parent { code name } }
      lower
      upper
      ${reasons}
    }
  }
}${counted}`;

const reasonsQuery = `query Reasons(${screeningArguments}, $within: Float!) {
  screening(product: $product, weights: $weights, filter: $filter, asOf: $asOf) {
    rows(first: 1) {
      ${reasons}
    }
  }
  dataset { version }
}${counted}`;

/** The number of regions that are listed at first. */
export const screened = 50;

function screeningVariables(view: View, day: string): Filter {
  const orders: Record<string, string> = { upper: 'UPPER', code: 'CODE' }, products = productsOf(view);
  return compact({ product: products.length ? products : undefined, weights: compact(weightsFor(view)), filter: regionFilter(view), orderBy: orders[view.sort], within: withinMetres(view), asOf: day })!;
}

/** The maximum distance of facilitators. */
export const withinMetres = ({ facilitators }: View) => (facilitators?.km ?? usualKm) * 1000;

/** The query for the outcomes of the view's regions. */
export function scoresQuestion(view: View, day: string): Question {
  return { query: scoresQuery, variables: screeningVariables(view, day) };
}

/** The same with the reasons of the first regions, for users of the API. */
export function screeningQuestion(view: View, day: string): Question {
  return { query: screeningQuery, variables: screeningVariables(view, day) };
}

/** The query for the reasons of one region. */
export function reasonsQuestion(view: View, day: string, code: string): Question {
  const { orderBy: _, ...rest } = screeningVariables(view, day);
  return { query: reasonsQuery, variables: { ...rest, filter: { codes: [code] } } };
}

/** A query with its variables. */
export interface Question { query: string; variables: Record<string, unknown> }

/** The query for the clusters of a view on a day: the first, or those after a cursor. */
export function clustersQuestion(view: View, day: string, after?: string): Question {
  return { query: clustersQuery, variables: compact({ filter: clusterFilter(view), asOf: day, after })! };
}

const facetsQuery = `query Facets($filter: ClusterFilter, $asOf: Date) {
  clusterFacets(filter: $filter, asOf: $asOf) {
    facets { kind values { value count } }
  }
  dataset { version }
}`;

/** The query for the number of clusters with other choices of each filter. */
export function facetsQuestion(view: View, day: string): Question {
  return { query: facetsQuery, variables: compact({ filter: clusterFilter(view), asOf: day })! };
}

/** The query for the regions of a view. */
export function regionsQuestion(view: View, day: string): Question {
  const query = view.list === 'provinces' ? provinceListQuery : regionsQuery, noneKnown = asksForNoneKnown(view);
  return { query: noneKnown ? withHosts(query) : query, variables: compact({ filter: regionFilter(view), hosts: noneKnown ? hostsOf(view) : undefined, asOf: day })! };
}

/** The query behind the table. */
export function listQuestion(view: View, day: string): Question {
  return view.list === 'clusters' ? clustersQuestion(view, day) : view.list === 'screening' ? screeningQuestion(view, day) : regionsQuestion(view, day);
}

/** The query for the number of marked clusters in each region. */
export function numbersQuestion(view: View, day: string): Question {
  return { query: numbersQuery, variables: compact({ level: view.list === 'provinces' ? 'PROVINCE' : 'REGENCY', filter: markedFilter(view), asOf: day })! };
}

/** A query for the playground. */
export function operation({ query, variables }: Question): Operation {
  return { query, variables: Object.keys(variables).length === 0 ? '' : JSON.stringify(variables, null, 2) };
}

/** A query as a shell command. */
export function curl({ query, variables }: Question, endpoint: string): string {
  const body = JSON.stringify({ query, variables });
  return `curl -s '${endpoint}' -H 'Content-Type: application/json' \\\n  --data '${body.replaceAll("'", "'\\''")}'`;
}

/** The address of the whole list as a file; `codes` are the regions if no filter of the API selects them. */
export function exportAddress(view: View, day: string, format: string, codes?: string[]): string {
  const parameters = new URLSearchParams();
  const filter = view.list === 'clusters' ? clusterFilter(view) : codes ? { level: view.list === 'provinces' ? 'PROVINCE' : 'REGENCY', codes } : regionFilter(view);
  if (filter) parameters.set('filter', JSON.stringify(filter));
  parameters.set('asOf', day);
  if (view.list === 'screening') {
    const { product, weights, orderBy, within } = screeningVariables(view, day) as { product?: string[]; weights?: unknown; orderBy?: string; within: number };
    for (const [name, value] of Object.entries({ product: product?.join(','), weights: weights ? JSON.stringify(weights) : undefined, orderBy, withinMetres: String(within) })) if (value) parameters.set(name, value);
    return `screening.${format}?${parameters}`;
  }
  return `${view.list === 'clusters' ? 'clusters' : 'regions'}.${format}?${parameters}`;
}

/** The share of the country's clusters that the record has, first for the whole country. */
export const coverageQuery = `query Coverage($asOf: Date) {
  coverage(asOf: $asOf) {
    region { code name }
    clusterCount
    plannedCount
    counted { year count sources { title url } }
    share
  }
}`;

/** Today's date for the API, and the version of the record. */
export const presentQuery = '{ dataset { version } today: regions(first: 1) { asOf } }';

export const provincesQuery = `query Provinces($asOf: Date) {
  regions(filter: {level: PROVINCE}, first: 100, asOf: $asOf) { nodes { code name bbox { west south east north } } }
  dataset { version }
}`;

const sourceFields = 'sources { title publisher date url licence }';

export const regionQuery = `query Region($code: String!, $asOf: Date, $after: String, $of: ClusterFilter) {
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
    clusters(first: 50, after: $after, filter: $of) { totalCount pageInfo { endCursor hasNextPage } nodes { key name nameId status phases { key } products { key name nameId } ${sourceFields} } }
    ${sourceFields}
  }
}`;

/** The products of a region's clusters, with their numbers. */
export const regionProductsQuery = `query Products($filter: ClusterFilter, $asOf: Date) {
  clusterFacets(filter: $filter, asOf: $asOf) { facets { kind values { value name nameId count } } }
}`;

export const clusterQuery = `query Cluster($key: String!, $asOf: Date) {
  cluster(key: $key, asOf: $asOf) {
    key name nameId regionNote provinceNamed initialTarget status place firstYear
    figures { units workers year }
    readings { read source { title publisher date url licence } }
    products { name nameId ${sourceFields} }
    phases { key from to ${sourceFields} }
    regions {
      code name parent { code name } affirmative { answer disadvantaged { answer } border { answer } }
      clusters(first: 100) { nodes { key } }
    }
    location { point { lon lat } precision }
    grounds { ground { kind } met ${sourceFields} }
    events { date kind place with what value note ${sourceFields} }
    ${sourceFields}
  }
}`;

/** The possible meanings of a text. */
export const searchQuery = `query Search($text: String!, $asOf: Date) {
  search(text: $text, first: 8) {
    matched
    matchedKey
    node {
      __typename
      ... on Region { code name parent(asOf: $asOf) { name } }
      ... on Cluster { key name nameId }
      ... on Product { key name nameId }
    }
  }
}`;
