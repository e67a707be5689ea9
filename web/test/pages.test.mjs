// The pages that the server renders, as readers use them: with a screen reader, in dark mode, without scripts, on a
// slow line, on paper.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, assertAccessible, desktop, launch, open, phone, slowLine } from './browser.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const region = '/en/regions/94.06?asOf=2017-12-25';

test('pages are accessible, in the light and in the dark', async () => {
  const { page, faults } = await open(browser);
  for (const path of [region, '/id/regions/33', '/id/clusters?page=2', '/en/compare?a=94.06&b=53.17', '/en/about', '/en/developers']) {
    await page.goto(address + path);
    for (const [colorScheme, viewport] of [['light', desktop], ['dark', phone]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await assertAccessible(page, `${path} at ${viewport.width}, ${colorScheme}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth), false, `${path} is wider than the window`);
    }
  }
  assert.deepEqual(faults, []);
  await page.close();
});

test('a region is light and quick: on a slow line, without scripts, it reads within three seconds', async () => {
  const { page, faults } = await open(browser, { viewport: phone, context: { javaScriptEnabled: false } });
  await slowLine(page);
  const begun = Date.now();
  await page.goto(address + region, { waitUntil: 'commit' });
  await page.getByRole('heading', { name: 'Sources' }).waitFor({ state: 'visible' });
  const took = Date.now() - begun;
  assert.ok(took < 3000, `it took ${took} ms`);
  console.log(`read whole after ${took} ms`);
  const text = await page.locator('main').innerText();
  for (const said of ['it counts as affirmative: disadvantaged', 'Designated by Perpres 131/2015', 'Kabupaten Mimika']) assert.ok(text.includes(said), `it does not say “${said}”`);
  // Another day, with a form and without a script.
  await page.getByLabel('Day').fill('2026-11-01');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByText('is a regency in Papua Tengah').waitFor();
  assert.deepEqual(faults, []);
  await page.close();
});

test('a region fits on paper', async () => {
  const { page } = await open(browser, { colorScheme: 'dark', viewport: { width: 680, height: 960 } });
  await page.goto(address + region);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
  assert.equal(await page.locator('nav').first().isVisible(), false);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth), false);
  await page.close();
});
