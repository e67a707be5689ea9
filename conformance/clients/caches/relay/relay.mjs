// usage: node relay.mjs URL
// Relay's runtime with the artifacts that relay-compiler made of questions.js.
import assert from 'node:assert/strict';
import runtime from 'relay-runtime';
import { serverAt, warnings } from '../questions.mjs';
import twoDays from './artifacts/questionsTwoDaysQuery.graphql.js';
import oneDay from './artifacts/questionsDayQuery.graphql.js';
import list from './artifacts/questionsListQuery.graphql.js';
import regionFragment from './artifacts/questions_region.graphql.js';
import listFragment from './artifacts/questions_list.graphql.js';

const { createOperationDescriptor, Environment, fetchQuery, getRefetchMetadata, getRequest, getSingularSelector, Network, RecordSource, Store } = runtime;
// Relay warns of two objects with one id in an answer.
const warned = warnings();
const server = serverAt(process.argv[2]);
const then = '2017-12-25';

const newEnvironment = () => new Environment({
  network: Network.create(({ text }, variables) => server.fetch({ query: text, variables })),
  store: new Store(new RecordSource()),
});

/** Queries the server, stores the answer, and returns it with its operation. */
async function ask(environment, query, variables = {}) {
  await fetchQuery(environment, query, variables, { fetchPolicy: 'network-only' }).toPromise();
  return kept(environment, query, variables);
}

/** The stored data of an operation, which must be complete. */
function kept(environment, query, variables = {}) {
  const operation = createOperationDescriptor(getRequest(query), variables);
  environment.retain(operation);
  assert.equal(environment.check(operation).status, 'available', `${operation.request.node.params.name} is not kept whole`);
  const snapshot = environment.lookup(operation.fragment);
  assert.ok(!snapshot.isMissingData);
  return snapshot.data;
}

/** The stored data of a fragment. */
function read(environment, fragment, ref) {
  const snapshot = environment.lookup(getSingularSelector(fragment, ref));
  assert.ok(!snapshot.isMissingData, fragment.name);
  return snapshot.data;
}

/** Every day in an answer, at any depth. */
function* daysIn(value) {
  if (value === null || typeof value !== 'object') return;
  if (value.asOf !== undefined) yield value.asOf;
  for (const inner of Object.values(value)) yield* daysIn(inner);
}

function checkRegion(region, day) {
  const seen = day ?? '2026-11-24';
  assert.equal(region.asOf, seen);
  const days = [...daysIn(region)];
  assert.ok(days.length > 5 && days.every((asOf) => asOf === seen), `${region.code} ${seen}: ${days}`);
  if (region.code === '94.06') assert.equal(region.parent.name, day === then ? 'Papua' : 'Papua Tengah');
  if (region.code === '94.06' && day === then) {
    assert.equal(region.affirmative.answer, 'YES');
    assert.deepEqual(region.affirmative.disadvantaged.designations.map((d) => [d.regulation, d.region.id]), [['Perpres 131/2015', region.id]]);
  }
  for (const { node } of region.clusters.edges) {
    assert.equal(node.asOf, seen);
    assert.deepEqual(node.regions.map(({ parent }) => parent.name), [region.code === '94.06' && day === then ? 'Papua' : region.code === '94.06' ? 'Papua Tengah' : 'Sulawesi Tengah']);
    for (const product of node.products) {
      assert.equal(product.asOf, seen);
      assert.ok(product.clusters.every(({ asOf }) => asOf === seen));
    }
    assert.ok(node.phases.every(({ asOf }) => asOf === seen));
  }
}

// Two days in one query.
{
  const environment = newEnvironment();
  await ask(environment, twoDays);
  const data = kept(environment, twoDays);
  const [a, b] = [data.now, data.then].map((ref) => read(environment, regionFragment, ref));
  checkRegion(a, null);
  checkRegion(b, then);
  assert.notEqual(a.id, b.id);
  assert.notEqual(a.parent.id, b.parent.id);
}

// One after the other, both from the store, then each refetched by its id.
{
  const environment = newEnvironment();
  const asked = ['94.06', '72'].flatMap((code) => [null, then, '2026-11-24', '2022-07-24'].map((day) => ({ code, day })));
  for (const variables of asked) await ask(environment, oneDay, variables);
  const before = server.count;
  const checkAll = () => {
    for (const variables of asked) if (variables.day !== '2022-07-24') checkRegion(read(environment, regionFragment, kept(environment, oneDay, variables).region), variables.day);
    const old = read(environment, regionFragment, kept(environment, oneDay, { code: '94.06', day: '2022-07-24' }).region);
    assert.deepEqual([old.asOf, old.parent.name], ['2022-07-24', 'Papua']);
  };
  checkAll();
  assert.equal(server.count, before, 'the server was asked for what is kept');

  const { refetchableRequest, identifierInfo } = getRefetchMetadata(regionFragment, 'refetch');
  assert.equal(identifierInfo.identifierField, 'id');
  for (const variables of asked) {
    const { id, asOf } = read(environment, regionFragment, kept(environment, oneDay, variables).region);
    const again = await ask(environment, refetchableRequest, { id });
    const region = read(environment, regionFragment, again.node);
    assert.deepEqual([region.id, region.asOf], [id, asOf]);
  }
  checkAll();

  // The next page of each day's connection: four clusters are known in Sulawesi Tengah today, and three of them were
  // known on the other day.
  for (const [day, clusters] of [[null, 4], [then, 3]]) {
    const region = () => read(environment, regionFragment, kept(environment, oneDay, { code: '72', day }).region);
    const first = region();
    assert.deepEqual([first.clusters.edges.length, first.clusters.pageInfo.hasNextPage], [1, true]);
    await fetchQuery(environment, refetchableRequest, { id: first.id, first: 5, after: first.clusters.pageInfo.endCursor }, { fetchPolicy: 'network-only' }).toPromise();
    const whole = region();
    checkRegion(whole, day);
    assert.equal(whole.clusters.pageInfo.hasNextPage, false);
    assert.equal(new Set(whole.clusters.edges.map(({ node }) => node.id)).size, clusters);
  }
}

// A connection of the root, on two days alternately.
{
  const environment = newEnvironment();
  const { refetchableRequest } = getRefetchMetadata(listFragment, 'refetch');
  const regions = (day) => read(environment, listFragment, kept(environment, list, { day })).regions;
  for (const day of [null, then]) await ask(environment, list, { day });
  for (const day of [null, then]) {
    await fetchQuery(environment, refetchableRequest, { day, first: 20, after: regions(day).pageInfo.endCursor }, { fetchPolicy: 'network-only' }).toPromise();
  }
  for (const [day, count] of [[null, 38], [then, 34]]) {
    const { edges, pageInfo } = regions(day);
    assert.equal(edges.length, count);
    assert.equal(pageInfo.hasNextPage, false);
    assert.ok(edges.every(({ node }) => node.asOf === (day ?? '2026-11-24')));
  }
}

assert.deepEqual(warned, []);
process.stdout.write(`${server.count} requests\n`);
process.exit(0);
