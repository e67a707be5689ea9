// The map page: reads the address, asks the API, and has each part draw itself.
import { keepTheme, preferredTheme, type Theme } from '../theme';
import { ask, type Clusters, type Frame, type Provinces, type Regions } from './api';
import type { MapCanvas, RegionProperties } from './canvas';
import { createCard } from './card';
import { momentAt, moments, today } from './days';
import { showEmbed, showQuery } from './dialogs';
import { byId, h } from './dom';
import { createFilters, createSearch } from './filters';
import { drawLegend } from './legend';
import { nameIn, type Page } from './page';
import { paletteOf } from './palette';
import { clusterFilter, clustersQuestion, frameQuery, provincesQuery, regionFilter, regionsQuestion } from './questions';
import { drawResults, type Listed, status } from './results';
import { boxOf } from './shapes';
import type { StyleInput } from './style';
import { createTimeline } from './timeline';
import { formatView, type List, parseView, type View } from './view';
import { longDay, wordsOf } from './words';

const embedded = location.pathname.endsWith('/embed');
const preferredLanguage = navigator.language.startsWith('id') ? 'id' : 'en';
const systemDark = matchMedia('(prefers-color-scheme: dark)');

/** An article chooses its own colours; a reader's choice holds on the page itself. */
const framedTheme = new URLSearchParams(location.search).get('theme');
let theme: Theme = embedded ? framedTheme === 'light' || framedTheme === 'dark' ? framedTheme : null : preferredTheme();
let view: View = parseView(location.search, preferredLanguage);
let map: MapCanvas | undefined;
let frame: Frame;
let page: Page;
let listed: Listed;
let counts: Partial<Record<List, number>> = {};
/** The rows last shown, for what hovering tells. */
let clusterRows: Clusters['clusters']['nodes'] = [];
let matching: string[] | undefined;
/** Counts the drawings, so that a late answer does not overwrite a later view. */
let turn = 0;

const dark = () => theme === null ? systemDark.matches : theme === 'dark';

const say = (text: string) => { byId('live').textContent = text; };

/** Changes the view; quietly without a step of history, and unless told otherwise looking at what is then chosen. */
function change(changes: Partial<View>, quietly = false, looking = true) {
  view = { ...view, ...changes };
  if (!embedded) {
    const address = `${location.pathname}${formatView(view)}`;
    if (quietly) history.replaceState(null, '', address);
    else if (address !== location.pathname + location.search) history.pushState(null, '', address);
  }
  draw(quietly).then(() => { if (looking && (changes.province || changes.area)) look(); }).catch(fail);
}

function fail(error: unknown) {
  listed = error instanceof Error ? error : new Error(String(error));
  if (page && !embedded) drawResults(byId('results'), page, listed, counts, actions);
  document.documentElement.dataset.state = 'failed';
}

const timeline = createTimeline(byId('timeline'));
const card = createCard(byId('card'), { zoomTo: (box) => map?.fit(box), reveal: (box) => map?.reveal(box) });
const filters = createFilters(byId('filters'), {
  begin: (kind) => { map?.draw(kind); return map !== undefined; },
  finish: () => map?.finishDrawing(),
  cancel: () => map?.draw(undefined),
});
const actions = {
  showQuery: () => showQuery(page, view.list === 'clusters' || page.beforeRecord ? clustersQuestion(page.asked, page.beforeRecord) : regionsQuestion(view)),
  share: () => {
    const button = byId('share');
    navigator.clipboard.writeText(location.href).then(() => { button.textContent = page.words.shared; say(page.words.shared); }, () => {});
  },
  embed: () => showEmbed(page),
  retry: () => { draw().catch(fail); },
};

/** The regions' tiles of the day; the day is that of the last change, so that tiles are the same until the next. */
function tilesAddress(): string | undefined {
  if (page.beforeRecord || frame.dataset.boundaries === 'NONE') return undefined;
  const since = momentAt(page.moments, page.day)?.day ?? page.day;
  return `${new URL('tiles/', document.baseURI).href}{z}/{x}/{y}.mvt?asOf=${since}&layers=provinces,regencies,borders,labels`;
}

/** How many of the filtered clusters each region holds. */
function regionCounts(): Record<string, number> | undefined {
  if (view.colour !== 'count' || !clusterFilter(view)) return undefined;
  const counted: Record<string, number> = {};
  for (const { regions } of clusterRows) {
    for (const code of new Set(regions.flatMap(({ code, parent }) => parent ? [code, parent.code] : [code]))) counted[code] = (counted[code] ?? 0) + 1;
  }
  return counted;
}

/** Shows the province or the area that was just chosen. */
function look() {
  const chosen = page.provinces.find(({ code }) => code === view.province)?.bbox;
  if (view.area) map?.fit(boxOf(view.area));
  else if (chosen) map?.fit(chosen);
}

function styleInput(): StyleInput {
  const name = dark() ? 'dark' : 'light';
  return {
    palette: paletteOf(dark()), theme: name, tiles: tilesAddress(), colour: view.colour, level: view.list === 'provinces' ? 'provinces' : 'regencies', counts: regionCounts(), matching,
    selectedCode: view.selected?.kind === 'region' ? view.selected.key : undefined,
  };
}

/**
 * Draws all that the view asks for: first what needs no answer, then each part with its own. While a reader drags
 * the slider through many days, only one at which it rests is asked for.
 */
async function draw(passing = false) {
  const mine = ++turn;
  const day = view.day || today();
  const beforeRecord = day < frame.dataset.regionsFrom;
  const words = wordsOf(view.lang);
  // Before the record the API knows no day: then the phases that had begun are asked for.
  const begun = frame.phases.filter(({ from }) => from.slice(0, 4) <= day.slice(0, 4));
  const asked = beforeRecord && !view.phase && begun.length === 1 ? { ...view, phase: begun[0].key } : view;
  page = { view, asked, words, frame, moments: page?.moments ?? moments(frame), day, beforeRecord, provinces: page?.provinces ?? [], change, say };
  document.documentElement.lang = view.lang;
  document.title = words.title;
  byId('skip').textContent = words.skip;
  if (!embedded) byId('tagline').textContent = words.tagline;
  document.documentElement.dataset.state = 'asking';
  delete byId('map').dataset.provinces;
  drawTools();
  timeline.draw(page);
  drawLegend(byId('legend'), page, embedded);
  if (!embedded) filters.draw(page);
  // A card that fails leaves the table as it is.
  card.draw(page).catch((error: unknown) => say(`${words.failed} ${error instanceof Error ? error.message : String(error)}`));
  map?.showArea(view.area);

  if (passing) await new Promise((resolve) => { setTimeout(resolve, 120); });
  if (mine !== turn) return;
  const provinceDay = beforeRecord ? frame.dataset.regionsFrom : view.day || undefined;
  const [provinces, clusters, regions] = await Promise.all([
    ask<Provinces>({ query: provincesQuery, variables: { asOf: provinceDay } }),
    ask<Clusters>(clustersQuestion(asked, beforeRecord)),
    view.list === 'clusters' || beforeRecord ? undefined : ask<Regions>(regionsQuestion(view)),
  ]);
  if (mine !== turn) return;
  page.provinces = provinces.regions.nodes;
  // Of a phase chosen by the reader that had not begun, there is none.
  const none = beforeRecord && view.phase !== '' && !begun.some(({ key }) => key === view.phase);
  clusterRows = none ? [] : clusters.clusters.nodes;
  const filtered = Object.keys(regionFilter(view)).length > 1;
  matching = regions && filtered ? regions.regions.nodes.map(({ code }) => code) : undefined;
  listed = { clusters: { ...clusters.clusters, totalCount: none ? 0 : clusters.clusters.totalCount, nodes: clusterRows }, regions: regions?.regions };
  counts = { clusters: listed.clusters?.totalCount, ...regions && { [view.list]: regions.regions.totalCount } };
  if (embedded) drawEmbedded();
  else {
    filters.draw(page);
    drawResults(byId('results'), page, listed, counts, actions);
  }
  const total = view.list === 'clusters' ? listed.clusters!.totalCount : regions?.regions.totalCount ?? 0;
  say(words.counted[view.list](total));
  if (map) {
    map.show(styleInput());
    map.showClusters(clusterRows, laterPhase());
  }
  document.documentElement.dataset.state = 'answered';
  performance.mark('sentra:answered');
  await tellDrawn(mine);
}

/** Notes on the map's element which provinces it draws, for those who check it without seeing it. */
async function tellDrawn(mine: number) {
  await map?.idle();
  if (map && mine === turn) byId('map').dataset.provinces = map.drawnCodes('provinces').join(' ');
}

const laterPhase = () => frame.phases.at(-1)?.key ?? '';

/** What hovering tells: the name, and what the colours say of it. */
function hint(found: RegionProperties | { id: string }): Node {
  const { words } = page;
  if ('id' in found) {
    const row = clusterRows.find(({ id }) => id === found.id);
    return h('div', {}, h('strong', {}, row ? nameIn(view, row) : ''), h('span', {}, row ? row.phases.map(({ key }) => `${words.phase} ${key.replace('-', '–')}`).join(', ') : ''));
  }
  return h('div', {}, h('strong', {}, found.name), h('span', {}, `${words.status}: `, status(words, found)), found.clusterCount ? h('span', {}, words.counted.clusters(found.clusterCount)) : null);
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
    h('a', { className: 'button', href: 'playground' }, words.playground));
  tools.querySelector('.switches')?.remove();
  if (!search.isConnected) tools.replaceChildren(search);
  tools.append(rest);
  if (hadFocus && hadFocus !== 'search') tools.querySelector<HTMLElement>(`#${CSS.escape(hadFocus)}`)?.focus();
}

/** The line above a map in an article says what it shows. */
function drawEmbedded() {
  const { words, day } = page;
  const total = view.list !== 'clusters' && listed && !(listed instanceof Error) ? listed.regions?.totalCount : undefined;
  byId('tagline').textContent = `${words.counted[view.list](total ?? clusterRows.length)} ${words.onDay(longDay(day, view.lang))}`;
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

async function begin() {
  document.documentElement.dataset.page = embedded ? 'embed' : 'map';
  document.documentElement.dataset.theme = dark() ? 'dark' : 'light';
  systemDark.addEventListener('change', showTheme);
  addEventListener('popstate', () => {
    const before = view.camera;
    view = parseView(location.search, preferredLanguage);
    if (JSON.stringify(before) !== JSON.stringify(view.camera)) map?.jump(view.camera);
    draw().catch(fail);
  });
  // MapLibre comes while the API is asked.
  const canvas = import('./canvas');
  frame = await ask<Frame>({ query: frameQuery, variables: {} });
  await draw().catch(fail);
  try {
    const { createMap } = await canvas;
    const { words } = page;
    const boundaries = frame.dataset.licences.find(({ part }) => part.includes('boundaries'));
    map = createMap(byId('map'), styleInput(), view.camera, words, {
      moved: (camera) => keepCamera(camera),
      selected: (selected) => change({ selected }),
      drawn: (area) => {
        filters.drawn();
        // Who drew it sees it already.
        if (area) change({ area }, false, false);
        else draw().catch(fail);
      },
      hint,
    }, [boundaries && `${words.boundariesBy}: wilayah_boundaries (${boundaries.name})`, words.neighboursBy].filter(Boolean).join(' · '),
    () => embedded ? 0 : byId('legend').offsetHeight + 12);
    map.showArea(view.area);
    map.showClusters(clusterRows, laterPhase());
    const about = card.about();
    if (!view.camera) {
      look();
      if (about) map.reveal(about);
    }
    await tellDrawn(turn);
    performance.mark('sentra:map');
  } catch (error) {
    byId('map').replaceChildren(h('p', { className: 'empty' }, wordsOf(view.lang).noMap));
    console.error(error);
  }
  document.documentElement.dataset.map = 'ready';
}

/** The camera is part of the address but nothing is drawn for it. */
function keepCamera(camera: View['camera']) {
  view = { ...view, camera };
  if (page) page.view = view;
  if (!embedded) history.replaceState(null, '', `${location.pathname}${formatView(view)}`);
}

begin().catch(fail);
