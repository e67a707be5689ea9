// The trade agency: exports by cluster. All figures are invented.
import { serve } from '../serve.mjs';

/** Tonnes by cluster and year. The keys are those in Sentra's `clusters` field and its exports. */
const exports = new Map([
  ['2017-94.06-coffee-processing', { 2017: 12.5, 2025: 40 }], // Dogiyai
  ['2013-2016-72.71-rattan-furniture', { 2017: 310, 2025: 355.5 }], // Palu
]);

const province = (value) => ({ officialCode: { system: 'ISO_3166_2', value }, asOf: null });

await serve('trade', process.env.TRADE_URL ?? 'http://localhost:4002/graphql', new URL('schema.graphql', import.meta.url), {
  Cluster: {
    __resolveReference: ({ key, asOf }) => ({ key, asOf }),
    exportTonnes: ({ key }, { year }) => exports.get(key)?.[year] ?? null,
  },
  Query: {
    exportingClusters: (_, { year }) =>
      [...exports].filter(([, tonnes]) => year in tonnes).sort((a, b) => b[1][year] - a[1][year]).map(([key]) => ({ key, asOf: null })),
    provincesOfExport: () => ['ID-JI', 'ID-PT'].map(province),
  },
});
