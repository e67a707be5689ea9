// Sends the query in a file to a gateway and prints the answer.
import { readFile } from 'node:fs/promises';

const response = await fetch(process.env.GATEWAY_URL ?? 'http://localhost:4000/graphql', {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ query: await readFile(process.argv[2], 'utf8') }),
  signal: AbortSignal.timeout(20_000),
});
console.log(JSON.stringify(await response.json(), null, 2));
