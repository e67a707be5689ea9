// Fetches the schemas of the subgraphs and composes the supergraph, which the gateways read. If that fails it prints
// the errors and writes nothing.
import { readFile, writeFile } from 'node:fs/promises';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

const subgraphs = {
  sentra: process.env.SENTRA_URL ?? 'http://localhost:8080/graphql',
  statistics: process.env.STATISTICS_URL ?? 'http://localhost:4001/graphql',
  trade: process.env.TRADE_URL ?? 'http://localhost:4002/graphql',
};
const file = process.env.SUPERGRAPH ?? new URL('supergraph.graphql', import.meta.url).pathname;

async function service([name, url]) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
    signal: AbortSignal.timeout(10_000),
  });
  const { data } = await response.json();
  return { name, url, typeDefs: parse(data._service.sdl) };
}

// With PATTERN, the file of a schema that no server has yet, it only checks whether that composes with Sentra's.
const pattern = process.env.PATTERN;
const services = pattern
  ? [await service(['sentra', subgraphs.sentra]), { name: 'pattern', url: '', typeDefs: parse(await readFile(pattern, 'utf8')) }]
  : await Promise.all(Object.entries(subgraphs).map(service));
const { errors, supergraphSdl } = composeServices(services);
if (errors?.length > 0) {
  for (const error of errors) console.error(error.message);
  process.exit(1);
}
if (!pattern) await writeFile(file, supergraphSdl);
console.log(`composed ${services.map(({ name }) => name).join(', ')}`);
