// Hive's gateway in front of the subgraphs of supergraph.graphql, by its library: the command hive-gateway installs 600
// packages more.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import http from '@graphql-mesh/transport-http';

const file = process.env.SUPERGRAPH ?? new URL('supergraph.graphql', import.meta.url);
const gateway = createGatewayRuntime({ supergraph: await readFile(file, 'utf8'), transports: { http } });
const url = new URL(process.env.HIVE_URL ?? 'http://localhost:4100/graphql');
const server = createServer(gateway).listen(Number(url.port), url.hostname, () => console.log(`the gateway answers at ${url}`));
// The library handles these signals, so that Node.js does not end by itself.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close(() => process.exit()));
