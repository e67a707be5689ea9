// The queries of the clients: for two days together, and for one day after the other.
import assert from 'node:assert/strict';

/** The day in the query; null means none, which is today. */
export const days = [null, '2017-12-25'];

/** Several queries for the same items, which overlap in the parts without an id. */
export const questions = [
  `query A($day: Date) { region(code: "94.06", asOf: $day) { id asOf name affirmative { answer } parent { id name } bbox { west } labelPoint { lon } } }`,
  `query B($day: Date) { region(code: "94.06", asOf: $day) { id affirmative { asOf confidence disadvantaged { kind answer } kinds { kind answer } } bbox { east } labelPoint { lat } } }`,
  `query C($day: Date) { region(code: "94.06", asOf: $day) { id affirmative { disadvantaged { reason designations { id regulation region { id asOf parent { id name } } } } kinds { kind reason } } } }`,
  `query D($day: Date) { region(code: "94.06", asOf: $day) { id codes { system value } clusters(first: 5) { totalCount edges { cursor node { id key asOf } } pageInfo { hasNextPage } } designations { id kind } } }`,
  `query E($day: Date) { region(code: "94.06", asOf: $day) { id codes { system value validFrom } clusters(first: 5) { edges { cursor node { id name regions { id parent { id name } } } } nodes { id key } pageInfo { endCursor } } } }`,
  `query F($day: Date) { region(code: "94", asOf: "2026-11-24") { id parent(asOf: $day) { id } children(asOf: $day) { id code asOf } predecessors { date region { id asOf name } } } }`,
  `query G($day: Date) { regions(filter: {affirmative: true, clusters: {programme: true}}, asOf: $day) { totalCount edges { cursor node { id name } } } }`,
  `query H($day: Date) { regions(filter: {affirmative: true, clusters: {programme: true}}, asOf: $day) { notCoveredCount nodes { id code parent { id code } } edges { cursor distanceMetres } } }`,
  `query I($day: Date) { cluster(key: "2017-94.06-coffee-processing", asOf: $day) { id key asOf location { precision } products { id key asOf clusters { id asOf } } phases { id key clusters { id asOf regions { id parent { id code } } } } } }`,
  `query J($day: Date) { cluster(key: "2017-94.06-coffee-processing", asOf: $day) { id location { point { lon lat } } grounds { met ground { kind } } events { kind date region { id asOf } } } }`,
  `query K($day: Date) { regionsAt(point: {lon: 135.9, lat: -4.1}, asOf: $day) { point { lon } province { id name } regency { id asOf } } }`,
  `query L($day: Date) { choropleth(by: REGION, level: PROVINCE, asOf: $day) { asOf rows { key value region { id asOf name } } total { value } } }`,
  `query M($day: Date) { choropleth(by: REGION, level: PROVINCE, asOf: $day) { unplacedCount rows { key name share } total { status } } }`,
  `query N($day: Date) { designations(filter: {region: "94.06", asOf: $day}) { id regulation region { id asOf } } }`,
  `query O { search(text: "dogiyai") { score node { __typename ... on Region { id name asOf } ... on Cluster { id key } ... on Product { id key } } } }`,
  `query P { search(text: "dogiyai") { matched node { __typename ... on Region { id code } ... on Cluster { id name } ... on Product { id name } } } }`,
  `query S($day: Date) { supports(first: 3, asOf: $day) { totalCount edges { cursor node { id key region { id asOf } } } } }`,
  `query T($day: Date) { supports(first: 3, asOf: $day) { edges { cursor node { id year fund amountIdr sources { id title } } } nodes { id place } pageInfo { hasNextPage } } }`,
  `query U($day: Date) { region(code: "17.04", asOf: $day) { id supports { id year region { id asOf } cluster { id asOf } } facilitators { kind count region { id asOf } } externalCounts { count } names { name } events { kind region { id } } candidates { phase { id asOf } named } } }`,
  `query V($day: Date) { region(code: "17.04", asOf: $day) { id supports { id fund product { id asOf } } facilitators { year note sources { id } } externalCounts { by year } names { kind law } events { date what } candidates { phase { id } initialTarget region { id asOf } decision { outcome } } } }`,
  `query W($day: Date) { region(code: "94.06", asOf: $day) { id candidates { phase { id } named decision { by } } events { kind } neighbours { region { id } sharedBorderKm } nearest(first: 3) { distanceMetres region { id asOf } } } }`,
  `query X($day: Date) { region(code: "94.06", asOf: $day) { id candidates { phase { id key } initialTarget decision { outcome } } events { date region { id asOf } } neighbours { region { id asOf name } } nearest(first: 3) { region { id name parent { id name } } } } }`,
  `query Y($day: Date) { region(code: "17.01", asOf: $day) { id screening { lower region { id asOf } findings { element outcome designations { id region { id asOf } } } fundYears { fund years } facilitators { outcome within { distanceMetres } nearest { distanceMetres } } nearestClusters(first: 2) { distanceMetres cluster { id } } } } }`,
  `query Z($day: Date) { region(code: "17.01", asOf: $day) { id screening { upper findings { element reason supports { id } clusters(first: 2) { id asOf } } fundYears { fund yearNotStated } facilitators { reason within { facilitators { count region { id asOf } } } nearest { facilitators { year region { id } } } } nearestClusters(first: 2) { cluster { id asOf key regions { id asOf } } } } } }`,
  `query AA($day: Date) { screening(filter: {parent: "94"}, orderBy: CODE, asOf: $day) { asOf rows(first: 3) { region { id asOf } lower findings { element outcome } } } }`,
  `query AB($day: Date) { screening(filter: {parent: "94"}, orderBy: CODE, asOf: $day) { totalCount rows(first: 3) { region { id name } upper findings { element ground } } products { id } } }`,
  `query AC($day: Date) { clusterFacets(asOf: $day) { asOf facets { kind values { value count } } } }`,
  `query AD($day: Date) { clusterFacets(asOf: $day) { totalCount facets { kind values { value name notCoveredCount } } } }`,
  `query AE($day: Date) { coverage(asOf: $day) { region { id asOf } clusterCount counted { count } } dataQuality(asOf: $day) { asOf gaps { kind missing } confidence { confidence clusters } coverage { region { id } plannedCount } } }`,
  `query AF($day: Date) { coverage(asOf: $day) { region { id name } share counted { year by } } dataQuality(asOf: $day) { gaps { kind total } confidence { confidence supports } coverage { region { id } clusterCount } } }`,
  `query AG($day: Date) { cluster(key: "2017-94.06-coffee-processing", asOf: $day) { id status knownFrom figures { units } readings { read source { id } } supports { id region { id asOf } } phases { id candidates { region { id } named } } events { place } grounds { sources { id } } } }`,
  `query AH($day: Date) { cluster(key: "2017-94.06-coffee-processing", asOf: $day) { id place figures { year } readings { source { id } readOn } supports { id key } phases { id candidates { region { id asOf } assessments { outcome } decision { outcome } } } } }`,
  `query AI($day: Date) { regionsAtMany(points: [{lon: 135.9, lat: -4.1}, {lon: 106.8, lat: -6.2}], asOf: $day) { regency { id asOf } distanceMetres } }`,
  `query AJ($day: Date) { regionsAtMany(points: [{lon: 135.9, lat: -4.1}, {lon: 106.8, lat: -6.2}], asOf: $day) { province { id name } point { lon } } }`,
  `query AK { facilitators { kind count region { id asOf } } dataset { designationCoverage { kind complete } licences { part } conflicts { entity } } programme { grounds { kind } events { place } method { steps { name } } } }`,
  `query AL { facilitators { year note sources { id } } dataset { designationCoverage { regulation validFrom } licences { url } conflicts { reason } } programme { grounds { kind elements } events { date } method { steps { name parts } } } }`,
  `query Q { dataset { version counts { provinces } designationCoverage { kind note province { id asOf } } } programme { abbreviation phases { id asOf } method { structure } } }`,
  `query R { dataset { updatedAt counts { clusters } licences { name } } programme { name events { kind region { id asOf } } method { steps { name } } } }`,
];

/** Each query on each day that it supports. */
export const asked = questions.flatMap((query) =>
  (query.includes('$day') ? days : [undefined]).map((day) => ({ query, variables: day === undefined ? {} : { day } })));

/** A server, queried without any cache, and the number of its requests. */
export function serverAt(url) {
  const server = {
    count: 0,
    async fetch(body) {
      server.count++;
      const response = await fetch(`${url}/graphql`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal: AbortSignal.timeout(20_000) });
      const answer = await response.json();
      assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
      return answer;
    },
  };
  return server;
}

/** An answer without the __typenames that a client adds. */
export function plain(value) {
  return JSON.parse(JSON.stringify(value, (key, inner) => (key === '__typename' ? undefined : inner)));
}

/** The expected values of the issue about two days. */
export function checkTwoDays(data) {
  const { now, then } = plain(data);
  assert.equal(now.asOf, '2026-11-24');
  assert.equal(now.parent.name, 'Papua Tengah');
  assert.equal(then.asOf, '2017-12-25');
  assert.equal(then.parent.name, 'Papua');
  assert.equal(then.affirmative.answer, 'YES');
  assert.notEqual(now.id, then.id);
  assert.notEqual(now.parent.id, then.parent.id);
}

/** Every id in an answer with the other fields of its object. */
export function* nodesIn(value) {
  if (value === null || typeof value !== 'object') return;
  if (typeof value.id === 'string') yield value;
  for (const inner of Object.values(value)) yield* nodesIn(inner);
}

/** Collects the warnings of a library; there must be none. */
export function warnings() {
  const found = [];
  for (const name of ['warn', 'error']) console[name] = (...words) => found.push(words.map(String).join(' '));
  return found;
}
