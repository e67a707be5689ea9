// usage: node graphcache.mjs URL
// urql with graphcache and the keys of docs/clients.md, which the test wrote
// beside this file as graphcache.policies.mjs.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Client, fetchExchange, gql } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { buildSchema, getIntrospectionQuery, graphqlSync, isObjectType } from 'graphql';
import { asked, checkTwoDays, nodesIn, plain, serverAt, warnings } from './questions.mjs';
import { keys } from './graphcache.policies.mjs';

const warned = warnings();
const url = process.argv[2];
const server = serverAt(url);
const schema = buildSchema(await readFile(new URL('schema.graphql', import.meta.url), 'utf8'));
const twoDays = await readFile(new URL('two-days.graphql', import.meta.url), 'utf8');
const { data: introspection } = graphqlSync({ schema, source: getIntrospectionQuery() });

// Every type without an id has its key, and no other type.
const roots = [schema.getQueryType(), schema.getSubscriptionType()];
const without = Object.values(schema.getTypeMap()).filter((type) =>
  isObjectType(type) && !type.name.startsWith('__') && !roots.includes(type) && !type.getFields().id).map(String);
assert.deepEqual(Object.keys(keys).sort(), without.sort());

let requests = 0;
// With the schema, graphcache also warns of unknown fields and types.
function client() {
  return new Client({
    url: `${url}/graphql`, preferGetMethod: false, exchanges: [cacheExchange({ keys, schema: introspection }), fetchExchange],
    fetch: (...request) => { requests++; return fetch(...request); } });
}

async function ask(c, query, variables, requestPolicy = 'cache-first') {
  const { data, error } = await c.query(gql(query), variables, { requestPolicy }).toPromise();
  assert.equal(error, undefined, String(error));
  return data;
}

// Two days in one query.
{
  const c = client();
  checkTwoDays(await ask(c, twoDays, {}));
  checkTwoDays(await ask(c, twoDays, {}, 'cache-only'));
}

// One query after the other, and then all from the cache.
{
  const c = client();
  const answers = [];
  for (const { query, variables } of asked) answers.push(plain((await server.fetch({ query, variables })).data));
  for (const [i, { query, variables }] of asked.entries()) assert.deepEqual(plain(await ask(c, query, variables, 'network-only')), answers[i], query);
  const before = requests;
  for (const [i, { query, variables }] of asked.entries()) {
    const kept = await ask(c, query, variables, 'cache-only');
    assert.notEqual(kept, null, `not kept: ${query} ${JSON.stringify(variables)}`);
    assert.deepEqual(plain(kept), answers[i], query);
  }
  assert.equal(requests, before, 'the server was asked for what is kept');

  const again = `query Again($id: ID!) { node(id: $id) { __typename id ... on Region { asOf name code } ... on Cluster { asOf key } ... on Product { asOf key } ... on Phase { asOf key } ... on Designation { region { id asOf } } } }`;
  let dated = 0;
  for (const node of new Map(answers.flatMap((answer) => [...nodesIn(answer)]).map((node) => [node.id, node])).values()) {
    const data = await ask(c, again, { id: node.id });
    assert.equal(data.node?.id, node.id);
    for (const field of ['asOf', 'name', 'code', 'key']) if (node[field] !== undefined && data.node[field] !== undefined) assert.equal(data.node[field], node[field]);
    if (data.node.asOf === '2017-12-25') dated++;
  }
  assert.ok(dated > 40, `${dated} things of 2017`);
  for (const [i, { query, variables }] of asked.entries()) assert.deepEqual(plain(await ask(c, query, variables, 'cache-only')), answers[i], query);
}

assert.deepEqual(warned, []);
process.stdout.write(`${asked.length} questions, ${requests} requests\n`);
process.exit(0);
