// Asks the API. Answers are kept while the page is open: the record changes rarely.
import type { Question } from './questions';

const endpoint = new URL('graphql', document.baseURI);

/** The API's address, for the reader. */
export const endpointAddress = endpoint.href;

/** What the API refused, or that it could not be reached. */
export class AskError extends Error {}

const kept = new Map<string, Promise<unknown>>();

/** The data of an answer; an AskError with the API's own words when it refuses. */
export function ask<T>({ query, variables }: Question): Promise<T> {
  const body = JSON.stringify({ query, variables });
  const known = kept.get(body);
  if (known) return known as Promise<T>;
  const answer = send(body);
  kept.set(body, answer);
  if (kept.size > 200) kept.delete(kept.keys().next().value!);
  answer.catch(() => kept.delete(body));
  return answer as Promise<T>;
}

async function send(body: string): Promise<unknown> {
  let answer: { data?: unknown; errors?: { message: string }[] };
  try {
    const response = await fetch(endpoint, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    answer = await response.json();
  } catch (error) {
    throw new AskError('The server does not answer.', { cause: error });
  }
  if (answer.errors?.length) throw new AskError(answer.errors.map(({ message }) => message).join('; '));
  return answer.data;
}

export interface Source { title: string; publisher: string | null; date: string | null; url: string | null; licence: string | null }
export interface Named { code: string; name: string }
export interface Point { lon: number; lat: number }
export interface Box { west: number; south: number; east: number; north: number }
export type Answer = 'YES' | 'NO' | 'NOT_COVERED';
export type DesignationKind = 'DISADVANTAGED' | 'BORDER';
export type Confidence = 'LISTED' | 'INFERRED' | 'PARTIAL';

export interface Frame {
  dataset: {
    regionsFrom: string;
    boundaries: 'ALL' | 'SOME' | 'NONE';
    designationCoverage: { kind: DesignationKind; validFrom: string | null; validTo: string | null; regulation: string | null }[];
    licences: { part: string; name: string; url: string | null }[];
  };
  phases: { key: string; from: string; to: string | null }[];
  products: { key: string; name: string; nameId: string }[];
  designations: { kind: DesignationKind; regulation: string; inForceFrom: string; validTo: string | null }[];
  provinces: { nodes: (Named & { predecessors: Succession[] })[] };
  programme: { sources: { title: string; publisher: string | null; date: string | null }[] };
}

export interface Succession { date: string; law: string | null; region: Named; sources?: Source[] }

export interface ClusterRow {
  id: string; name: string; nameId: string;
  products: { key: string; name: string; nameId: string }[];
  phases: { key: string; from: string; to: string | null }[];
  regions: (Named & { parent: Named | null; affirmative: { answer: Answer } })[];
  location: { point: Point; precision: 'POINT' | 'REGENCY' | 'PROVINCE' };
  initialTarget: boolean | null;
}

export interface RegionRow extends Named {
  kind: 'PROVINCE' | 'REGENCY' | 'CITY'; parent: Named | null; clusterCount: number; areaKm2: number | null; labelPoint: Point;
  affirmative: { answer: Answer; disadvantaged: { answer: Answer }; border: { answer: Answer } };
}

export interface Clusters { clusters: { totalCount: number; notCoveredCount: number; nodes: ClusterRow[] } }
export interface Regions { regions: { totalCount: number; notCoveredCount: number; notCovered: Named[]; nodes: RegionRow[] } }
export interface Provinces { regions: { nodes: (Named & { bbox: Box })[] } }

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
  clusters: { nodes: { id: string; name: string; nameId: string; phases: { key: string }[]; sources: Source[] }[] };
  sources: Source[];
}

export interface ClusterCard {
  id: string; name: string; nameId: string; regionNote: string | null; provinceNamed: string | null; initialTarget: boolean | null;
  products: { name: string; nameId: string; sources: Source[] }[];
  phases: { key: string; from: string; to: string | null; sources: Source[] }[];
  regions: ClusterRow['regions'];
  location: ClusterRow['location'];
  grounds: { ground: { kind: string }; met: boolean | null; sources: Source[] }[];
  events: { date: string; kind: string; place: string | null; with: string | null; what: string | null; value: number | null; note: string | null; sources: Source[] }[];
  sources: Source[];
}

export interface Search {
  search: { matched: string; node: { __typename: 'Region' | 'Cluster' | 'Product'; code?: string; id?: string; key?: string; name: string; nameId?: string; parent?: { name: string } | null } }[];
}
