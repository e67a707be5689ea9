import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, ask, assertAccessible, desktop, downloaded, launch, open, phone } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

/** The text of GraphiQL's answer, as JSON. */
async function answer(page) {
  await page.waitForFunction(() => document.querySelector('.graphiql-response .view-lines')?.textContent.includes('data'));
  return page.evaluate(() => document.querySelector('.graphiql-response').textContent);
}

test('an example runs and its answer can be saved', async () => {
  const { page, faults } = await open(browser, { viewport: desktop });
  await page.goto(`${address}/playground`);
  await page.getByLabel('Example queries').selectOption({ label: 'Clusters of the programme within 100 km of the port of Surabaya, nearest first' });
  await answer(page);
  const csv = await downloaded(page, () => page.getByRole('button', { name: 'Answer as CSV' }).click());
  const { clusters } = await ask('{clusters(filter: {programme: true, near: {point: {lon: 112.733, lat: -7.2}, radius: 100000}}) {edges {distanceMetres node {name}}}}');
  const lines = csv.text.trim().split('\r\n');
  assert.equal(lines[0], 'distanceMetres,node.name,node.regions.name');
  assert.deepEqual(lines.slice(1).map((line) => Number(line.split(',')[0])), clusters.edges.map((edge) => edge.distanceMetres));
  assert.ok(lines[1].includes(clusters.edges[0].node.name), lines[1]);

  // A list without boundaries or points cannot become GeoJSON.
  assert.equal(await page.getByRole('button', { name: 'Answer as GeoJSON' }).isDisabled(), true);
  await page.getByLabel('Example queries').selectOption({ label: 'Boundaries of the regions in a box, simplified for zoom 6, as GeoJSON' });
  await page.waitForFunction(() => document.querySelector('.graphiql-response').textContent.includes('MultiPolygon'));
  const file = await downloaded(page, () => page.getByRole('button', { name: 'Answer as GeoJSON' }).click());
  const geojson = JSON.parse(file.text);
  const { regions } = await ask('{regions(filter: {level: REGENCY, bbox: {west: 135, south: -5, east: 137, north: -3}}) {nodes {code boundary(zoom: 6, precision: 3)}}}');
  assert.deepEqual(geojson.features.map((f) => f.properties.code), regions.nodes.map((r) => r.code));
  assert.deepEqual(geojson.features[0].geometry, regions.nodes[0].boundary);
  assert.deepEqual(faults, []);
  await page.close();
});

test('it opens with an answer, and each tab has its own', async () => {
  const { page, faults } = await open(browser, { viewport: desktop });
  await page.goto(`${address}/playground`);
  await page.waitForFunction(() => document.querySelector('.graphiql-response').textContent.includes('Dogiyai'));
  const menu = page.getByLabel('Example queries');
  assert.equal(await menu.evaluate((e) => e.selectedOptions[0].textContent), 'Which affirmative regions hosted clusters of the programme on 25 December 2017?');
  await page.locator('.graphiql-tabs').getByText('TitleQuestion').waitFor();
  await menu.selectOption({ label: 'How many clusters are known in each province today' });
  await page.waitForFunction(() => document.querySelector('.graphiql-response').textContent.includes('Aceh'));
  const csv = await downloaded(page, () => page.getByRole('button', { name: 'Answer as CSV' }).click());
  assert.equal(csv.name, 'sentra-clusters-per-province.csv');
  const { regions } = await ask('{regions(filter: {level: PROVINCE}, first: 100) {nodes {code name clusterCount}}}');
  assert.equal(csv.text, ['code,name,clusterCount', ...regions.nodes.map(({ code, name, clusterCount }) => `${code},${name},${clusterCount}`), ''].join('\r\n'));
  // An empty tab has nothing to save.
  await page.getByRole('button', { name: /New tab/ }).click();
  await page.waitForFunction(() => [...document.querySelectorAll('button')].find((b) => b.textContent === 'Answer as CSV').disabled);
  assert.deepEqual(faults, []);
  await page.close();
});

test('it speaks Indonesian where the address does', async () => {
  const { page, faults } = await open(browser, { viewport: desktop, webgl: false });
  const question = page.waitForRequest((request) => request.url().endsWith('/graphql') && request.method() === 'POST');
  await page.goto(`${address}/playground?lang=id`);
  assert.equal((await question).headers()['accept-language'], 'id');
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'id');
  const menu = page.getByLabel('Contoh kueri');
  await menu.selectOption({ label: 'Jumlah sentra yang diketahui di setiap provinsi saat ini' });
  await page.waitForFunction(() => document.querySelector('.graphiql-response').textContent.includes('Aceh'));
  await page.getByRole('button', { name: 'Bagikan tautan' }).click();
  await page.getByText('Tautan disalin').waitFor();
  assert.match(page.url(), /\/playground\?lang=id#query=/);
  await assertAccessible(page, 'playground in Indonesian');
  await page.getByRole('link', { name: 'English' }).click();
  await page.getByLabel('Example queries').waitFor();
  assert.deepEqual(faults, []);
  await page.close();
});

test('a query is shared by its address', async () => {
  const first = await open(browser, { viewport: desktop });
  await first.page.goto(`${address}/playground`);
  await first.page.getByLabel('Example queries').selectOption({ label: 'The sources of a fact: why was Dogiyai affirmative, and who says so?' });
  await answer(first.page);
  await first.page.getByRole('button', { name: 'Share link' }).click();
  await first.page.getByText('Link copied').waitFor();
  const link = first.page.url();
  assert.equal(await first.page.evaluate(() => navigator.clipboard.readText()), link);
  await first.page.close();

  const second = await open(browser, { viewport: desktop });
  await second.page.goto(link);
  // It runs automatically.
  assert.match(await answer(second.page), /Perpres.131\/2015/);
  assert.deepEqual(second.faults, []);
  await second.page.close();
});

test('the documentation and the explorer open', async () => {
  const { page, faults } = await open(browser, { viewport: desktop });
  await page.goto(`${address}/playground`);
  await page.getByRole('button', { name: /Documentation Explorer/ }).click();
  await page.getByText('A GraphQL schema provides a root type').waitFor();
  await page.getByRole('button', { name: /GraphiQL Explorer/ }).click();
  await page.locator('.docExplorerWrap, .graphiql-explorer-root').first().waitFor();
  assert.deepEqual(faults, []);
  await page.close();
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds no serious fault, ${colorScheme}`, async () => {
    // The editors have the colours with which the page was opened.
    const { page } = await open(browser, { viewport: desktop, colorScheme });
    await page.goto(`${address}/playground`);
    await page.getByLabel('Example queries').selectOption({ index: 1 });
    await answer(page);
    for (const viewport of [desktop, phone]) {
      await page.setViewportSize(viewport);
      await assertAccessible(page, `playground at ${viewport.width}`);
    }
    await page.close();
  });
}
