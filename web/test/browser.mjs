// What every browser test needs: Debian's Chromium, a page that reports faults, and axe.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

/** The server with boundaries, and the one with only points and boxes. */
export const address = process.env.SENTRA_URL;
export const withoutBoundaries = process.env.SENTRA_URL_WITHOUT_BOUNDARIES;

export const desktop = { width: 1440, height: 900 };
export const laptop = { width: 1280, height: 720 };
export const phone = { width: 390, height: 844 };

/** For tests of what a page does: a window of half of desktop's pixels is rendered in two thirds of the time. */
const small = { width: 1024, height: 640 };

/**
 * Chromium as on a machine without a graphics card: WebGL is rendered in software, and the page is composited without
 * it.
 */
export function launch() {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-gpu-compositing',
      '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** The timeout of a step in milliseconds; longer on a busy machine. */
const patience = Number(process.env.SENTRA_BROWSER_PATIENCE ?? 45_000);

/** What the pages of a browser share: their cache. A page needs a second less than in a context of its own. */
const shared = new WeakMap();

async function newContext(browser, options) {
  return browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', acceptDownloads: true, permissions: ['clipboard-read', 'clipboard-write'], ...options });
}

/**
 * A page, with nothing stored by earlier ones but their cache; with `context`, the options of a context of its own,
 * without that too. `faults` collects errors on the console, and failed or foreign requests. Without WebGL the map is a
 * picture: tests that do not need the map use this, since software rendering takes seconds.
 */
export async function open(browser, { viewport = small, colorScheme = 'light', server = address, webgl = true, context: own } = {}) {
  if (!own && !shared.has(browser)) shared.set(browser, newContext(browser));
  const context = await (own ? newContext(browser, own) : shared.get(browser));
  const page = await context.newPage();
  if (own) page.once('close', () => context.close());
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme });
  await forget(page, server);
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
  return { page, faults };
}

/** Clears what earlier pages stored: the theme, the playground's tabs. */
async function forget(page, server) {
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.clearDataForOrigin', { origin: new URL(server).origin, storageTypes: 'local_storage' });
  await session.detach();
}

/** Gives a page a connection with 400 kbit/s and 400 ms latency. */
export async function slowLine(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: 400, downloadThroughput: 400_000 / 8, uploadThroughput: 400_000 / 8 });
}

/** Whether Chromium's message is only about software rendering. */
function aboutTheMachine(text) {
  return /GPU stall due to ReadPixels|software WebGL|Automatic fallback to software/i.test(text);
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails for findings of axe that are serious or critical. It runs regardless of the page's own security policy. */
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

/** Queries the API without the page. */
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
  // A page of its own decodes it: the map's security policy allows no foreign pictures.
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
