// usage: node apollo.mjs URL
// Apollo Client with the policies of docs/clients.md, which the test wrote beside
// this file as apollo.policies.mjs and apollo-list.policies.mjs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { ApolloClient, ApolloLink, InMemoryCache, gql } from '@apollo/client';
import { from } from 'rxjs';
import { buildSchema, getNamedType, getNullableType, isListType, isObjectType, print } from 'graphql';
import { asked, checkTwoDays, nodesIn, plain, serverAt, warnings } from './questions.mjs';
import { typePolicies } from './apollo.policies.mjs';
import { growing } from './apollo-list.policies.mjs';

const warned = warnings();
const server = serverAt(process.argv[2]);
const schema = buildSchema(await readFile(new URL('schema.graphql', import.meta.url), 'utf8'));
const twoDays = gql(await readFile(new URL('two-days.graphql', import.meta.url), 'utf8'));

function client(policies) {
  const link = new ApolloLink(({ query, variables }) => from(server.fetch({ query: print(query), variables })));
  const cache = new InMemoryCache({ typePolicies: policies });
  return new ApolloClient({ cache, link });
}

// The policies are only for existing types and fields.
for (const policies of [typePolicies, growing]) {
  for (const [name, { fields = {} }] of Object.entries(policies)) {
    const type = schema.getType(name);
    assert.ok(isObjectType(type), `${name} is no type`);
    for (const field of Object.keys(fields)) assert.ok(type.getFields()[field], `${name}.${field} is no field`);
  }
}
// No object without an id, single or in a list, is replaced instead of merged.
for (const type of Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'))) {
  for (const field of Object.values(type.getFields())) {
    const of = getNamedType(field.type);
    if (!isObjectType(of) || of.getFields().id) continue;
    const merged = isListType(getNullableType(field.type)) ? typePolicies[type.name]?.fields?.[field.name]?.merge : typePolicies[of.name]?.merge ?? typePolicies[of.name]?.keyFields;
    assert.ok(merged, `${type.name}.${field.name}: ${field.type} has no policy`);
  }
}

// Two days in one query.
{
  const c = client(typePolicies);
  checkTwoDays((await c.query({ query: twoDays })).data);
  checkTwoDays(c.readQuery({ query: twoDays }));
}

// One query after the other, and then all from the cache.
{
  const c = client(typePolicies);
  const answers = [];
  for (const { query, variables } of asked) answers.push(plain((await server.fetch({ query, variables })).data));
  for (const [i, { query, variables }] of asked.entries()) {
    const { data } = await c.query({ query: gql(query), variables, fetchPolicy: 'network-only' });
    assert.deepEqual(plain(data), answers[i], query);
  }
  const before = server.count;
  for (const [i, { query, variables }] of asked.entries()) {
    const kept = c.readQuery({ query: gql(query), variables });
    assert.notEqual(kept, null, `not kept: ${query} ${JSON.stringify(variables)}`);
    assert.deepEqual(plain(kept), answers[i], query);
    assert.deepEqual(plain((await c.query({ query: gql(query), variables })).data), answers[i], query);
  }
  assert.equal(server.count, before, 'the server was asked for what is kept');

  // Each item by its id, as it was returned, with the cached values before and after.
  const again = gql`query Again($id: ID!) { node(id: $id) { __typename id ... on Region { asOf name code } ... on Cluster { asOf key } ... on Product { asOf key } ... on Phase { asOf key } ... on Designation { region { id asOf } } } }`;
  let dated = 0;
  for (const node of new Map(answers.flatMap((answer) => [...nodesIn(answer)]).map((node) => [node.id, node])).values()) {
    const { data } = await c.query({ query: again, variables: { id: node.id } });
    assert.equal(data.node?.id, node.id);
    for (const field of ['asOf', 'name', 'code', 'key']) if (node[field] !== undefined && data.node[field] !== undefined) assert.equal(data.node[field], node[field]);
    if (data.node.asOf === '2017-12-25') dated++;
  }
  assert.ok(dated > 40, `${dated} things of 2017`);
  for (const [i, { query, variables }] of asked.entries()) assert.deepEqual(plain(c.readQuery({ query: gql(query), variables })), answers[i], query);
}

// A growing list, of two days alternately.
{
  const c = client(typePolicies);
  c.cache.policies.addTypePolicies(growing);
  const list = gql`query List($day: Date, $after: String) { regions(filter: {level: PROVINCE}, asOf: $day, first: 20, after: $after) { totalCount edges { cursor node { id code asOf } } pageInfo { hasNextPage endCursor } } }`;
  const watched = [null, '2017-12-25'].map((day) => c.watchQuery({ query: list, variables: { day } }));
  for (const one of watched) await one.refetch();
  for (const one of watched) await one.fetchMore({ variables: { after: one.getCurrentResult().data.regions.pageInfo.endCursor } });
  const [now, then] = watched.map((one) => c.readQuery({ query: list, variables: one.variables }).regions);
  assert.equal(now.edges.length, 38);
  assert.equal(then.edges.length, 34);
  assert.ok(now.edges.every(({ node }) => node.asOf === '2026-11-24') && then.edges.every(({ node }) => node.asOf === '2017-12-25'));
}

assert.deepEqual(warned, []);
process.stdout.write(`${asked.length} questions, ${server.count} requests\n`);
process.exit(0);
