// The table beside the map, with the same rows, and its actions.
import { type Answer, AskError, type ClusterRow, type Clusters, type Confidence, type NumberRow, type RegionRow, type Regions, type Screening, type Status, told } from './api';
import { h } from './dom';
import { nameIn, type Page } from './page';
import { exportAddress, pageSize, screened } from './questions';
import { drawLeftOut, drawRefusal } from './refusal';
import { drawScreening, explainScreening } from './screening';
import { titleOf } from './title';
import type { List, Selection } from './view';
import { grouped, longDay, type Words } from './words';

/** The list's answer; undefined while it is loading, an Error if it failed. */
export type Listed = { clusters?: Clusters['clusters']; regions?: Regions; screening?: Screening; all?: boolean } | Error | undefined;

/** The actions of the buttons above the table. */
export interface Actions { more(): void; gaps(): void; showQuery(): void; share(): void; embed(): void; picture(kind: 'png' | 'svg'): Promise<void>; retry(): void }

interface Column<Row> {
  key: string;
  title: (words: Words) => string;
  numeric?: boolean;
  /** The sort key. */
  value: (row: Row) => string | number;
  cell: (row: Row) => Node | string;
}

/** An answer with its colour, or that of the reason if given. */
const badge = (words: Words, answer: Answer, reason: 'DISADVANTAGED' | 'BORDER' | 'BOTH', text?: string) => h('span',
  { className: `answer ${(answer === 'YES' ? reason : answer).toLowerCase().replace('_', '-')}` }, text ?? (answer === 'YES' ? words[reason] : words[answer]));

/** Whether a region is affirmative, in the colour of the map, with the reason or the given text. */
export function status(words: Words, { answer, disadvantaged, border }: Status, text?: string): HTMLElement {
  return badge(words, answer, disadvantaged.answer === 'YES' ? border.answer === 'YES' ? 'BOTH' : 'DISADVANTAGED' : 'BORDER', text);
}

/** A remark on an answer that was not read in a published list. */
const doubt = (words: Words, { answer, confidence }: Status) => answer === 'YES' && confidence && confidence !== 'LISTED' ? h('small', { title: words[confidence] }, confidence === 'INFERRED' ? words.inferred : words.partial) : null;

/** The answer for one kind, in that kind's colour. */
export const kindStatus = (words: Words, kind: 'DISADVANTAGED' | 'BORDER', answer: Answer) => badge(words, answer, kind, words[answer]);

function clusterColumns({ view, words }: Page): Column<ClusterRow>[] {
  const place = (row: ClusterRow) => row.regions.map(({ name, parent }) => parent ? `${name}, ${parent.name}` : name).join('; ');
  // A cluster may be in several regencies, each with its own answer.
  const statuses = (row: ClusterRow) => row.regions.map(({ affirmative }) => status(words, affirmative));
  return [
    { key: 'name', title: (w) => w.product, value: (row) => row.products.map((p) => nameIn(view, p)).join(', '), cell: (row) => row.products.map((p) => nameIn(view, p)).join(', ') },
    { key: 'place', title: (w) => w.place, value: place, cell: place },
    { key: 'phase', title: (w) => w.phase, value: (row) => row.phases.map(({ key }) => key).join(', '), cell: (row) => row.phases.map(({ key }) => key.replace('-', '–')).join(', ') },
    { key: 'affirmative', title: (w) => w.status, value: (row) => statuses(row).map(({ textContent }) => textContent).join(', '), cell: (row) => h('span', { className: 'statuses' }, statuses(row)) },
  ];
}

const countColumn = (lang: 'en' | 'id'): Column<RegionRow> => ({ key: 'clusters', title: (w) => w.clusterCount, numeric: true, value: (row) => row.clusterCount, cell: (row) => grouped(row.clusterCount, lang) });

function regencyColumns({ view, words }: Page): Column<RegionRow>[] {
  return [
    { key: 'name', title: (w) => w.name, value: (row) => row.name, cell: (row) => row.name },
    { key: 'place', title: (w) => w.province, value: (row) => row.parent?.name ?? '', cell: (row) => row.parent?.name ?? '' },
    countColumn(view.lang),
    { key: 'affirmative', title: (w) => w.status, value: (row) => row.affirmative ? status(words, row.affirmative).textContent : '', cell: (row) => row.affirmative ? h('span', {}, status(words, row.affirmative), doubt(words, row.affirmative)) : '' },
    areaColumn(view.lang),
  ];
}

const areaColumn = (lang: 'en' | 'id'): Column<RegionRow> => ({ key: 'area', title: (w) => w.areaKm2, numeric: true, value: (row) => row.areaKm2 ?? -1, cell: (row) => row.areaKm2 === null ? '–' : grouped(row.areaKm2, lang) });

/** A number that may be incomplete: none is not the same as not known. */
function counted(words: Words, known: number, notJudged: number): Node {
  if (known === 0 && notJudged > 0) return h('span', { className: 'unsure' }, h('span', { className: 'answer not-covered' }, words.notJudged(notJudged)));
  return h('span', { className: 'unsure' }, String(known), notJudged > 0 ? h('small', {}, words.notJudged(notJudged)) : null);
}

function provinceColumns({ view, words }: Page, { affirmativeRegencies, clustersInThem }: Regions): Column<RegionRow>[] {
  const byProvince = <T extends { parent: { code: string } | null }>(regions: T[] = []) => {
    const groups = new Map<string, T[]>();
    for (const region of regions) groups.set(region.parent?.code ?? '', [...groups.get(region.parent?.code ?? '') ?? [], region]);
    return groups;
  };
  const affirmative = byProvince(affirmativeRegencies?.nodes), unknown = byProvince(affirmativeRegencies?.notCovered);
  const inThem = new Map<string, NumberRow>(clustersInThem?.rows.map((row) => [row.key, row]));
  const regencies = ({ code }: RegionRow) => ({ known: affirmative.get(code)?.length ?? 0, notJudged: unknown.get(code)?.length ?? 0 });
  /** The names of the affirmative regencies with clusters. */
  const hosts = ({ code }: RegionRow) => (affirmative.get(code) ?? []).filter((regency) => regency.clusterCount > 0).map(({ name }) => name);
  return [
    { key: 'name', title: (w) => w.name, value: (row) => row.name, cell: (row) => row.name },
    countColumn(view.lang),
    { key: 'affirmative', title: (w) => w.affirmativeRegencies, numeric: true, value: (row) => regencies(row).known || (regencies(row).notJudged > 0 ? -1 : 0), cell: (row) => counted(words, regencies(row).known, regencies(row).notJudged) },
    { key: 'inthem', title: (w) => w.inThem, numeric: true, value: (row) => inThem.get(row.code)?.value ?? -1,
      cell: (row) => h('span', {}, counted(words, inThem.get(row.code)?.value ?? 0, inThem.get(row.code)?.notCoveredCount ?? 0), hosts(row).length ? h('small', {}, hosts(row).join(', ')) : null) },
    areaColumn(view.lang),
  ];
}

/** The short answer of a list. */
export interface ShortAnswer {
  /** The names of the results, if there are few. */
  names?: string;
  /** The number of results, and of those whose answer was not read in a published list. */
  count: number; inferred: number; partial: number;
}

/**
 * The short answer of a list, for a title; a province and the location of a cluster have no confidence of their own.
 */
export function answerOf({ view }: Page, { clusters, regions, screening }: Exclude<Listed, Error | undefined>): ShortAnswer {
  if (screening) return { count: screening.screening.totalCount, inferred: 0, partial: 0 };
  const count = clusters?.totalCount ?? regions?.regions.totalCount ?? 0;
  const names = clusters ? clusters.nodes.map((row) => nameIn(view, row)) : regions?.regions.nodes.map(({ name }) => name) ?? [];
  const known = clusters ? clusters.nodes.map((row) => view.affirmative ? row.regions[0]?.affirmative.confidence ?? row.confidence : row.confidence)
    : view.affirmative ? regions?.regions.nodes.map(({ affirmative }) => affirmative?.confidence) ?? [] : [];
  // Unknown if only the first rows of a list are loaded.
  const of = (confidence: Confidence) => names.length < count ? 0 : known.filter((one) => one === confidence).length;
  return { names: count > 0 && count <= 3 ? names.join('; ') : undefined, count, inferred: of('INFERRED'), partial: of('PARTIAL') };
}

/** A badge with the confidence of the results, unless all were read in published lists. */
export function howKnown(words: Words, { count, inferred, partial }: ShortAnswer): HTMLElement | null {
  if (inferred + partial === 0) return null;
  const parts = [inferred ? words.howKnown(inferred, count, words.inferred) : '', partial ? words.howKnown(partial, count, words.partial) : ''].filter(Boolean);
  return h('span', { className: 'known', title: [inferred ? words.INFERRED : '', partial ? words.PARTIAL : ''].filter(Boolean).join('; ') }, parts.join('; '));
}

export function drawResults(into: HTMLElement, page: Page, listed: Listed, counts: Partial<Record<List, number>>, actions: Actions) {
  const { view, words, change } = page;
  const scrolled = into.querySelector('.rows')?.scrollTop ?? 0;
  const focused = document.activeElement?.id;
  const tab = (list: List, text: string) => h('button', {
    type: 'button', id: `list-${list}`, 'aria-pressed': String(view.list === list),
    onclick: () => change({ list, sort: '', hosts: list === 'clusters' || list === 'screening' && view.hosts === 'false' ? '' : view.hosts, money: undefined, facilitators: undefined, weights: undefined, ...list === 'screening' ? { colour: 'count' as const } : view.list === 'screening' ? { colour: 'affirmative' as const } : {} }),
  }, text, counts[list] === undefined || page.refusal ? null : h('b', {}, grouped(counts[list], view.lang)));
  into.replaceChildren(
    h('div', { className: 'segments', role: 'group', 'aria-label': words.listOf }, tab('clusters', words.clusters), tab('regencies', words.regencies), tab('provinces', words.provinces), tab('screening', words.screening)),
    drawLeftOut(page) ?? '',
    ...page.refusal ? drawRefusal(page) : body(page, listed, actions),
    h('div', { className: 'actions' },
      page.refusal ? null : downloads(page, listed),
      page.refusal ? null : h('button', { type: 'button', id: 'show-query', onclick: actions.showQuery }, words.showQuery),
      page.refusal || !listed || listed instanceof Error ? null : h('span', { className: 'downloads', id: 'pictures' }, h('span', {}, `${words.picture}:`), (['png', 'svg'] as const).map((kind) => h('button', { type: 'button', id: `picture-${kind}`, onclick: (event: Event) => {
        const button = event.currentTarget as HTMLButtonElement;
        button.disabled = true;
        actions.picture(kind).catch((error: unknown) => { console.error(error); page.say(words.pictureFailed); }).finally(() => { button.disabled = false; });
      } }, kind.toUpperCase()))),
      page.refusal ? null : h('button', { type: 'button', id: 'gaps', onclick: actions.gaps }, words.gaps),
      h('button', { type: 'button', id: 'share', onclick: actions.share }, words.share),
      page.refusal ? null : h('button', { type: 'button', id: 'embed', onclick: actions.embed }, words.embed)));
  into.dataset.cite = words.cite(location.href);
  const rows = into.querySelector('.rows');
  if (rows) rows.scrollTop = scrolled;
  if (focused) into.querySelector<HTMLElement>(`#${CSS.escape(focused)}`)?.focus({ preventScroll: true });
}

/** Links to the list as files, disabled while there is no list. */
function downloads(page: Page, listed: Listed): Node {
  const { view, words, day, say } = page;
  const formats: [string, string][] = [['xlsx', 'Excel'], ['csv', 'CSV'], ...view.list === 'screening' ? [['ndjson', 'NDJSON'] as [string, string]]
    : [['geojson', 'GeoJSON'], ...view.list === 'clusters' ? [] : [['topojson', 'TopoJSON']]] as [string, string][]];
  const there = listed !== undefined && !(listed instanceof Error);
  const failed = h('span', { className: 'wrong', role: 'alert' });
  // If the server is gone, a browser would silently save its error page, or nothing.
  const begin = async (event: Event) => {
    const link = event.currentTarget as HTMLAnchorElement;
    if (link.dataset.checked) { delete link.dataset.checked; return; }
    event.preventDefault();
    const answered = await fetch(link.href, { method: 'HEAD' }).then(({ ok }) => ok, () => false);
    failed.textContent = answered ? '' : words.downloadFailed;
    if (!answered) { say(words.downloadFailed); return; }
    link.dataset.checked = 'yes';
    link.click();
  };
  return h('span', { className: 'downloads' }, h('span', { id: 'download-label' }, `${words.download}:`), formats.map(([format, name]) => there
    ? h('a', { href: exportAddress(view, day, format, page.codes), download: '', className: 'button', onclick: (event: Event) => { begin(event).catch(() => {}); } }, name)
    : h('a', { role: 'link', 'aria-disabled': 'true', className: 'button off', title: words.downloadOff }, name)), failed);
}

function body(page: Page, listed: Listed, actions: Actions): Node[] {
  const { view, words } = page;
  const title = h('h2', { id: 'title' }, titleOf(page));
  if (listed instanceof Error) {
    return [title, h('p', { className: 'empty', role: 'alert' }, words.failed, ' ', told(words, listed), ' ', h('button', { type: 'button', onclick: actions.retry }, words.retry),
      listed instanceof AskError && listed.later ? h('small', {}, words.retrying) : null)];
  }
  if (listed?.screening && view.list === 'screening') {
    const { screening } = listed.screening, shown = listed.all ? screening.rows : screening.rows.slice(0, screened), rest = screening.rows.length - shown.length;
    return [title, h('p', { className: 'count', id: 'count' }, h('strong', {}, words.counted.screening(screening.totalCount)), ' ', words.onDay(longDay(page.day, view.lang))),
      explainScreening(page), screening.totalCount === 0 ? h('p', { className: 'empty' }, words.nothing) : drawScreening(page, shown),
      ...rest > 0 ? [h('button', { type: 'button', id: 'more', className: 'more', onclick: actions.more }, words.more(rest, grouped(screening.totalCount, view.lang)))] : [],
      ...screening.notCoveredCount ? [h('p', { className: 'missing' }, words.moreNotCovered(screening.notCoveredCount))] : []];
  }
  const answer = view.list === 'clusters' ? listed?.clusters : listed?.regions?.regions;
  if (!answer) return [title, h('p', { className: 'empty' }, words.loading)];
  const missing = 'notCovered' in answer ? answer.notCovered : [];
  const found = answerOf(page, listed as { clusters?: Clusters['clusters']; regions?: Regions });
  return [
    title,
    h('p', { className: 'count', id: 'count' }, h('strong', {}, words.counted[view.list](answer.totalCount)), ' ', words.onDay(longDay(page.day, view.lang)),
      found.names ? h('span', { className: 'names' }, `: ${found.names}`) : null, ' ', howKnown(words, found)),
    answer.totalCount === 0 ? h('p', { className: 'empty' }, words.nothing)
      : view.list === 'clusters' ? table(page, clusterColumns(page), answer.nodes as ClusterRow[], ({ key }) => ({ kind: 'cluster', key }))
        : table(page, view.list === 'provinces' ? provinceColumns(page, (listed as { regions: Regions }).regions) : regencyColumns(page), answer.nodes as RegionRow[], ({ code }) => ({ kind: 'region', key: code })),
    ...'pageInfo' in answer && answer.pageInfo.hasNextPage ? [h('button', { type: 'button', id: 'more', className: 'more', onclick: actions.more }, words.more(Math.min(pageSize, answer.totalCount - answer.nodes.length), grouped(answer.totalCount, view.lang)))] : [],
    ...answer.notCoveredCount === 0 ? [] : missing.length === 0 ? [h('p', { className: 'missing' }, words.moreNotCovered(answer.notCoveredCount))]
      : [h('details', { className: 'missing' }, h('summary', {}, words.moreNotCovered(answer.notCoveredCount)), h('p', {}, missing.map(({ name }) => name).join(', ')))],
  ];
}

function table<Row>(page: Page, columns: Column<Row>[], rows: Row[], selectionOf: (row: Row) => Selection): Node {
  const { view, words, change } = page;
  const down = view.sort.startsWith('-');
  const by = columns.find(({ key }) => key === view.sort.replace('-', ''));
  const collator = new Intl.Collator(view.lang, { numeric: true });
  const sorted = by ? [...rows].sort((a, b) => {
    const [x, y] = [by.value(a), by.value(b)];
    return (down ? -1 : 1) * (typeof x === 'number' && typeof y === 'number' ? x - y : collator.compare(String(x), String(y)));
  }) : rows;
  const head = columns.map(({ key, title, numeric }) => {
    const mine = by?.key === key;
    return h('th', { scope: 'col', className: `${numeric ? 'number ' : ''}of-${key}`, 'aria-sort': mine ? down ? 'descending' : 'ascending' : 'none' },
      h('button', { type: 'button', id: `sort-${key}`, onclick: () => change({ sort: mine ? down ? key : `-${key}` : numeric ? `-${key}` : key }) }, title(words), h('i', { 'aria-hidden': 'true' }, mine ? down ? '▼' : '▲' : '')));
  });
  const lines = sorted.map((row) => {
    const selection = selectionOf(row);
    const selected = view.selected?.kind === selection.kind && view.selected.key === selection.key;
    const choose = () => change({ selected: selection });
    return h('tr', { className: selected ? 'selected' : '', onclick: choose, 'data-key': selection.key }, columns.map(({ cell, key, numeric }, i) => i === 0
      ? h('th', { scope: 'row' }, h('button', { type: 'button', id: `row-${selection.key}`, 'aria-current': selected ? 'true' : undefined }, cell(row)))
      : h('td', { className: `${numeric ? 'number ' : ''}of-${key}` }, cell(row))));
  });
  return h('div', { className: 'rows', tabIndex: 0, role: 'region', 'aria-label': words[view.list] },
    h('table', {}, h('caption', { className: 'unseen' }, words[view.list]), h('thead', {}, h('tr', {}, head)), h('tbody', {}, lines)));
}
