// The trade agency: exports by cluster. All figures are invented.
import { serve } from '../serve.mjs';

/** Tonnes by cluster and year. The ids are those that Sentra's `clusters` field gives. */
const exports = new Map([
  ['Q2x1c3RlcjoyMDE3LTk0LjA2LWNvZmZlZS1wcm9jZXNzaW5n', { 2017: 12.5, 2025: 40 }], // coffee, Dogiyai
  ['Q2x1c3RlcjoyMDEzLTIwMTYtNzIuNzEtcmF0dGFuLWZ1cm5pdHVyZQ', { 2017: 310, 2025: 355.5 }], // rattan, Palu
]);

const province = (value) => ({ officialCode: { system: 'ISO_3166_2', value }, asOf: null });

await serve('trade', process.env.TRADE_URL ?? 'http://localhost:4002/graphql', new URL('schema.graphql', import.meta.url), {
  Cluster: {
    __resolveReference: ({ id, asOf }) => ({ id, asOf }),
    exportTonnes: ({ id }, { year }) => exports.get(id)?.[year] ?? null,
  },
  Query: {
    exportingClusters: (_, { year }) =>
      [...exports].filter(([, tonnes]) => year in tonnes).sort((a, b) => b[1][year] - a[1][year]).map(([id]) => ({ id, asOf: null })),
    provincesOfExport: () => ['ID-JI', 'ID-PT'].map(province),
  },
});
