// What every browser test needs: Debian's Chromium, a page that reports what a
// reader would trip over, and axe.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

/** The server with boundaries, and the one with points and boxes only. */
export const address = process.env.SENTRA_URL;
export const withoutBoundaries = process.env.SENTRA_URL_WITHOUT_BOUNDARIES;

export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

/** As Chromium runs where there is no graphics card: software draws WebGL, and puts the page together without it. */
export function launch() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-gpu-compositing',
      '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** How long a step may take, milliseconds; longer where many share the machine. */
const patience = Number(process.env.SENTRA_BROWSER_PATIENCE ?? 45_000);

/**
 * A page in a context of its own. `faults` gathers errors on the console, failed and foreign requests. Without WebGL the
 * map is a picture: what has nothing to do with the map is tested so, since software takes seconds to draw a map.
 */
export async function open(browser, { viewport = desktop, colorScheme = 'light', locale = 'en-GB', server = address, webgl = true, ...more } = {}) {
  const context = await browser.newContext({ viewport, colorScheme, locale, reducedMotion: 'reduce', acceptDownloads: true, permissions: ['clipboard-read', 'clipboard-write'], ...more });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  if (!webgl) {
    await page.addInitScript(() => {
      const get = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (kind, ...more) { return /webgl/.test(kind) ? null : get.call(this, kind, ...more); };
    });
  }
  const faults = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !aboutTheMachine(message.text()) && (webgl || !/WebGL/i.test(message.text()))) faults.push(`console: ${message.text().slice(0, 300)}`);
  });
  page.on('pageerror', (error) => faults.push(`page: ${error.stack ?? error}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:'].includes(url.protocol) && url.origin !== new URL(server).origin) faults.push(`foreign request: ${url}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
  });
  return { context, page, faults };
}

/** Makes a page's line one of 400 kbit/s with 400 ms latency. */
export async function slowLine(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: 400, downloadThroughput: 400_000 / 8, uploadThroughput: 400_000 / 8 });
}

/** Chromium speaks of the software renderer that a machine without a graphics card has. */
function aboutTheMachine(text) {
  return /GPU stall due to ReadPixels|software WebGL|Automatic fallback to software/i.test(text);
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails on what axe calls serious or critical. It runs beside the page's own policy. */
export async function assertAccessible(page, name, options = {}) {
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.enable');
  await session.send('Runtime.evaluate', { expression: axe });
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, ${JSON.stringify(options)}).then((r) => JSON.stringify(r.violations))`, awaitPromise: true, returnByValue: true,
  });
  const faults = JSON.parse(result.value).filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const told = faults.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.slice(0, 5).map((n) => `${n.target}: ${n.failureSummary}`).join('\n  ')}`).join('\n');
  assert.equal(faults.length, 0, `${name}: axe found\n${told}`);
}

/** Asks the API past the page. */
export async function ask(query, variables = {}) {
  const response = await fetch(`${address}/graphql`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ query, variables }),
  });
  const answer = await response.json();
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  return answer.data;
}

/** The text of a download. */
export async function downloaded(page, act) {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

/** The colours of a page's screenshot, as `at(x, y)` in pixels of the page. */
export async function colours(page) {
  const picture = (await page.screenshot()).toString('base64');
  // A page of its own decodes it: the map's may load no pictures from elsewhere.
  const decoder = await page.context().newPage();
  const { width, data } = await decoder.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    let text = '';
    for (let i = 0; i < data.length; i += 8192) text += String.fromCharCode(...data.subarray(i, i + 8192));
    return { width: image.width, data: btoa(text) };
  }, picture);
  await decoder.close();
  const bytes = Buffer.from(data, 'base64');
  return { at: (x, y) => [...bytes.subarray(4 * (Math.round(y) * width + Math.round(x)), 4 * (Math.round(y) * width + Math.round(x)) + 3)] };
}
