// The parts that need no browser: addresses, areas, the playground's files.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createExpression, featureFilter } from '@maplibre/maplibre-gl-style-spec';
import { createServer } from 'vite';

let vite, view, shapes, questions, answer, operation, title, days, words, grounds, style, palette;
before(async () => {
  vite = await createServer({ root: fileURLToPath(new URL('..', import.meta.url)), appType: 'custom', logLevel: 'error', server: { middlewareMode: true, watch: null, ws: false }, optimizeDeps: { noDiscovery: true } });
  [view, shapes, questions, answer, operation, title, days, words, grounds, style, palette] = await Promise.all(['map/view', 'map/shapes', 'map/questions', 'playground/answer', 'operation', 'map/title', 'map/days', 'map/words', 'map/grounds', 'map/style', 'map/palette'].map((name) => vite.ssrLoadModule(`/src/${name}.ts`)));
});
after(() => vite.close());

test('an address says what a view shows, and back', () => {
  for (const changes of [
    {}, { day: '2017-12-25', list: 'regencies', affirmative: 'ANY', hosts: 'true' }, { lang: 'id', colour: 'count', province: '94', phase: '2013-2016', product: 'coffee-processing', group: 'FOOD', initialTarget: 'false', text: 'Toli & toli?', sort: '-clusters' },
    { list: 'screening', product: 'tenun,songket', money: { fund: 'DAK' }, facilitators: { known: false, km: 100 }, weights: { linkage: 1, border: 2.5 } }, { list: 'screening', money: { fund: 'ANY', to: 2019 }, facilitators: { known: true, km: 0 } },
    { area: { kind: 'box', west: 170, south: -5, east: -170, north: 5 } }, { area: { kind: 'polygon', ring: [[110, -7], [112.5, -7], [111, -8.25]] } }, { area: { kind: 'circle', centre: [112.733, -7.2], radius: 100000 } },
    { selected: { kind: 'region', key: '94.06' } }, { selected: { kind: 'cluster', key: '2017-94.06-coffee-processing' }, camera: { lon: 135.5, lat: -4.1, zoom: 6.25 } },
    { refused: [{ name: 'asOf', value: '2017-02-30' }, { name: 'colour', value: 'red' }] },
  ]) {
    const wanted = { ...view.defaults, ...changes };
    assert.deepEqual(view.parseView(view.formatView(wanted), 'en'), wanted);
  }
  assert.equal(view.formatView(view.defaults), '?asOf=today');
  assert.equal(view.formatView({ ...view.defaults, list: 'regencies' }), '?list=regencies');
  for (const [search, bare] of [['', true], ['?lang=id&utm_source=x', true], ['?asOf=today', false], ['?list=provinces', false]]) assert.equal(view.isBare(search), bare, search);
});

test('an address of 0.1.0 names a cluster by its id', () => {
  const selected = (text) => view.parseView(`?show=cluster:${text}`, 'en').selected.key;
  for (const key of ['2017-94.06-coffee-processing', 'x', 'kopi–Dogiyai?>']) assert.equal(selected(Buffer.from(`Cluster:${key}`).toString('base64url')), key);
  for (const key of ['Q2x1=', 'Q2x1c3Rlcj', 'Q2x1c3Rlcj!']) assert.equal(selected(key), key);
  assert.equal(view.formatView(view.parseView('?show=cluster:Q2x1c3RlcjoyMDE3LTk0LjA2LWNvZmZlZS1wcm9jZXNzaW5n', 'en')), '?show=cluster:2017-94.06-coffee-processing');
});

test('what is not understood in an address is refused, and told from what only arranges', () => {
  const refused = (search) => view.parseView(search, 'en').refused;
  for (const search of ['?asOf=2017-02-30', '?asOf=2017-13-01', '?asOf=yesterday', '?list=villages', '?affirmative=true', '?province=94.06', '?province=Papua', '?bbox=1,2,3', '?bbox=110,5,112,-5', '?bbox=110,-95,112,5', '?within=1,2;3,4', '?near=110,-7,-1', '?near=110,-7,', '?near=110,-7,9e9',
    '?list=screening&money=CASH', '?list=screening&money=DAK,2020-2019', '?list=screening&money=DAK,-', '?list=screening&facilitators=none', '?list=screening&facilitators=none,1001', '?money=DAK', '?list=regencies&facilitators=none,100', '?list=regencies&hosts=maybe', '?hosts=true', '?initialTarget=1', '?phase=' + 'x'.repeat(101), '?bbox=110,-7,112,-5&near=110,-7,1000', '?asOf=2017-12-25&asOf=2018-01-01', '?province=94&province=91']) {
    const { refused: wrong, ...rest } = view.parseView(search, 'en');
    assert.ok(wrong.length > 0 && wrong.every(view.changesAnswer), search);
    // It stays in the address, so that other readers of the link see the message too.
    assert.deepEqual(view.parseView(view.formatView({ ...rest, refused: wrong }), 'en').refused, wrong, search);
  }
  for (const search of ['?at=1,2', '?at=NaN,1,2', '?at=1,2,3,4', '?show=village:1', '?show=region:Dogiyai', '?sort=;drop', '?lang=xx', '?list=screening&weights=luck:1', '?list=screening&weights=dak:1001', '?list=screening&weights=apbn:0,deconcentration:0,dak:0,clusters:0,disadvantaged:0,border:0', '?weights=dak:2', '?colour=red', '?affirmatve=ANY']) {
    assert.ok(refused(search).length === 1 && !refused(search).some(view.changesAnswer), search);
  }
  for (const search of ['', '?show=', '?asOf=', '?utm_source=x&fbclid=y', '?theme=dark', '?asOf=2017-12-25&asOf=2017-12-25']) assert.deepEqual(refused(search), [], search);
  // A new choice replaces it.
  const wrong = view.parseView('?list=regencies&hosts=maybe&asOf=soon', 'en');
  assert.deepEqual(view.changed(wrong, { hosts: 'true' }).refused, [{ name: 'asOf', value: 'soon' }]);
  assert.deepEqual(view.changed(wrong, { day: '2017-12-25', hosts: '' }).refused, []);
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
  assert.equal(answer.toCSV(data), 'name,parent.name,n,codes,parent\r\n\'=1+1,"A, ""B""",-3,1; 2,\r\nok,,,,\r\n');
  assert.deepEqual(answer.rows({ a: [{ x: 1 }], b: [{ x: 2 }] }), [{ list: 'a', x: 1 }, { list: 'b', x: 2 }]);
  assert.deepEqual(answer.rows({ region: { name: 'Dogiyai' } }), [{ region: { name: 'Dogiyai' } }]);
  assert.deepEqual(answer.rows({ region: { name: 'Dogiyai', across: [] } }), [{ region: { name: 'Dogiyai', across: [] } }]);
});

test('a list and what stands beside it are not mixed', () => {
  const regions = { totalCount: 1, notCovered: [{ code: '12' }, { code: '91' }], nodes: [{ code: '94.06' }] };
  assert.deepEqual(answer.rows({ regions }), [{ code: '94.06' }]);
  assert.deepEqual(answer.rows({ regions: { notCovered: regions.notCovered, edges: [{ node: { code: '94.06' } }] } }), [{ node: { code: '94.06' } }]);
  // If nothing was found, the undecided ones are not rows.
  assert.deepEqual(answer.rows({ regions: { ...regions, nodes: [] } }), []);
  // Only they were selected.
  assert.deepEqual(answer.rows({ regions: { notCovered: regions.notCovered } }), regions.notCovered);
  const cluster = { name: 'Coffee', regions: [{ name: 'A', parent: { name: 'P' } }, { name: 'B', parent: { name: 'Q' } }], sources: { nodes: [{ title: 'S' }] }, box: [[1, 2]] };
  assert.equal(answer.toCSV({ clusters: { nodes: [cluster] } }), 'name,regions.name,regions.parent.name,sources.title,box\r\nCoffee,A; B,P; Q,S,"[[1,2]]"\r\n');
  assert.equal(answer.hasGeometry({ clusters: { nodes: [cluster] } }), false);
  assert.equal(answer.hasGeometry({ clusters: { nodes: [{ location: { point: { lon: 1, lat: 2 } } }] } }), true);
});

const province = (changes) => questions.regionFilter({ ...view.defaults, list: 'provinces', ...changes });

test('a list of clusters is filtered by the name of the region that is judged', () => {
  const clusters = (changes) => questions.clusterFilter({ ...view.defaults, list: 'clusters', ...changes });
  assert.equal(clusters({}), undefined);
  assert.deepEqual(clusters({ text: 'Palu' }), { regions: { name: 'Palu' } });
  assert.deepEqual(clusters({ text: 'Palu', affirmative: 'BORDER', province: '72' }), { region: '72', regions: { level: 'REGENCY', designation: 'BORDER', name: 'Palu' } });
});

test('the filters of a list of provinces mean one regency', () => {
  const affirmative = { level: 'REGENCY', affirmative: true };
  assert.deepEqual(province({}), { level: 'PROVINCE' });
  assert.deepEqual(province({ affirmative: 'ANY' }), { level: 'PROVINCE', containsAffirmative: true });
  assert.deepEqual(province({ affirmative: 'NO' }), { level: 'PROVINCE', containsAffirmative: false });
  assert.deepEqual(province({ hosts: 'true' }), { level: 'PROVINCE', hostsClusters: true });
  assert.deepEqual(province({ affirmative: 'ANY', hosts: 'true' }), { level: 'PROVINCE', clusters: { regions: affirmative } });
  assert.deepEqual(province({ affirmative: 'ANY', product: 'coffee-processing' }), { level: 'PROVINCE', clusters: { product: 'coffee-processing', regions: affirmative } });
  assert.deepEqual(province({ affirmative: 'BORDER', phase: '2017' }), { level: 'PROVINCE', clusters: { phase: '2017', regions: { level: 'REGENCY', designation: 'BORDER' } } });
  assert.deepEqual(province({ affirmative: 'NO', hosts: 'true' }), { level: 'PROVINCE', containsAffirmative: false, hostsClusters: true });
  // For the programme's clusters it is known where there are none; for all clusters, those without a known one are
  // filtered out of the list.
  assert.deepEqual(province({ affirmative: 'ANY', hosts: 'false', programme: 'true' }), { level: 'PROVINCE', containsAffirmative: true, not: { clusters: { programme: true } } });
  assert.deepEqual(province({ affirmative: 'ANY', hosts: 'false' }), { level: 'PROVINCE', containsAffirmative: true });
  const { query, variables } = questions.regionsQuestion({ ...view.defaults, list: 'regencies', hosts: 'false', product: 'coffee-processing', affirmative: 'BORDER' }, '2024-12-31');
  assert.match(query, /hosts: regions\(filter: \$hosts/);
  assert.deepEqual(variables, { filter: { level: 'REGENCY', designation: 'BORDER' }, hosts: { level: 'REGENCY', clusters: { product: 'coffee-processing' } }, asOf: '2024-12-31' });
  const area = { kind: 'circle', centre: [136, -4], radius: 1000 }, near = { point: { lon: 136, lat: -4 }, radius: 1000 };
  assert.deepEqual(province({ area }), { level: 'PROVINCE', near });
  assert.deepEqual(province({ affirmative: 'ANY', hosts: 'true', area }), { level: 'PROVINCE', clusters: { regions: { ...affirmative, near } } });
  // Marks are clusters, and the API evaluates their regency: those of listed provinces are selected by code.
  const marked = (changes, codes) => questions.markedFilter({ ...view.defaults, list: 'provinces', ...changes }, codes);
  assert.equal(marked({}), undefined);
  assert.deepEqual(marked({ affirmative: 'ANY' }, ['91', '94']), { and: [{ or: [{ region: '91' }, { region: '94' }] }] });
  assert.deepEqual(marked({ affirmative: 'ANY', hosts: 'true', programme: 'true' }, ['91']), { programme: true, regions: affirmative, and: [{ or: [{ region: '91' }] }] });
  assert.deepEqual(marked({ affirmative: 'NO', phase: '2017' }, []), { phase: '2017', and: [{ or: [] }] });
  assert.deepEqual(marked({ affirmative: 'ANY', product: 'coffee-processing' }), { product: 'coffee-processing', regions: affirmative });
  for (const kind of ['BORDER', 'DISADVANTAGED']) {
    assert.equal(questions.kindIsTooFine({ ...view.defaults, list: 'provinces', affirmative: kind }), true);
    assert.equal(questions.kindIsTooFine({ ...view.defaults, list: 'provinces', affirmative: kind, hosts: 'true' }), false);
    assert.equal(questions.kindIsTooFine({ ...view.defaults, list: 'regencies', affirmative: kind }), false);
  }
});

test('a screening asks the region itself for money and facilitators', () => {
  const ask = (changes) => questions.scoresQuestion({ ...view.defaults, list: 'screening', ...changes }, '2019-12-31').variables;
  const usual = { weights: { linkage: 0 }, within: 100_000, asOf: '2019-12-31' };
  assert.deepEqual(ask({}), { ...usual, filter: { level: 'REGENCY' } });
  assert.deepEqual(ask({ money: { fund: 'ANY' }, facilitators: { known: true, km: 50 }, sort: 'upper', weights: { linkage: 1, dak: 3 } }), { weights: { dak: 3 }, within: 50_000, asOf: '2019-12-31', orderBy: 'UPPER', filter: { level: 'REGENCY', supports: {}, facilitators: { withinMetres: 50_000, known: true } } });
  assert.deepEqual(ask({ money: { fund: 'DAK', from: 2017, to: 2019 }, product: 'batik' }), { ...usual, product: ['batik'], filter: { level: 'REGENCY', supports: { fund: ['DAK'], fromYear: 2017, toYear: 2019 } } });
  // Each end of a score has its class; a bound belongs, for an upper end, to the class below it.
  for (const [lower, upper, from, to] of [[0, 0, 0, 0], [0, 1, 0, 3], [0.25, 0.25, 1, 1], [0, 0.25, 0, 0], [0.2, 0.26, 0, 1], [0.5, 0.75, 2, 2], [3 / 7, 6 / 7, 1, 3], [1, 1, 3, 3]]) assert.deepEqual(grounds.scoreClasses({ lower, upper }), { from, to }, `${lower} to ${upper}`);
});

test('a title says what the filters ask for, in both languages', () => {
  const frame = { products: [{ key: 'coffee-processing', name: 'coffee processing', nameId: 'pengolahan kopi' }], provinces: { nodes: [{ code: '94', name: 'Papua Tengah' }, { code: '33', name: 'Jawa Tengah' }] } };
  const say = (changes, how = title.titleOf) => ['en', 'id'].map((lang) => how({ view: { ...view.defaults, ...changes, lang }, frame }));
  for (const [changes, ...wanted] of [
    [{}, 'Clusters', 'Sentra'],
    [{ list: 'screening', affirmative: 'BORDER', money: { fund: 'DAK', from: 2017, to: 2017 }, facilitators: { known: false, km: 50 } }, 'Border regencies and cities that had DAK money in 2017 and have no facilitator known within 50 km: the programme’s grounds', 'Kabupaten/kota perbatasan yang pernah mendapat DAK pada 2017 dan tidak diketahui memiliki fasilitator dalam 50 km: dasar pemilihan program'],
  ]) assert.deepEqual(say(changes), wanted);
  // The server has the same titles in link previews: its test reads these cases too.
  for (const { address, en, id } of JSON.parse(readFileSync(new URL('../../internal/pages/testdata/titles.json', import.meta.url), 'utf8'))) {
    const parsed = view.parseView(address, 'en');
    assert.deepEqual(parsed.refused, [], address);
    assert.deepEqual(say(parsed, title.subjectOf), [en, id], address);
  }
});

test('an answer becomes GeoJSON: boundaries, points, and rows without a place', () => {
  const boundary = { type: 'MultiPolygon', coordinates: [] };
  const { features } = answer.toGeoJSON({ nodes: [{ code: '94', boundary }, { name: 'x', location: { point: { lon: 1, lat: 2 } } }, { name: 'nowhere' }] });
  assert.deepEqual(features.map(({ geometry }) => geometry), [boundary, { type: 'Point', coordinates: [1, 2] }, null]);
  assert.deepEqual(features.map(({ properties }) => properties), [{ code: '94' }, { name: 'x' }, { name: 'nowhere' }]);
});

test('a day is told what the lists of disadvantaged regions leave open on it', () => {
  const coverage = [
    { kind: 'DISADVANTAGED', complete: true, validFrom: '2015-11-04', validTo: '2019-12-31', regulation: 'Perpres 131/2015' },
    { kind: 'DISADVANTAGED', complete: true, validFrom: '2020-04-27', validTo: '2024-12-31', regulation: 'Perpres 63/2020' },
    { kind: 'DISADVANTAGED', complete: false, validFrom: '2025', validTo: '2029-12-31', regulation: 'Perpres 12/2025' },
    { kind: 'DISADVANTAGED', complete: true, validFrom: null, validTo: null, regulation: null },
    { kind: 'BORDER', complete: true, validFrom: '2015', validTo: '2016-12-31', regulation: 'Perpres 31/2015' },
  ];
  const part = { part: 'Perpres 12/2025', see: '2024-12-31' };
  for (const [day, wanted] of [
    ['2015-11-03', { begins: '2015-11-04' }], ['2015-11-04', undefined], ['2019-12-31', undefined], ['2020-01-01', { ended: '2019-12-31' }], ['2020-04-26', { ended: '2019-12-31' }],
    ['2020-04-27', undefined], ['2024-12-31', undefined],
    // For 2025 only the year of the list is known: none is certainly in force before the end of the year.
    ['2025-01-01', { ended: '2024-12-31' }], ['2025-12-30', { ended: '2024-12-31' }], ['2025-12-31', part], ['2026-11-27', part], ['2029-12-31', part], ['2030-01-01', { ended: '2024-12-31' }],
  ]) assert.deepEqual(days.openOnDay(coverage, day), wanted, day);
  assert.equal(days.openOnDay([], '2026-11-27'), undefined);
  for (const [day, wanted] of [['2015-11-03', undefined], ['2015-11-04', '2015-11-04'], ['2020-02-01', '2019-12-31'], ['2024-06-01', '2024-06-01'], ['2026-11-27', '2024-12-31']]) assert.equal(days.lastCovered(coverage, day), wanted, day);
  for (const lang of ['en', 'id']) assert.match(words.wordsOf(lang).partlyCoveredDay('Perpres 12/2025'), /Perpres 12\/2025/);

  // A list of which only the year is known is a moment once, on the last day of the year.
  const found = days.moments({ dataset: { regionsFrom: '2014-07-23', designationCoverage: coverage }, phases: [], designations: [], provinces: { asOf: '2026-11-27', nodes: [] }, programme: { sources: [] } });
  const said = (day) => found.find((moment) => moment.day === day)?.say?.(words.wordsOf('en'));
  assert.equal(said('2025-01-01'), 'The list of Perpres 63/2020 has ended');
  assert.equal(said('2025-12-31'), 'Perpres 12/2025: list of disadvantaged regions');
});

test('the picture of the map has the colours of the map’s style', () => {
  const answers = ['YES', 'NO', 'NOT_COVERED'];
  // An affirmative region is a disadvantaged or a border region.
  const affirmative = (...kinds) => kinds.includes('YES') ? 'YES' : kinds.includes('NOT_COVERED') ? 'NOT_COVERED' : 'NO';
  const regions = answers.flatMap((disadvantaged) => answers.flatMap((border) => [0, 1, 2, 3, 40].flatMap((clusterCount) => ['94.06', '94.07', '94.08'].map((code) => (
    { code, disadvantaged, border, clusterCount, affirmative: affirmative(disadvantaged, border) })))));
  const input = { palette: palette.paletteOf(false), theme: 'light', tiles: 'tiles/{z}/{x}/{y}', firstPhase: '', lang: 'en', colour: 'affirmative', level: 'regencies' };
  for (const more of [{}, { matching: ['94.06'] }, { colour: 'count' }, { colour: 'count', matching: ['94.07'] }, { colour: 'count', counts: { '94.06': 2, '94.07': -1 } },
    { colour: 'count', counts: { '94.06': 0, '94.07': 1 }, spreads: { '94.06': 3 } }, { level: 'provinces', matching: ['94'] }, { colour: 'count', level: 'provinces', matching: [] }]) {
    const wanted = { ...input, ...more }, { layers } = style.styleOf(wanted);
    const fill = layers.find(({ id }) => id === 'regions'), patterns = layers.filter(({ paint }) => paint?.['fill-pattern']);
    assert.equal(fill['source-layer'], style.fillLevelOf(wanted));
    for (const properties of regions) {
      const evaluated = (type, expression) => Array.isArray(expression) ? createExpression(expression, 'test', { type }).value.evaluate({ zoom: 5 }, { type: 'Polygon', properties }) : expression;
      const shown = ({ filter }) => !filter || featureFilter(filter, 'test').filter({ zoom: 5 }, { type: 'Polygon', properties });
      const drawn = style.fillOf(wanted, properties), name = JSON.stringify([more, properties]);
      assert.equal(String(evaluated('color', ['to-color', drawn.colour])), String(evaluated('color', fill.paint['fill-color'])), name);
      assert.equal(drawn.faint ? style.faintOpacity : 1, evaluated('number', fill.paint['fill-opacity']), name);
      assert.deepEqual(drawn.over ? [drawn.over] : [], patterns.filter(shown).map(({ paint }) => paint['fill-pattern']), name);
    }
  }
});

test('on a phone the whole country has the names of the programme’s products', () => {
  const { layers } = style.styleOf({ palette: palette.paletteOf(false), theme: 'light', tiles: 'tiles/{z}/{x}/{y}', marks: 'tiles/{z}/{x}/{y}', firstPhase: '', lang: 'en', colour: 'affirmative', level: 'regencies' });
  const names = layers.find(({ id }) => id === 'cluster-labels-programme');
  // The country's 46.4 degrees of longitude in 366 of 390 pixels; the world has 512 pixels at zoom 0.
  const zoom = Math.log2(366 / (46.4 / 360 * 512));
  assert.ok(zoom < 2.5 && names.minzoom <= zoom, `names from zoom ${names.minzoom} on, the country at ${zoom}`);
  // Below or above a mark first: beside one they would be cut off at the edge.
  const anchors = createExpression(names.layout['text-variable-anchor'], 'test', { type: 'array', value: 'string' }).value;
  assert.deepEqual(anchors.evaluate({ zoom }), ['bottom', 'top', 'left', 'right']);
  assert.deepEqual(anchors.evaluate({ zoom: 4 }), ['left', 'right', 'top', 'bottom']);
});
