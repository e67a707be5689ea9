// The parts that need no browser: addresses, areas, the playground's files.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

let vite, view, shapes, questions, answer, operation;
before(async () => {
  vite = await createServer({ root: fileURLToPath(new URL('..', import.meta.url)), appType: 'custom', logLevel: 'error', server: { middlewareMode: true, watch: null, ws: false }, optimizeDeps: { noDiscovery: true } });
  [view, shapes, questions, answer, operation] = await Promise.all(['map/view', 'map/shapes', 'map/questions', 'playground/answer', 'operation'].map((name) => vite.ssrLoadModule(`/src/${name}.ts`)));
});
after(() => vite.close());

test('an address says what a view shows, and back', () => {
  for (const changes of [
    {}, { day: '2017-12-25', list: 'regencies', affirmative: 'ANY', hosts: 'true' }, { lang: 'id', colour: 'count', province: '94', phase: '2013-2016', product: 'coffee-processing', initialTarget: 'false', text: 'Toli & toli?', sort: '-clusters' },
    { area: { kind: 'box', west: 170, south: -5, east: -170, north: 5 } }, { area: { kind: 'polygon', ring: [[110, -7], [112.5, -7], [111, -8.25]] } }, { area: { kind: 'circle', centre: [112.733, -7.2], radius: 100000 } },
    { selected: { kind: 'region', key: '94.06' } }, { selected: { kind: 'cluster', key: 'Q2x1=' }, camera: { lon: 135.5, lat: -4.1, zoom: 6.25 } },
  ]) {
    const wanted = { ...view.defaults, ...changes };
    assert.deepEqual(view.parseView(view.formatView(wanted), 'en'), wanted);
  }
  assert.equal(view.formatView(view.defaults), '');
});

test('what is wrong in an address is left out', () => {
  for (const search of ['?asOf=2017-02-30', '?asOf=2017-13-01', '?asOf=yesterday', '?list=villages', '?affirmative=true', '?province=94.06', '?bbox=1,2,3', '?bbox=110,5,112,-5', '?bbox=110,-95,112,5', '?within=1,2;3,4', '?near=110,-7,-1', '?near=110,-7,', '?near=110,-7,9e9',
    '?at=1,2', '?at=NaN,1,2', '?show=village:1', '?show=', '?show=region:Dogiyai', '?sort=;drop', '?hosts=maybe', '?%E0%A4%A', '?lang=xx']) {
    assert.deepEqual(view.parseView(search, 'en'), view.defaults, search);
  }
  assert.equal(view.parseView('', 'id').lang, 'id');
});

test('areas have the measures of the sphere', () => {
  // A degree of longitude on the equator is 2πR / 360; so is one of latitude anywhere.
  const degree = 2 * Math.PI * 6_371_008.8 / 360;
  assert.ok(Math.abs(shapes.distance([110, 0], [111, 0]) - degree) < 1e-3);
  assert.ok(Math.abs(shapes.distance([110, -7], [110, -8]) - degree) < 1e-3);
  const [feature] = shapes.areaFeatures({ kind: 'circle', centre: [112.733, -7.2], radius: 100_000 }).features;
  for (const corner of feature.geometry.coordinates[0]) assert.ok(Math.abs(shapes.distance([112.733, -7.2], corner) - 100_000) < 0.01);
  assert.deepEqual(shapes.areaFrom('box', [[112, -8], [110, -7]]), { kind: 'box', west: 110, south: -8, east: 112, north: -7 });
  assert.equal(shapes.areaFrom('box', [[112, -8], [112, -7]]), undefined);
  assert.equal(shapes.areaFrom('polygon', [[112, -8], [112, -7]]), undefined);
  assert.equal(shapes.areaFrom('circle', [[112, -8], [112, -8]]), undefined);
});

test('the curl command survives quotes', () => {
  const command = questions.curl({ query: '{regions(filter: {name: "Mi\'kmaq"}) {totalCount}}', variables: {} }, 'http://localhost/graphql');
  assert.ok(command.includes(`Mi'\\''kmaq`), command);
});

test('the playground shares what it was given', () => {
  const given = { query: '{ a(b: "#&=+ é") }', variables: '{"x": "%20"}' };
  assert.deepEqual(operation.fromFragment(operation.toFragment(given)), given);
  assert.equal(operation.fromFragment('#other'), undefined);
});

test('an answer becomes a sheet: nested, quoted, and no formula', () => {
  const data = { regions: { totalCount: 2, nodes: [{ name: '=1+1', parent: { name: 'A, "B"' }, n: -3, codes: [1, 2] }, { name: 'ok', parent: null, n: null }] } };
  assert.equal(answer.toCSV(data), 'name,parent.name,n,codes,parent\r\n\'=1+1,"A, ""B""",-3,"[1,2]",\r\nok,,,,\r\n');
  assert.deepEqual(answer.rows({ a: [{ x: 1 }], b: [{ x: 2 }] }), [{ list: 'a', x: 1 }, { list: 'b', x: 2 }]);
  assert.deepEqual(answer.rows({ region: { name: 'Dogiyai' } }), [{ region: { name: 'Dogiyai' } }]);
});

test('an answer becomes GeoJSON: boundaries, points, and rows without a place', () => {
  const boundary = { type: 'MultiPolygon', coordinates: [] };
  const { features } = answer.toGeoJSON({ nodes: [{ code: '94', boundary }, { name: 'x', location: { point: { lon: 1, lat: 2 } } }, { name: 'nowhere' }] });
  assert.deepEqual(features.map(({ geometry }) => geometry), [boundary, { type: 'Point', coordinates: [1, 2] }, null]);
  assert.deepEqual(features.map(({ properties }) => properties), [{ code: '94' }, { name: 'x' }, { name: 'nowhere' }]);
});
