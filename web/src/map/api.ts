// Queries the API. Answers are cached while the page is open, since the record changes rarely.
import type { Question } from './questions';
import type { Words } from './words';

const endpoint = new URL('graphql', document.baseURI);

/** The API's address, to show to the reader. */
export const endpointAddress = endpoint.href;

/** An error of the API, in its own words, or with `later` that it is not reachable now and may be later. */
export class AskError extends Error {
  constructor(message: string, readonly later: boolean, options?: ErrorOptions) { super(message, options); }
}

/** The language of the API's reasons and notes. */
let language = 'en';

/** Sets the language of the API's reasons and notes. */
export function askIn(lang: string) {
  language = lang;
}
/** The error message for the reader. */
export const told = (words: Words, error: Error) => error instanceof AskError && error.later ? words.unreachable : error.message;

const kept = new Map<string, Promise<unknown>>();

/** The data of an answer; throws an AskError if there is none. */
export function ask<T>(question: Question): Promise<T> {
  const body = JSON.stringify(question);
  const key = language + body;
  const known = kept.get(key);
  if (known) return known as Promise<T>;
  const answer = send(body);
  kept.set(key, answer);
  if (kept.size > 200) kept.delete(kept.keys().next().value!);
  answer.catch(() => { if (kept.get(key) === answer) kept.delete(key); });
  return answer as Promise<T>;
}

/** The data of an answer that is not cached. */
export function askAnew<T>(question: Question): Promise<T> {
  return send(JSON.stringify(question)) as Promise<T>;
}

/** The data of the first answer, which the page's head has already requested. */
export async function askFirst<T>(address: string): Promise<T> {
  try {
    const response = await fetch(new URL(address, document.baseURI));
    return dataOf(response, await response.json()) as T;
  } catch (error) {
    throw error instanceof AskError ? error : new AskError('no answer', true, { cause: error });
  }
}

/** Clears the cache: the record has changed, or the day. */
export function forgetAnswers() {
  kept.clear();
}

interface Answered { data?: unknown; errors?: { message: string; extensions?: { code?: string } }[] }

async function send(body: string): Promise<unknown> {
  let response: Response;
  let answer: Answered;
  try {
    response = await fetch(endpoint, { method: 'POST', headers: { 'Content-Type': 'application/json', 'Accept-Language': language }, body });
    answer = await response.json();
  } catch (error) {
    throw new AskError('no answer', true, { cause: error });
  }
  return dataOf(response, answer);
}

function dataOf(response: Response, answer: Answered): unknown {
  const ours = answer.errors?.some(({ extensions }) => ['INTERNAL', 'UNAVAILABLE', 'DEADLINE_EXCEEDED'].includes(extensions?.code ?? ''));
  const later = response.status >= 500 || response.status === 429 || Boolean(ours);
  if (answer.errors?.length) throw new AskError(answer.errors.map(({ message }) => message).join('; '), later);
  if (!response.ok || !answer.data) throw new AskError('no answer', true);
  return answer.data;
}

/** The version of the record that an answer was made from. */
export interface Versioned { dataset: { version: string } }

export interface Source { title: string; publisher: string | null; date: string | null; url: string | null; licence: string | null }
export interface Named { code: string; name: string }
export interface Point { lon: number; lat: number }
export interface Box { west: number; south: number; east: number; north: number }
export type Answer = 'YES' | 'NO' | 'NOT_COVERED';
export type DesignationKind = 'DISADVANTAGED' | 'BORDER';
export type Confidence = 'LISTED' | 'INFERRED' | 'PARTIAL';

export interface Frame {
  dataset: {
    version: string;
    regionsFrom: string;
    boundaries: 'ALL' | 'SOME' | 'NONE';
    designationCoverage: { kind: DesignationKind; complete: boolean; validFrom: string | null; validTo: string | null; regulation: string | null }[];
    licences: { part: string; name: string; url: string | null }[];
  };
  phases: { key: string; from: string; to: string | null }[];
  products: { key: string; name: string; nameId: string }[];
  designations: { kind: DesignationKind; regulation: string; inForceFrom: string; validTo: string | null }[];
  /** The provinces of today; `asOf` is today's date. */
  provinces: { asOf: string; nodes: (Named & { predecessors: Succession[] })[] };
  programme: { sources: { title: string; publisher: string | null; date: string | null }[] };
}

export interface Succession { date: string; law: string | null; region: Named; sources?: Source[] }

export interface ClusterRow {
  key: string; name: string; nameId: string;
  products: { key: string; name: string; nameId: string }[];
  phases: { key: string; from: string; to: string | null }[];
  status: 'EXISTING' | 'PLANNED';
  regions: (Named & { parent: Named | null; affirmative: Status })[];
  confidence: Confidence | null;
  location: { point: Point; precision: 'POINT' | 'REGENCY' | 'PROVINCE' };
  initialTarget: boolean | null;
}

/** Whether a region is affirmative, for any kind and for each kind. */
export interface Status { answer: Answer; confidence?: Confidence | null; disadvantaged: { answer: Answer }; border: { answer: Answer } }

/** A row of the list of regions; a province itself is not affirmative. */
export interface RegionRow extends Named {
  kind: 'PROVINCE' | 'REGENCY' | 'CITY'; clusterCount: number; areaKm2: number | null;
  parent?: Named | null; affirmative?: Status;
}

/** A known number, a known zero, or a lower bound if some clusters cannot be decided. */
export interface NumberRow { key: string; status: 'VALUE' | 'ZERO' | 'NO_DATA'; value: number | null; notCoveredCount: number }

export interface Pages { endCursor: string | null; hasNextPage: boolean }
export interface Clusters extends Versioned { clusters: { totalCount: number; notCoveredCount: number; pageInfo: Pages; nodes: ClusterRow[] } }
export interface Regions extends Versioned {
  regions: { totalCount: number; notCoveredCount: number; notCovered: Named[]; nodes: RegionRow[] };
  /** For a list of regions without known clusters, the regions to remove from it. */
  hosts?: { nodes: { code: string }[] };
  /** Only for a list of provinces. */
  affirmativeRegencies?: { nodes: (Named & { parent: { code: string } | null; clusterCount: number })[]; notCovered: { code: string; parent: { code: string } | null }[] };
  clustersInThem?: { rows: NumberRow[] };
}
/** What clusters are counted by, named like the filter of the page that chooses a value. */
export type FacetKind = 'PRODUCT' | 'PRODUCT_GROUP' | 'PROVINCE' | 'FUND' | 'AFFIRMATIVE' | 'CONFIDENCE' | 'PROGRAMME' | 'PHASE' | 'STATUS';
export interface Facets extends Versioned { clusterFacets: { facets: { kind: FacetKind; values: { value: string; name?: string | null; nameId?: string | null; count: number }[] }[] } }
export interface Numbers extends Versioned { choropleth: { rows: NumberRow[] } }
export type ScreeningOutcome = 'MET' | 'NOT_MET' | 'NOT_KNOWN';
export interface Finding { element: string; outcome: ScreeningOutcome }
/** The outcomes of a regency or city on the programme's criteria; the score is an interval within 0 to 1. */
export interface ScreeningRow { region: Named & { parent: Named | null }; lower: number; upper: number; findings: Finding[]; facilitators: { outcome: ScreeningOutcome } }

/** A short reference to a source. */
export interface Citation { title: string; url: string | null }
/** The result for an element, with its evidence. */
export interface Evidence extends Finding {
  reason: string;
  supports: { year: number | null; amountIdr: string | null; purpose: string | null; sources: Citation[] }[];
  clusters: { key: string; name: string; nameId: string }[];
  designations: { regulation: string; sources: Citation[] }[];
  assessments: { evidence: string | null; sources: Citation[] }[];
}
/** Facilitators and their distance; null if no source says where in the province they are. */
export interface CountedFacilitators { distanceMetres: number | null; facilitators: { kind: string; year: number | null; count: number; region: Named | null; sources: Citation[] } }
/** The reasons of a region's outcomes, and what is nearby. */
export interface Reasons extends Versioned {
  screening: { rows: {
    fundYears: { fund: string | null; years: number[]; yearNotStated: boolean }[];
    facilitators: { outcome: ScreeningOutcome; reason: string; within: CountedFacilitators[]; nearest: CountedFacilitators | null };
    nearestClusters: { distanceMetres: number; cluster: { key: string; name: string; nameId: string; regions: Named[] } }[];
    findings: Evidence[];
  }[] };
}
export interface Screening extends Versioned {
  screening: { totalCount: number; notCoveredCount: number; rows: ScreeningRow[] };
  /** The scores of all regencies and cities. */
  scores: { rows: { region: { code: string }; lower: number; upper: number }[] };
}
export interface Coverage { coverage: { region: Named | null; clusterCount: number; plannedCount: number; counted: { year: number; count: number; sources: { title: string; url: string | null }[] } | null; share: number | null }[] }
export interface Present extends Versioned { today: { asOf: string } }
export interface Provinces extends Versioned { regions: { nodes: (Named & { bbox: Box })[] } }

export interface RegionCard extends Named {
  kind: RegionRow['kind']; areaKm2: number | null; boundaryOrigin: 'IMPORTED' | 'UNION' | null; clusterCount: number; bbox: Box; parent: Named | null;
  predecessors: Succession[]; successors: Succession[];
  affirmative: {
    answer: Answer;
    kinds: {
      kind: DesignationKind; answer: Answer; confidence: Confidence | null; reason: string;
      designations: { regulation: string; validFrom: string; validTo: string | null; confidence: Confidence; neighbouringCountries: string[]; sources: Source[] }[];
      coverage: { note: string; regulation: string | null; sources: Source[] }[];
    }[];
  };
  clusters: { totalCount: number; pageInfo: Pages; nodes: ListedCluster[] };
  sources: Source[];
}

/** A cluster on the card of its region. */
export interface ListedCluster { key: string; name: string; nameId: string; status: ClusterRow['status']; phases: { key: string }[]; products: { key: string; name: string; nameId: string }[]; sources: Source[] }

export interface ClusterCard {
  key: string; name: string; nameId: string; regionNote: string | null; provinceNamed: string | null; initialTarget: boolean | null;
  status: 'EXISTING' | 'PLANNED'; place: string | null; firstYear: number | null;
  figures: { units: number | null; workers: number | null; year: number | null } | null;
  readings: { read: string; source: Source }[];
  products: { name: string; nameId: string; sources: Source[] }[];
  phases: { key: string; from: string; to: string | null; sources: Source[] }[];
  regions: (ClusterRow['regions'][number] & { clusters: { nodes: { key: string }[] } })[];
  location: ClusterRow['location'];
  grounds: { ground: { kind: string }; met: boolean | null; sources: Source[] }[];
  events: { date: string; kind: string; place: string | null; with: string | null; what: string | null; value: number | null; note: string | null; sources: Source[] }[];
  sources: Source[];
}

export interface Search {
  search: { matched: string; matchedKey: keyof Words['systems'] | null; node: { __typename: 'Region' | 'Cluster' | 'Product'; code?: string; key?: string; name: string; nameId?: string; parent?: { name: string } | null } }[];
}
