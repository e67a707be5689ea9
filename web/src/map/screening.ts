// The regions screened on the programme's grounds, as a table with the reasons of each.
import type { Finding, Screening, ScreeningRow } from './api';
import { h } from './dom';
import { nameIn, type Page } from './page';
import { grouped, type Words } from './words';

/** By which class a score colours its region: 0 for none that is certain, to 3. */
export const scoreClass = (lower: number) => lower <= 0 ? 0 : lower < 0.25 ? 1 : lower < 0.5 ? 2 : 3;

const signs = { MET: '✓', NOT_MET: '✕', NOT_KNOWN: '?' } as const;
const element = (words: Words, { element: name }: Finding) => (words.elements as Record<string, string>)[name] ?? name;

/** An interval from 0 to 100, also for those who do not see the bar. */
function score({ lower, upper }: ScreeningRow): HTMLElement {
  const [from, to] = [Math.round(lower * 100), Math.round(upper * 100)];
  const bar = h('i', { className: 'interval', 'aria-hidden': 'true' }, h('b', {}));
  const inner = bar.firstElementChild as HTMLElement;
  inner.style.left = `${from}%`;
  inner.style.width = `${Math.max(to - from, 3)}%`;
  return h('span', { className: 'score' }, from === to ? String(from) : `${from}–${to}`, bar);
}

/** What a finding rests on, in the reader's language. */
function reason({ words, view }: Page, finding: Finding): string {
  const { supports, clusters, designations } = finding;
  const money = (amount: string) => new Intl.NumberFormat(view.lang === 'id' ? 'id-ID' : 'en-GB', { style: 'currency', currency: 'IDR', notation: 'compact', maximumFractionDigits: 1 }).format(Number(amount));
  if (supports.length > 0) return supports.map(({ year, amountIdr }) => [year ?? words.yearNotStated, amountIdr === null ? '' : money(amountIdr)].filter(Boolean).join(': ')).join('; ');
  if (clusters.length > 0) return clusters.map((one) => nameIn(view, one)).join('; ');
  if (designations.length > 0) return [...new Set(designations.map(({ regulation }) => regulation))].join('; ');
  return finding.reason;
}

/** The table of a screening. */
export function drawScreening(page: Page, { screening }: Screening): Node {
  const { view, words, change } = page;
  const head = (key: string, text: string, sort?: string) => {
    const mine = sort !== undefined && view.sort === sort;
    return h('th', { scope: 'col', className: `of-${key}`, 'aria-sort': mine ? 'descending' : 'none' }, sort === undefined ? h('span', { className: 'head' }, text)
      : h('button', { type: 'button', id: `sort-${key}`, onclick: () => change({ sort }) }, text, h('i', { 'aria-hidden': 'true' }, mine ? '▼' : '')));
  };
  const lines = screening.rows.map((row, i) => {
    const { region, findings } = row;
    const selected = view.selected?.kind === 'region' && view.selected.key === region.code;
    return h('tr', { className: selected ? 'selected' : '', 'data-key': region.code },
      h('th', { scope: 'row' }, h('button', { type: 'button', id: `row-${region.code}`, 'aria-current': selected ? 'true' : undefined, onclick: () => change({ selected: { kind: 'region', key: region.code } }) }, region.name), h('small', {}, region.parent?.name ?? '')),
      h('td', { className: 'number' }, score(row)),
      h('td', {}, h('details', { className: 'reasons' }, h('summary', { id: `reasons-${i}` }, h('span', { className: 'unseen' }, `${words.reasons}, ${region.name}: `),
        h('i', { className: 'turn', 'aria-hidden': 'true' }), findings.map((finding) => h('span', { className: `finding ${finding.outcome.toLowerCase().replace('_', '-')}`, title: `${element(words, finding)}: ${words.outcomes[finding.outcome]}` }, h('i', { 'aria-hidden': 'true' }, signs[finding.outcome]), ' ', element(words, finding), h('span', { className: 'unseen' }, `: ${words.outcomes[finding.outcome]}`)))),
      h('dl', {}, findings.flatMap((finding) => [h('dt', {}, `${element(words, finding)}: ${words.outcomes[finding.outcome]}`), h('dd', {}, reason(page, finding))])))));
  });
  return h('div', { className: 'rows', tabIndex: 0, role: 'region', 'aria-label': words.screening },
    h('table', { className: 'screening' }, h('caption', { className: 'unseen' }, words.screening),
      h('thead', {}, h('tr', {}, head('name', words.name, 'code'), head('lower', words.scoreFrom, ''), head('findings', words.grounds))), h('tbody', {}, lines)));
}

/** The line above it: what the score is. */
export function explainScreening(page: Page, { screening }: Screening): HTMLElement {
  const { words, view, change } = page;
  return h('p', { className: 'explained' }, words.scoreIs, ' ', h('button', { type: 'button', className: 'text', 'aria-pressed': String(view.sort === 'upper'), onclick: () => change({ sort: view.sort === 'upper' ? '' : 'upper' }) }, view.sort === 'upper' ? words.byLower : words.byUpper),
    h('span', { className: 'unseen' }, grouped(screening.totalCount, view.lang)));
}
