// Serves a subgraph of Federation v2 at an address.
import { readFile } from 'node:fs/promises';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

export async function serve(name, address, schemaFile, resolvers) {
  const typeDefs = parse(await readFile(schemaFile, 'utf8'));
  const server = new ApolloServer({ schema: buildSubgraphSchema({ typeDefs, resolvers }) });
  const { hostname, port } = new URL(address);
  const { url } = await startStandaloneServer(server, { listen: { host: hostname, port: Number(port) } });
  console.log(`${name} answers at ${url}`);
}
