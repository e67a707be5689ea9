// The statistics agency: figures by BPS code. All figures are invented.
import { serve } from '../serve.mjs';

/** Small enterprises at the end of 2015, by code; every year adds a tenth of it. */
const register = new Map([['9434', 120], ['7271', 900], ['1217', 450], ['3576', 700], ['0999', 10]]);

/** Dogiyai has another code from 2023 on, under which the figures of the same region continue. */
const codeOn = (code, date) => (code === '9434' && date >= '2023-01-01' ? '9602' : code);
const codeBefore = (code) => (code === '9602' ? '9434' : code);

function figure(code, date) {
  const base = register.get(codeBefore(code));
  return base === undefined ? null : base + (base / 10) * (Number(date.slice(0, 4)) - 2015);
}

const entry = (code, date) => ({
  date,
  smallEnterprises: figure(code, date),
  region: { bpsCode: codeOn(code, date), asOf: date },
});

function dayAfter(date, days) {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}

await serve('statistics', process.env.STATISTICS_URL ?? 'http://localhost:4001/graphql', new URL('schema.graphql', import.meta.url), {
  Region: {
    __resolveReference: ({ bpsCode, asOf }) => ({ bpsCode, asOf }),
    smallEnterprises: ({ bpsCode, asOf }) => (bpsCode === null ? null : figure(bpsCode, asOf)),
  },
  Query: {
    figuresOfYear: (_, { year }) => [...register.keys()].map((code) => entry(code, `${year}-12-31`)),
    figuresByDay: (_, { bpsCode, from, days }) => Array.from({ length: days }, (_, i) => entry(bpsCode, dayAfter(from, i))),
  },
});
