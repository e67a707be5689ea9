// The table beside the map, with the same rows, and what can be done with them.
import type { Answer, ClusterRow, Clusters, RegionRow, Regions } from './api';
import { h } from './dom';
import { nameIn, type Page } from './page';
import { exportAddress } from './questions';
import type { List, Selection } from './view';
import { grouped, longDay, type Words } from './words';

/** The list's answer; undefined while it is awaited, an Error when it failed. */
export type Listed = { clusters?: Clusters['clusters']; regions?: Regions['regions'] } | Error | undefined;

/** What the buttons above the table do. */
export interface Actions { showQuery(): void; share(): void; embed(): void; retry(): void }

interface Column<Row> {
  key: string;
  title: (words: Words) => string;
  numeric?: boolean;
  /** What it sorts by. */
  value: (row: Row) => string | number;
  cell: (row: Row) => Node | string;
}

/** An answer with its colour; with a reason, that of the reason. */
export const badge = (words: Words, answer: Answer, reason?: 'DISADVANTAGED' | 'BORDER' | 'BOTH', text?: string) => h('span',
  { className: `answer ${(answer === 'YES' && reason ? reason : answer).toLowerCase().replace('_', '-')}` }, text ?? (answer === 'YES' && reason ? words[reason] : words[answer]));

/** Whether a region is affirmative and why, in a word. */
export function status(words: Words, answers: { affirmative: Answer; disadvantaged: Answer; border: Answer }): HTMLElement {
  return badge(words, answers.affirmative, answers.disadvantaged === 'YES' ? answers.border === 'YES' ? 'BOTH' : 'DISADVANTAGED' : 'BORDER');
}

const rowStatus = (words: Words, { affirmative: { answer, disadvantaged, border } }: RegionRow) =>
  status(words, { affirmative: answer, disadvantaged: disadvantaged.answer, border: border.answer });

function clusterColumns({ view, words }: Page): Column<ClusterRow>[] {
  const place = (row: ClusterRow) => row.regions.map(({ name, parent }) => parent ? `${name}, ${parent.name}` : name).join('; ');
  return [
    { key: 'name', title: (w) => w.product, value: (row) => row.products.map((p) => nameIn(view, p)).join(', '), cell: (row) => row.products.map((p) => nameIn(view, p)).join(', ') },
    { key: 'place', title: (w) => w.place, value: place, cell: place },
    { key: 'phase', title: (w) => w.phase, value: (row) => row.phases.map(({ key }) => key).join(', '), cell: (row) => row.phases.map(({ key }) => key.replace('-', '–')).join(', ') },
    { key: 'affirmative', title: (w) => w.status, value: (row) => row.regions[0]?.affirmative.answer ?? '', cell: (row) => row.regions[0] ? badge(words, row.regions[0].affirmative.answer) : '' },
  ];
}

function regionColumns({ view, words }: Page): Column<RegionRow>[] {
  const columns: Column<RegionRow>[] = [
    { key: 'name', title: (w) => w.name, value: (row) => row.name, cell: (row) => row.name },
    { key: 'place', title: (w) => w.province, value: (row) => row.parent?.name ?? '', cell: (row) => row.parent?.name ?? '' },
    { key: 'clusters', title: (w) => w.clusterCount, numeric: true, value: (row) => row.clusterCount, cell: (row) => String(row.clusterCount) },
    { key: 'affirmative', title: (w) => w.status, value: (row) => rowStatus(words, row).textContent, cell: (row) => rowStatus(words, row) },
    { key: 'area', title: (w) => w.areaKm2, numeric: true, value: (row) => row.areaKm2 ?? -1, cell: (row) => row.areaKm2 === null ? '–' : grouped(row.areaKm2, view.lang) },
  ];
  return view.list === 'provinces' ? columns.filter(({ key }) => key !== 'place' && key !== 'affirmative') : columns;
}

export function drawResults(into: HTMLElement, page: Page, listed: Listed, counts: Partial<Record<List, number>>, actions: Actions) {
  const { view, words, change } = page;
  const scrolled = into.querySelector('.rows')?.scrollTop ?? 0;
  const focused = document.activeElement?.id;
  const tab = (list: List, text: string) => h('button', {
    type: 'button', id: `list-${list}`, 'aria-pressed': String(view.list === list),
    onclick: () => change({ list, sort: '', affirmative: list === 'provinces' && view.affirmative !== 'NO' && view.affirmative ? 'ANY' : view.affirmative }),
  }, text, counts[list] === undefined ? null : h('b', {}, String(counts[list])));
  const formats: [string, string][] = view.list === 'clusters' ? [['csv', 'CSV'], ['geojson', 'GeoJSON']] : [['csv', 'CSV'], ['geojson', 'GeoJSON'], ['topojson', 'TopoJSON']];
  const anyDay = page.beforeRecord;
  const none = anyDay && view.list !== 'clusters';
  into.replaceChildren(
    h('div', { className: 'segments', role: 'group', 'aria-label': words.listOf }, tab('clusters', words.clusters), tab('regencies', words.regencies), tab('provinces', words.provinces)),
    ...body(page, listed, actions),
    h('div', { className: 'actions' },
      none ? null : h('span', { className: 'downloads' }, h('span', { id: 'download-label' }, `${words.download}:`), formats.map(([format, name]) => h('a', { href: exportAddress(page.asked, format, anyDay), download: '', className: 'button' }, name))),
      h('button', { type: 'button', id: 'show-query', onclick: actions.showQuery }, words.showQuery),
      h('button', { type: 'button', id: 'share', onclick: actions.share }, words.share),
      h('button', { type: 'button', id: 'embed', onclick: actions.embed }, words.embed)));
  const rows = into.querySelector('.rows');
  if (rows) rows.scrollTop = scrolled;
  if (focused) into.querySelector<HTMLElement>(`#${CSS.escape(focused)}`)?.focus({ preventScroll: true });
}

function body(page: Page, listed: Listed, actions: Actions): Node[] {
  const { view, words, frame } = page;
  if (page.beforeRecord && view.list !== 'clusters') return [h('p', { className: 'empty' }, words.beforeRecord(longDay(frame.dataset.regionsFrom, view.lang)))];
  if (listed instanceof Error) return [h('p', { className: 'empty', role: 'alert' }, words.failed, ' ', listed.message, ' ', h('button', { type: 'button', onclick: actions.retry }, words.retry))];
  const answer = view.list === 'clusters' ? listed?.clusters : listed?.regions;
  if (!answer) return [h('p', { className: 'empty' }, words.loading)];
  const missing = 'notCovered' in answer ? answer.notCovered : [];
  return [
    h('p', { className: 'count', id: 'count' }, h('strong', {}, words.counted[view.list](answer.totalCount)), ' ', words.onDay(longDay(page.day, view.lang))),
    answer.totalCount === 0 ? h('p', { className: 'empty' }, words.nothing)
      : view.list === 'clusters' ? table(page, clusterColumns(page), answer.nodes as ClusterRow[], ({ id }) => ({ kind: 'cluster', key: id }))
        : table(page, regionColumns(page), answer.nodes as RegionRow[], ({ code }) => ({ kind: 'region', key: code })),
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
      h('button', { type: 'button', id: `sort-${key}`, onclick: () => change({ sort: mine && !down ? `-${key}` : key }) }, title(words), h('i', { 'aria-hidden': 'true' }, mine ? down ? '▼' : '▲' : '')));
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
