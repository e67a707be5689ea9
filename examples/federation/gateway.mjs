// Apollo's gateway in front of the subgraphs of supergraph.graphql.
import { readFile } from 'node:fs/promises';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

const file = process.env.SUPERGRAPH ?? new URL('supergraph.graphql', import.meta.url);
const gateway = new ApolloGateway({ supergraphSdl: await readFile(file, 'utf8') });
const server = new ApolloServer({ gateway });
const { hostname, port } = new URL(process.env.GATEWAY_URL ?? 'http://localhost:4000/graphql');
const { url } = await startStandaloneServer(server, { listen: { host: hostname, port: Number(port) } });
console.log(`the gateway answers at ${url}`);
