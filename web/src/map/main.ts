// The map page: reads the address, queries the API, and has each part draw itself.
import workerAddress from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { preferredLanguage } from '../language';
import { saveFile } from '../savefile';
import { keepTheme, preferredTheme, type Theme } from '../theme';
import { ask, askAnew, askFirst, AskError, askIn, type Clusters, type Facets, forgetAnswers, type Frame, type NumberRow, type Numbers, type Present, type Provinces, type Regions, type Screening, told } from './api';
import type { ClusterMark, MapCanvas, RegionProperties } from './canvas';
import { createCard } from './card';
import { lastCovered, moments } from './days';
import { byId, h } from './dom';
import { createFilters, createSearch } from './filters';
import { frameAddress, frameQuery } from './frame';
import { boxPadding, closest, country, countryPadding, type Middle, middleAt, middleOf } from './framing';
import { scoreClasses } from './grounds';
import { drawLegend } from './legend';
import { createOpening } from './opening';
import { nameIn, type Page } from './page';
import { paletteOf } from './palette';
import { clustersQuestion, facetsQuestion, listQuestion, markedFilter, numbersQuestion, presentQuery, provincesQuery, regionFilter, regionsQuestion, scoresQuestion } from './questions';
import { refusalOf, refusalText } from './refusal';
import { answerOf, drawResults, howKnown, type Listed, status } from './results';
import { createRetry } from './retry';
import { boxOf } from './shapes';
import type { Sketch } from './sketch';
import type { StyleInput } from './style';
import { createTimeline } from './timeline';
import { subjectOf } from './title';
import { changed, formatView, isBare, type List, parseView, type View } from './view';
import { longDay, wordsOf } from './words';

const embedded = location.pathname.endsWith('/embed');
const systemDark = matchMedia('(prefers-color-scheme: dark)');

/** An embedded map has its own theme; on the page itself the reader's choice applies. */
const framedTheme = new URLSearchParams(location.search).get('theme');
let theme: Theme = embedded ? framedTheme === 'light' || framedTheme === 'dark' ? framedTheme : null : preferredTheme();
let view: View = parseView(location.search, preferredLanguage);
let map: MapCanvas | undefined;
let frame: Frame;
let page: Page;
let listed: Listed;
let counts: Partial<Record<List, number>> = {};
let matching: string[] | undefined;
/** The numbers for the colours, by code; undefined if those of the tiles are used. */
let numbers: Map<string, NumberRow> | undefined;
/** The scores of a screening by code; undefined if none is shown. */
let scores: Map<string, { lower: number; upper: number }> | undefined;
/** Whether the map shows the present view, and not an earlier one. */
let current = false;
/** Why the map can only be a picture. */
let missing: 'code' | 'WebGL' | undefined;
/** The picture of the map's regions, until the map is loaded or if it cannot be. */
let sketch: Sketch | undefined;
/** Settles when the card shows the present view. */
let cardDrawn: Promise<void> = Promise.resolve();
/** Counts the draws, so that a late answer does not overwrite a later view. */
let turn = 0;

const dark = () => theme === null ? systemDark.matches : theme === 'dark';

const say = (text: string) => { byId('live').textContent = text; };

/** The page's head has the address of its first view, which browsers share instead of the present one. */
const leaveFirstView = () => document.querySelector('link[rel="canonical"]')?.remove();

/**
 * Changes the view: with `quietly` without a history entry, and unless `looking` is false showing what was selected.
 */
function change(changes: Partial<View>, quietly = false, looking = true) {
  view = changed(view, changes);
  leaveFirstView();
  if (!embedded) {
    const address = `${location.pathname}${formatView(view)}`;
    if (quietly) history.replaceState(null, '', address);
    else if (address !== location.pathname + location.search) history.pushState(null, '', address);
  }
  draw(quietly).then(() => { if ('camera' in changes) map?.jump(changes.camera); else if (looking && current && (changes.province || changes.area)) look(); }).catch(fail);
}

/** Shows a message over the map, which has none while it shows the present view. */
function tellMap(state: 'ready' | 'loading' | 'waiting' | 'partly' | 'blank' | 'picture', ...text: (string | Node)[]) {
  byId('stage').dataset.state = state;
  const notice = byId('notice');
  notice.hidden = state === 'ready';
  notice.replaceChildren(...text);
}

/** Removes everything from the map that belongs to another view. */
function blankMap(...text: (string | Node)[]) {
  current = false;
  matching = numbers = scores = undefined;
  map?.show(styleInput());
  map?.showArea(undefined);
  sketch?.clear();
  delete byId('map').dataset.provinces;
  tellMap('blank', ...text);
}

function fail(error: unknown) {
  const reason = error instanceof Error ? error : new Error(String(error));
  if (!(reason instanceof AskError)) console.error(reason);
  listed = reason;
  counts = {};
  const words = wordsOf(view.lang);
  const later = reason instanceof AskError && reason.later;
  document.documentElement.dataset.state = 'failed';
  const again = () => h('button', { type: 'button', onclick: actions.retry }, words.retry);
  if (!page) {
    // Not even the first query succeeded.
    byId('results').replaceChildren(h('p', { className: 'empty', role: 'alert' }, words.failed, ' ', told(words, reason), ' ', again()));
    tellMap('blank', words.failed, ' ', told(words, reason), ' ', again());
  } else {
    blankMap(words.mapNotLoaded(longDay(page.day, view.lang)), ' ', later ? again() : '');
    if (embedded) byId('tagline').textContent = `${words.failed} ${told(words, reason)}`;
    else drawResults(byId('results'), page, listed, counts, actions);
  }
  say(`${words.failed} ${told(words, reason)}`);
  if (later) retry.later();
}

/** Retries requests that failed because of the server or the network. */
const retry = createRetry(() => { actions.retry(); });
const retryCard = createRetry(() => drawCard());
/** Retries tiles that failed. */
const retryTiles = createRetry(() => map?.reload());

const timeline = createTimeline(byId('timeline'));
const card = createCard(byId('card'), { zoomTo: (box) => map?.fit(box), reveal: (box) => map?.reveal(box) });
const opening = createOpening(byId('opening'), isBare(location.search));
const filters = createFilters(byId('filters'), {
  begin: (kind) => { map?.draw(kind); return map !== undefined; },
  finish: () => map?.finishDrawing(),
  cancel: () => map?.draw(undefined),
}, isBare(location.search));
/** Lists more clusters below those already listed. */
async function more() {
  const mine = turn;
  if (!listed || listed instanceof Error) return;
  if (listed.screening) {
    listed = { ...listed, all: true };
    drawResults(byId('results'), page, listed, counts, actions);
    return;
  }
  if (!listed.clusters) return;
  const { nodes, pageInfo } = listed.clusters;
  const next = await ask<Clusters>(clustersQuestion(view, page.day, pageInfo.endCursor ?? undefined));
  if (mine !== turn) return;
  if (next.dataset.version !== frame.dataset.version) { await renew(); return; }
  listed = { clusters: { ...next.clusters, nodes: [...nodes, ...next.clusters.nodes] } };
  drawResults(byId('results'), page, listed, counts, actions);
  say(page.words.counted.clusters(listed.clusters!.nodes.length));
}

/** The sources of what the map shows. */
const attribution = () => {
  const { words, licences } = { words: wordsOf(view.lang), licences: frame.dataset.licences };
  const boundaries = licences.find(({ part }) => part.includes('boundaries'));
  return [boundaries && `${words.boundariesBy}: wilayah_boundaries (${boundaries.name})`, words.neighboursBy].filter(Boolean).join(' · ');
};

/** Saves a self-explanatory picture of what the page shows. */
async function savePicture(kind: 'png' | 'svg') {
  const { words, day } = page;
  if (!map || !current || !listed || listed instanceof Error) { say(words.downloadOff); return; }
  const { legendOf, toPNG, toSVG } = await import('./picture');
  await map.idle();
  const answer = listed.clusters ?? listed.screening?.screening ?? listed.regions?.regions, found = answerOf(page, listed);
  const caption = {
    title: `${subjectOf(page)}, ${longDay(day, view.lang)}`,
    answer: [`${words.counted[view.list](answer?.totalCount ?? 0)}${found.names ? `: ${found.names}` : ''}${howKnown(words, found) ? ` (${howKnown(words, found)!.textContent})` : ''}`, answer?.notCoveredCount ? words.moreNotCovered(answer.notCoveredCount) : ''].filter(Boolean).join('; '),
    source: `${words.cite(location.href)} · ${words.recordOf(frame.dataset.version)} · ${attribution()}`,
    legend: legendOf(page, dark()),
  };
  saveFile(`sentra-${view.list}-${day}.${kind}`, '', kind === 'png' ? await toPNG(map.pixels(), caption, dark()) : toSVG(map.drawn(), caption, dark()));
}

/** Opens a dialogue, whose code is loaded only then. */
function openDialog(show: (dialogs: typeof import('./dialogs')) => void | Promise<void>) {
  import('./dialogs').then(show).catch((error: Error) => say(`${page.words.failed} ${told(page.words, error)}`));
}

const actions = {
  more: () => { more().catch(fail); },
  gaps: () => { openDialog(({ showGaps }) => showGaps(page)); },
  showQuery: () => { openDialog(({ showQuery }) => showQuery(page, listQuestion(view, page.day))); },
  share: () => {
    const button = byId('share');
    navigator.clipboard.writeText(location.href).then(() => { button.textContent = page.words.shared; say(page.words.shared); }, () => {});
  },
  embed: () => { openDialog(({ showEmbed }) => showEmbed(page, map?.camera())); },
  picture: (kind: 'png' | 'svg') => savePicture(kind),
  retry: () => { (frame ? draw() : begin()).catch(fail); },
};

/**
 * The address of the day's tiles. The fragment does not reach the server: it makes tiles of another version of the
 * record different for the map.
 */
function tilesAddress(): string | undefined {
  if (!current || frame.dataset.boundaries === 'NONE') return undefined;
  return `${new URL('tiles/', document.baseURI).href}{z}/{x}/{y}.mvt?asOf=${page.day}&layers=provinces,regencies,borders,labels#${frame.dataset.version}`;
}

/** The address of the tiles with the marks of the view's clusters. */
function marksAddress(): string | undefined {
  // Regions without known clusters have none to mark.
  if (!current || view.hosts === 'false') return undefined;
  const filter = markedFilter(view, matching);
  return `${new URL('tiles/', document.baseURI).href}{z}/{x}/{y}.mvt?asOf=${page.day}&layers=marks${filter ? `&clusterFilter=${encodeURIComponent(JSON.stringify(filter))}` : ''}#${frame.dataset.version}`;
}

/** The numbers for the colours. */
function regionCounts(): Record<string, number> | undefined {
  if (scores) return Object.fromEntries([...scores].map(([code, score]) => [code, scoreClasses(score).from]));
  return numbers && Object.fromEntries([...numbers].map(([code, { status, value }]) => [code, status === 'NO_DATA' ? -1 : value ?? 0]));
}

/** The bounding box of the selected area or province. */
const chosenBox = () => view.area ? boxOf(view.area) : page.provinces.find(({ code }) => code === view.province)?.bbox;
/** For scores that span several classes, the upper class. */
function scoreSpreads(): Record<string, number> | undefined {
  return scores && Object.fromEntries([...scores].map(([code, score]) => [code, scoreClasses(score)] as const).filter(([, { from, to }]) => from < to).map(([code, { to }]) => [code, to]));
}

/** Shows the province or area that was just selected. */
function look() {
  const box = chosenBox();
  if (box) map?.fit(box, true);
}

/** The height in pixels by which the legend covers the map's lower edge. */
const covered = () => embedded ? 0 : byId('legend').offsetHeight + 12;

/** The initial view of the map: from the address, or else of its subject. */
function firstMiddle(): Middle {
  const element = byId('map'), box = view.area ? boxOf(view.area) : card.about() ?? chosenBox();
  if (view.camera) return middleAt(view.camera, element);
  return box ? middleOf(box, element, boxPadding(element, covered()), closest) : middleOf(country, element, countryPadding(element, covered()), closest);
}

const loadSketch = () => import('./sketch');

/** Draws the picture of the regions while there is no map. */
async function drawSketch(mine: number) {
  await cardDrawn;
  const { createSketch } = await loadSketch();
  if (mine !== turn || map) return;
  sketch ??= createSketch(byId('map'));
  await Promise.race([sketch.show(styleInput(), firstMiddle()), new Promise((resolve) => { setTimeout(resolve, longestWait); })]);
  performance.mark('sentra:land');
  if (mine === turn) tellMissing();
}

/** Says why the map is only a picture. */
function tellMissing() {
  const words = wordsOf(view.lang);
  if (missing === 'WebGL') tellMap('picture', words.noMap);
  else if (missing === 'code') tellMap('picture', words.mapCode, ' ', h('button', { type: 'button', onclick: () => location.reload() }, words.reload));
}

function styleInput(): StyleInput {
  const name = dark() ? 'dark' : 'light';
  return {
    palette: paletteOf(dark()), theme: name, tiles: tilesAddress(), marks: marksAddress(), firstPhase: firstPhase(), lang: view.lang, colour: view.colour, level: view.list === 'provinces' ? 'provinces' : 'regencies', counts: regionCounts(), spreads: view.colour === 'count' ? scoreSpreads() : undefined, matching,
    selectedCode: view.selected?.kind === 'region' ? view.selected.key : undefined,
  };
}

/**
 * Draws the whole view: first what needs no answer, then each part with its own. While a reader drags the slider,
 * only a day at which it rests is queried.
 */
async function draw(passing = false) {
  const mine = ++turn;
  retry.stop();
  askIn(view.lang);
  const day = view.day || frame.provinces.asOf;
  const words = wordsOf(view.lang);
  const refusal = refusalOf(view, frame);
  page = { view, words, frame, moments: moments(frame), day, refusal, provinces: page?.provinces ?? [], facets: page?.facets, change, say };
  document.documentElement.lang = view.lang;
  document.title = `${subjectOf(page)}, ${longDay(day, view.lang)} – Sentra`;
  byId('skip').textContent = words.skip;
  if (!embedded) byId('tagline').textContent = words.tagline;
  document.documentElement.dataset.state = 'asking';
  delete byId('map').dataset.provinces;
  drawTools();
  timeline.draw(page);
  drawLegend(byId('legend'), page, embedded);
  if (!embedded) {
    opening.draw(page);
    filters.draw(page);
    drawPages();
  }
  drawCard();
  if (refusal) {
    refuse();
    return;
  }
  map?.showArea(view.area);
  // The previous map stays for a moment to avoid flicker; after that a message says that it is not up to date.
  const waiting = setTimeout(() => { if (mine === turn) tellMap('waiting', words.loadingDay(longDay(day, view.lang))); }, 400);
  try {
    if (passing) await new Promise((resolve) => { setTimeout(resolve, 120); });
    if (mine !== turn) return;
    if (!map) loadSketch().catch(() => {}); // It is loaded by the time of the answer.
    const [provinces, clusters, regions, counted, screening] = await Promise.all([
      ask<Provinces>({ query: provincesQuery, variables: { asOf: day } }),
      view.list === 'clusters' ? ask<Clusters>(clustersQuestion(view, day)) : undefined,
      view.list === 'clusters' || view.list === 'screening' ? undefined : ask<Regions>(regionsQuestion(view, day)),
      view.list !== 'screening' && view.colour === 'count' && markedFilter(view) ? ask<Numbers>(numbersQuestion(view, day)) : undefined,
      view.list === 'screening' ? ask<Screening>(scoresQuestion(view, day)) : undefined,
    ]);
    if (mine !== turn) return;
    if ([provinces, clusters, regions, counted, screening].some((answer) => answer && answer.dataset.version !== frame.dataset.version)) {
      await renew();
      return;
    }
    retry.succeeded();
    page.provinces = provinces.regions.nodes;
    matching = regions && (regions.hosts || Object.keys(regionFilter(view)).length > 1) ? withoutHosts(regions).regions.nodes.map(({ code }) => code) : undefined;
    numbers = counted && new Map(counted.choropleth.rows.map((row) => [row.key, row]));
    scores = screening && new Map(screening.scores.rows.map(({ region, lower, upper }) => [region.code, { lower, upper }]));
    if (screening && Object.keys(regionFilter(view)).length > 1) matching = screening.screening.rows.map(({ region }) => region.code);
    listed = { clusters: clusters?.clusters, regions: regions && withoutHosts(regions), screening };
    const list = clusters?.clusters ?? screening?.screening ?? listed.regions!.regions;
    page.codes = regions?.hosts && listed.regions!.regions.nodes.map(({ code }) => code);
    counts = { [view.list]: list.totalCount };
    current = true;
    if (embedded) drawEmbedded();
    else {
      filters.draw(page);
      drawResults(byId('results'), page, listed, counts, actions);
    }
    say([words.counted[view.list](list.totalCount), list.notCoveredCount ? words.moreNotCovered(list.notCoveredCount) : ''].filter(Boolean).join('; '));
    if (map) map.show(styleInput());
    document.documentElement.dataset.state = 'answered';
    performance.mark('sentra:answered');
    if (!map && (missing || !await mapCodeSoon())) await drawSketch(mine);
    if (!embedded) countFacets(mine).catch(() => {}); // Without them the filters have no numbers.
    await tellDrawn(mine);
  } catch (error) {
    // An error for an earlier view does not matter.
    if (mine === turn) throw error;
  } finally {
    clearTimeout(waiting);
  }
}

/** Counts the results of the other filter choices, after the list itself. */
async function countFacets(mine: number) {
  page.facets = undefined;
  const { clusterFacets, dataset } = await ask<Facets>(facetsQuestion(view, page.day));
  if (mine !== turn || dataset.version !== frame.dataset.version) return;
  page.facets = new Map(clusterFacets.facets.map(({ kind, values }) => [kind, new Map(values.map(({ value, count }) => [value, count]))]));
  filters.draw(page);
}

/** A list of regions without those that host, if the answer has them. */
function withoutHosts(regions: Regions): Regions {
  if (!regions.hosts) return regions;
  const hosts = new Set(regions.hosts.nodes.map(({ code }) => code));
  const rest = <T extends { code: string }>(all: T[]) => all.filter(({ code }) => !hosts.has(code));
  const nodes = rest(regions.regions.nodes), notCovered = rest(regions.regions.notCovered);
  return { ...regions, regions: { nodes, notCovered, totalCount: nodes.length, notCoveredCount: notCovered.length } };
}

/** If the card fails, it says so itself and the table stays. */
function drawCard() {
  retryCard.stop();
  const open = !byId('card').hidden;
  cardDrawn = card.draw(page).then(() => {
    retryCard.succeeded();
    // Opening or closing the card moves the middle of the uncovered part.
    if (map && view.camera && open === byId('card').hidden) keepCamera(map.camera());
  }, (error: unknown) => { if (error instanceof AskError && error.later) retryCard.later(); });
}

/** Says that the view has no answer, and shows none. */
function refuse() {
  listed = undefined;
  counts = {};
  if (embedded) byId('tagline').textContent = refusalText(page);
  else drawResults(byId('results'), page, listed, counts, actions);
  blankMap(page.words.mapNothing);
  say(refusalText(page));
  document.documentElement.dataset.state = 'refused';
}

/** The record or the day has changed: cached answers are no longer valid. */
async function renew() {
  forgetAnswers();
  frame = await askAnew<Frame>({ query: frameQuery, variables: {} });
  await draw();
}

/** Checks whether the record or the day has changed since the page was drawn. */
async function lookForChanges() {
  if (document.hidden || !frame) return;
  const { dataset, today } = await askAnew<Present>({ query: presentQuery, variables: {} });
  if (dataset.version !== frame.dataset.version || today.asOf !== frame.provinces.asOf) await renew();
}

/** Sets attributes on the map's element with the provinces that it draws, for tests. */
async function tellDrawn(mine: number) {
  await map?.idle();
  if (!map || mine !== turn || !current) return;
  if (byId('stage').dataset.state !== 'partly') tellMap('ready');
  byId('map').dataset.provinces = map.drawnCodes('provinces').join(' ');
}

/** Some tiles of the map failed to load. */
function tilesFailed() {
  if (!current) return;
  const { words } = page;
  tellMap('partly', words.mapPartly(longDay(page.day, view.lang)), ' ', h('button', { type: 'button', onclick: () => map?.reload() }, words.retry));
  retryTiles.later();
}

/** All tiles are loaded again. */
function tilesLoaded() {
  retryTiles.succeeded();
  if (!current || byId('stage').dataset.state !== 'partly') return;
  tellMap('ready');
  tellDrawn(turn).catch(() => {}); // Only tests read it.
}

const firstPhase = () => frame?.phases[0]?.key ?? '';

/** The content of the popup: the name, and the meaning of its colours. */
function hint(found: RegionProperties | ClusterMark): Node {
  const { words } = page;
  if ('count' in found) {
    const { count, phase, status: stands, place, name, nameId, product, productId } = found;
    const title = name ? nameIn(view, { name, nameId }) : place ?? words.severalPlaces;
    const what = !name && product ? nameIn(view, { name: product, nameId: productId }) : '';
    return h('div', {}, h('strong', {}, title), count > 1 ? h('span', {}, [words.counted.clusters(count), what].filter(Boolean).join(': ')) : null,
      h('span', {}, phase ? `${words.phase} ${phase.replaceAll('-', '–')}` : stands === 'PLANNED' ? words.planned : ''));
  }
  const number = numbers?.get(found.code);
  const { affirmative, disadvantaged, border } = found;
  return h('div', {}, h('strong', {}, found.name),
    // A province itself is not affirmative.
    found.kind === 'PROVINCE' ? null : h('span', {}, `${words.status}: `, status(words, { answer: affirmative, disadvantaged: { answer: disadvantaged }, border: { answer: border } })),
    scores ? h('span', {}, scores.has(found.code) ? `${words.scoreFrom}: ${Math.round(scores.get(found.code)!.lower * 100)}–${Math.round(scores.get(found.code)!.upper * 100)}` : '')
      : !numbers ? found.clusterCount ? h('span', {}, words.counted.clusters(found.clusterCount)) : null
      : h('span', {}, `${words.countMatching}: `, !number || number.status === 'NO_DATA' ? words.countNoData : number.notCoveredCount ? words.atLeast(number.value ?? 0) : String(number.value)));
}

function drawTools() {
  const { words } = page;
  const tools = byId('tools');
  if (embedded) {
    tools.replaceChildren(h('a', { className: 'button', id: 'open-full', target: '_blank', href: `./${formatView(view)}` }, words.openFull));
    return;
  }
  const search = tools.querySelector('.search') ?? createSearch(() => page);
  const field = search.querySelector('input')!;
  field.placeholder = words.search;
  field.setAttribute('aria-label', words.search);
  const language = (lang: View['lang'], text: string, name: string) => h('button', { type: 'button', id: `lang-${lang}`, lang, title: name, 'aria-label': `${text}, ${name}`, 'aria-pressed': String(view.lang === lang), onclick: () => change({ lang }) }, text);
  const shade = (value: Theme, text: string) => h('option', { value: value ?? '', selected: theme === value }, text);
  const hadFocus = document.activeElement?.id;
  const rest = h('div', { className: 'switches' },
    h('div', { className: 'segments', role: 'group', 'aria-label': words.language }, language('en', 'EN', 'English'), language('id', 'ID', 'Bahasa Indonesia')),
    h('select', { id: 'theme', 'aria-label': words.theme, onchange: (event: Event) => setTheme((event.target as HTMLSelectElement).value as 'light' | 'dark' | '' || null) },
      shade(null, words.themeSystem), shade('light', words.themeLight), shade('dark', words.themeDark)),
    h('a', { className: 'button', id: 'about', href: `${view.lang}/about` }, words.about), h('a', { className: 'button developers', href: `${view.lang}/developers` }, words.developers), h('a', { className: 'button', href: `playground?lang=${view.lang}` }, words.playground));
  tools.querySelector('.switches')?.remove();
  if (!search.isConnected) tools.replaceChildren(search);
  tools.append(rest);
  if (hadFocus && hadFocus !== 'search') tools.querySelector<HTMLElement>(`#${CSS.escape(hadFocus)}`)?.focus();
}

/** Links to the other pages, on the day of the map. */
function drawPages() {
  const { words, refusal } = page, day = view.day && !refusal ? `?asOf=${view.day}` : '';
  const links = Object.entries(words.pages).map(([address, text]) => h('li', {}, h('a', { href: `${view.lang}/${address}${/^(regions|clusters)$/.test(address) ? day : ''}` }, text)));
  byId('pages').setAttribute('aria-label', words.pagesTitle);
  byId('pages').replaceChildren(h('ul', {}, links, h('li', {}, h('a', { href: `playground?lang=${view.lang}` }, words.playground)), h('li', {}, h('a', { href: 'licences.txt' }, words.codeLicences))));
}

/** The line above an embedded map with its title. */
function drawEmbedded() {
  const { words, day } = page;
  if (!listed || listed instanceof Error) return;
  const answer = listed.clusters ?? listed.screening?.screening ?? listed.regions?.regions;
  if (!answer) return;
  const found = answerOf(page, listed);
  // How it is known is said of what was found, not of what cannot be judged.
  const known = howKnown(words, found);
  byId('tagline').replaceChildren(`${subjectOf(page)}, ${longDay(day, view.lang)}: ${found.names ?? words.counted[view.list](answer.totalCount)}`, ...known ? [' ', known] : [], answer.notCoveredCount ? `; ${words.moreNotCovered(answer.notCoveredCount)}` : '');
}

function setTheme(next: Theme) {
  theme = next;
  keepTheme(next);
  showTheme();
}

function showTheme() {
  document.documentElement.dataset.theme = dark() ? 'dark' : 'light';
  if (map) map.show(styleInput());
}

/** Set-up that does not depend on the API. */
function prepare() {
  document.documentElement.dataset.page = embedded ? 'embed' : 'map';
  document.documentElement.dataset.theme = dark() ? 'dark' : 'light';
  systemDark.addEventListener('change', showTheme);
  addEventListener('popstate', () => {
    const before = view.camera;
    view = parseView(location.search, preferredLanguage);
    leaveFirstView();
    if (frame) draw().then(() => cardDrawn).then(() => { if (JSON.stringify(before) !== JSON.stringify(view.camera)) map?.jump(view.camera); }).catch(fail);
  });
  const check = () => { lookForChanges().catch(() => {}); }; // On failure it is retried at the next check.
  setInterval(check, 60_000);
  document.addEventListener('visibilitychange', check);
  addEventListener('focus', check);
  addEventListener('offline', tellLine);
  addEventListener('online', () => { tellLine(); check(); });
}

/** While offline, says that what is shown was loaded before. */
function tellLine() {
  const line = byId('line');
  line.hidden = navigator.onLine;
  line.textContent = navigator.onLine ? '' : wordsOf(view.lang).offline;
}

async function begin() {
  frame = await askFirst<Frame>(frameAddress);
  if (isBare(location.search)) {
    // Start on a day that has a complete list.
    view = changed(view, { day: lastCovered(frame.dataset.designationCoverage, frame.provinces.asOf) ?? '' });
    if (!embedded) history.replaceState(null, '', `${location.pathname}${formatView(view)}`);
  }
  await draw().catch(fail);
  if (!map) await beginMap();
}

/** Whether the network or the machine is so slow that only what is read and seen first should be loaded. */
const slow = performance.now() > 1000;
/** How long the map's code waits for the regions, in milliseconds. */
const longestWait = 8000;

let canvas: Promise<typeof import('./canvas')> | undefined;

function loadMap() {
  if (canvas) return canvas;
  canvas = import('./canvas');
  canvas.catch(() => {}); // The error is handled where the map is made.
  // MapLibre requests its worker only once it runs, which is late on a slow line.
  fetch(new URL(workerAddress, document.baseURI), { priority: 'low' }).catch(() => {});
  return canvas;
}

/** Whether MapLibre is loaded or nearly so: then a picture would only delay the map. */
async function mapCodeSoon(): Promise<boolean> {
  if (slow) return false;
  return Promise.race([loadMap().then(() => true, () => false), new Promise<boolean>((resolve) => { setTimeout(() => resolve(false), 1000); })]);
}

async function beginMap() {
  if (current) tellMap('loading', wordsOf(view.lang).loadingMap);
  showFonts('sans');
  const code = await loadMap().catch(() => undefined);
  // The map draws its names once, with the fonts that are loaded by then.
  await document.fonts.load('12px "Sentra Sans"').catch(() => []);
  const { words } = page;
  if (!code) {
    showFonts('all');
    missing = 'code';
    addEventListener('online', () => location.reload());
    if (current) tellMissing();
    document.documentElement.dataset.map = 'none';
    return;
  }
  try {
    map = code.createMap(byId('map'), styleInput(), view.camera, words, {
      moved: (camera) => keepCamera(camera),
      selected: (selected) => change({ selected }),
      drawn: (area) => {
        filters.drawn();
        // The reader who drew it sees it already.
        if (area) change({ area }, false, false);
        else draw().catch(fail);
      },
      hint, tilesFailed, tilesLoaded,
    }, attribution(), covered, embedded);
    byId('stage').dataset.sketch = '';
    if (current) map.showArea(view.area);
    await cardDrawn;
    const about = card.about();
    if (view.camera) map.jump(view.camera);
    else if (current && about && !view.area) map.fit(about, true);
    else if (current) look();
    await tellDrawn(turn);
    sketch?.remove();
    delete byId('stage').dataset.sketch;
    performance.mark('sentra:map');
  } catch (error) {
    missing = 'WebGL';
    byId('map').replaceChildren();
    delete byId('stage').dataset.sketch;
    console.error(error);
    if (current) await drawSketch(turn);
  }
  showFonts('all');
  document.documentElement.dataset.map = 'ready';
}

/** The camera is part of the address but changes nothing else on the page. */
function keepCamera(camera: View['camera']) {
  view = changed(view, { camera });
  leaveFirstView();
  if (page) page.view = view;
  if (!embedded) history.replaceState(null, '', `${location.pathname}${formatView(view)}`);
}

/** Which of the page's own fonts to load: on a slow line none at first. */
function showFonts(which: 'sans' | 'all') {
  document.documentElement.dataset.fonts = which;
}

prepare();
if (!slow) {
  showFonts('all');
  loadMap();
}
begin().catch(fail);
