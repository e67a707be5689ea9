// The screening of regions on the programme's criteria: its filters, and a table with the reasons for each region.
import { ask, type Citation, type CountedFacilitators, type Evidence, type Finding, type Reasons, type ScreeningRow, told } from './api';
import { h } from './dom';
import { type Element, elements, funds, type Money, usualKm, weighed, weightOf } from './grounds';
import { nameIn, type Page } from './page';
import { reasonsQuestion, withinMetres } from './questions';
import { grouped } from './words';

const signs = { MET: '✓', NOT_MET: '✕', NOT_KNOWN: '?' } as const;
const nameOf = ({ words }: Page, element: string) => (words.elements as Record<string, string>)[element] ?? element;

/** An interval from 0 to 100, also as text for screen readers. */
function score({ lower, upper }: ScreeningRow): HTMLElement {
  const [from, to] = [Math.round(lower * 100), Math.round(upper * 100)];
  const bar = h('i', { className: 'interval', 'aria-hidden': 'true' }, h('b', {}));
  const inner = bar.firstElementChild as HTMLElement;
  inner.style.left = `${Math.min(from, 97)}%`;
  inner.style.width = `${Math.max(to - from, 3)}%`;
  return h('span', { className: 'score' }, from === to ? String(from) : `${from}–${to}`, bar);
}

function cite({ words }: Page, sources: Citation[]): Node {
  const seen = [...new Map(sources.map((source) => [source.title, source])).values()];
  return h('small', { className: 'cite' }, seen.map(({ title, url }, i) => h('span', {}, i ? '; ' : `${words.source}: `, url ? h('a', { href: url, rel: 'noreferrer', target: '_blank' }, title) : h('cite', {}, title))));
}

/** A button that selects a region or a cluster. */
const link = ({ change }: Page, kind: 'region' | 'cluster', key: string, text: string) => h('button', { type: 'button', className: 'link', onclick: () => change({ selected: { kind, key } }) }, text);

const listed = (nodes: Node[]) => nodes.flatMap((node, i) => i ? ['; ', node] : [node]);

/** The evidence for a result. */
function evidence(page: Page, finding: Evidence): (Node | string)[] {
  const { words, view } = page, { supports, clusters, designations, assessments, reason } = finding;
  const money = (amount: string) => new Intl.NumberFormat(view.lang === 'id' ? 'id-ID' : 'en-GB', { style: 'currency', currency: 'IDR', notation: 'compact', maximumFractionDigits: 1 }).format(Number(amount));
  if (supports.length > 0) return supports.map(({ year, amountIdr, purpose, sources }) => h('p', {}, [`${year ?? words.yearNotStated}`, amountIdr === null ? '' : money(amountIdr), purpose ?? ''].filter(Boolean).join(', '), cite(page, sources)));
  if (clusters.length > 0) return listed(clusters.map((one) => link(page, 'cluster', one.key, nameIn(view, one))));
  if (designations.length > 0) return designations.map(({ regulation, sources }) => h('p', {}, regulation, cite(page, sources)));
  if (assessments.length > 0) return assessments.map((one) => h('p', {}, one.evidence ?? '', cite(page, one.sources)));
  return [reason];
}

function facilitators(page: Page, { within, nearest }: Reasons['screening']['rows'][number]['facilitators']): (Node | string)[] {
  const { words, view } = page;
  const one = ({ distanceMetres, facilitators: { kind, count, year, region, sources } }: CountedFacilitators) => h('p', {},
    words.facilitatorsAt(grouped(count, view.lang), words.kindsOfPeople[kind] ?? kind, region?.name ?? words.wholeCountryRow, `${year ?? words.yearNotStated}`), ', ',
    distanceMetres === null ? words.somewhereIn : distanceMetres === 0 ? words.inRegion : words.kmAway(grouped(Math.round(distanceMetres / 1000), view.lang)), cite(page, sources));
  if (within.length > 0) return within.map(one);
  return nearest ? [words.nearestOnes, ' ', one(nearest)] : [words.noFacilitators];
}

/** Fills in the reasons of a region. */
async function tell(page: Page, code: string, into: HTMLElement) {
  const { words, view, day } = page;
  try {
    const { screening } = await ask<Reasons>(reasonsQuestion(view, day, code));
    const [row] = screening.rows;
    if (!row) return;
    const other = row.fundYears.filter(({ fund }) => fund === null);
    const fact = (term: string, content: (Node | string)[]) => [h('dt', {}, term), h('dd', {}, content)];
    into.replaceChildren(...row.findings.flatMap((finding) => fact(`${nameOf(page, finding.element)}: ${words.outcomes[finding.outcome]}`, evidence(page, finding))),
      ...other.flatMap(({ years, yearNotStated }) => fact(`${words.otherMoney} (${words.fundNotStated})`, [[...years, ...yearNotStated ? [words.yearNotStated] : []].join(', ')])),
      ...fact(`${words.facilitatorsWithin(withinMetres(view) / 1000)}: ${words.outcomes[row.facilitators.outcome]}`, facilitators(page, row.facilitators)),
      ...row.nearestClusters.length ? fact(words.nearestClusters, row.nearestClusters.map(({ distanceMetres, cluster }) => h('p', {}, link(page, 'cluster', cluster.key, nameIn(view, cluster)),
        `, ${cluster.regions.map(({ name }) => name).join('; ')}, ${words.kmAway(grouped(Math.round(distanceMetres / 1000), view.lang))}`))) : []);
  } catch (error) {
    into.replaceChildren(h('dd', { role: 'alert' }, words.failed, ' ', told(words, error as Error)));
  }
}

/** Up to so many rows show their reasons without a click. */
const few = 3;

/** The table of a screening. */
export function drawScreening(page: Page, rows: ScreeningRow[]): Node {
  const { view, words, change } = page;
  const head = (key: string, text: string, mine: boolean, down = true) => h('th', { scope: 'col', className: `of-${key}`, 'aria-sort': mine ? down ? 'descending' : 'ascending' : 'none' }, h('span', { className: 'head' }, text));
  // Keep what the reader opened open.
  const open = new Set([...document.querySelectorAll<HTMLElement>('.reasons[open]')].map((one) => one.dataset.code));
  const chip = (name: string, outcome: Finding['outcome']) => h('span', { className: `finding ${outcome.toLowerCase().replace('_', '-')}`, title: `${name}: ${words.outcomes[outcome]}` },
    h('i', { 'aria-hidden': 'true' }, signs[outcome]), ' ', name, h('span', { className: 'unseen' }, `: ${words.outcomes[outcome]} `));
  const lines = rows.map((row, i) => {
    const { region, findings } = row;
    const selected = view.selected?.kind === 'region' && view.selected.key === region.code;
    const list = h('dl', {}, h('dd', {}, words.loading));
    const details = h('details', { className: 'reasons', 'data-code': region.code, open: rows.length <= few || open.has(region.code) }, h('summary', { id: `reasons-${i}` }, h('span', { className: 'unseen' }, `${words.reasons}, ${region.name}: `),
      h('i', { className: 'turn', 'aria-hidden': 'true' }), findings.map((finding) => chip(nameOf(page, finding.element), finding.outcome)),
      view.facilitators ? chip(words.facilitatorsWithin(view.facilitators.km), row.facilitators.outcome) : null), list);
    let asked = false;
    const reveal = () => {
      if (asked || !details.open) return;
      asked = true;
      tell(page, region.code, list);
    };
    details.addEventListener('toggle', reveal);
    reveal();
    return h('tr', { className: selected ? 'selected' : '', 'data-key': region.code },
      h('th', { scope: 'row' }, h('button', { type: 'button', id: `row-${region.code}`, 'aria-current': selected ? 'true' : undefined, onclick: () => change({ selected: { kind: 'region', key: region.code } }) }, region.name), h('small', {}, region.parent?.name ?? '')),
      h('td', { className: 'number' }, score(row)), h('td', {}, details));
  });
  return h('div', { className: 'rows', tabIndex: 0, role: 'region', 'aria-label': words.screening },
    h('table', { className: 'screening' }, h('caption', { className: 'unseen' }, words.screening),
      h('thead', {}, h('tr', {}, head('name', words.name, view.sort === 'code', false), head('lower', words.scoreFrom, view.sort !== 'code'), head('findings', words.grounds, false))), h('tbody', {}, lines)));
}

/** The text above the table: the meaning of the score, the order and the weights. */
export function explainScreening(page: Page): HTMLElement {
  const { words, view, change } = page;
  const order = (sort: string, text: string) => h('button', { type: 'button', id: `order-${sort || 'lower'}`, 'aria-pressed': String(view.sort === sort), onclick: () => change({ sort }) }, text);
  const weight = (element: Element) => h('label', {}, h('span', {}, nameOf(page, element.toUpperCase())),
    h('input', { id: `weight-${element}`, type: 'number', min: '0', max: '1000', step: 'any', value: String(weightOf(view.weights, element)), onchange: (event: Event) => {
      const field = event.target as HTMLInputElement, next = weighed(view.weights, element, field.valueAsNumber);
      // Some element must count.
      if (field.checkValidity() && elements.some((one) => weightOf(next, one) > 0)) change({ weights: next });
      else field.value = String(weightOf(view.weights, element));
    } }));
  const was = document.querySelector<HTMLDetailsElement>('.weights');
  return h('div', { className: 'explained' },
    h('span', {}, words.orderBy), h('div', { className: 'segments', role: 'group', 'aria-label': words.orderBy }, order('', words.orders.lower), order('upper', words.orders.upper), order('code', words.orders.code)),
    h('details', { className: 'weights', open: was ? was.open : view.weights !== undefined }, h('summary', {}, words.weights), h('p', {}, words.scoreIs, ' ', words.weightsHint), h('div', {}, elements.map(weight))));
}

/** The filters that only a screening has: funding of a region, and facilitators near it. */
export function screeningFields({ view, words, change }: Page): HTMLElement[] {
  const select = (id: string, label: string, value: string, choices: [string, string][], choose: (value: string) => void) => h('label', { className: value ? 'set' : '' }, h('span', {}, label),
    h('select', { id, onchange: (event: Event) => choose((event.target as HTMLSelectElement).value) }, choices.map(([key, text]) => h('option', { value: key, selected: key === value }, text))));
  const number = (id: string, label: string, value: number | undefined, least: number, most: number, choose: (value: number | undefined) => void) => h('input', { id, type: 'number', min: String(least), max: String(most), 'aria-label': label, placeholder: label, value: value === undefined ? '' : String(value),
    onchange: (event: Event) => {
      const field = event.target as HTMLInputElement;
      if (field.checkValidity()) choose(field.value === '' ? undefined : field.valueAsNumber);
      else field.value = value === undefined ? '' : String(value);
    } });
  const { money, facilitators: near } = view;
  const years = (changes: Partial<Money>) => {
    const { fund, from, to } = { ...money!, ...changes };
    // An end before the beginning is dropped.
    change({ money: { fund, ...from && { from }, ...to && (!from || from <= to) && { to } } });
  };
  const fundNames: Record<Money['fund'], string> = { ANY: words.anyFund, APBN: 'APBN', DECONCENTRATION: words.deconcentration, DAK: 'DAK' };
  return [
    h('div', { className: 'field' }, select('filter-money', words.hadMoney, money?.fund ?? '', [['', words.any], ...funds.map((fund): [string, string] => [fund, fundNames[fund]])],
      (fund) => change({ money: fund ? { ...money, fund: fund as Money['fund'] } : undefined })),
    money ? h('div', { className: 'beside' }, number('filter-from', words.fromYear, money.from, 1000, 9999, (from) => years({ from })), number('filter-to', words.toYear, money.to, money.from ?? 1000, 9999, (to) => years({ to }))) : null),
    h('div', { className: 'field' }, select('filter-facilitators', words.facilitators, near ? near.known ? 'some' : 'none' : '', [['', words.any], ['none', words.noneWithin], ['some', words.someWithin]],
      (kind) => change({ facilitators: kind ? { known: kind === 'some', km: near?.km ?? usualKm } : undefined })),
    near ? h('div', { className: 'beside' }, number('filter-km', words.kilometres, near.km, 0, 1000, (km) => change({ facilitators: { ...near, km: km ?? usualKm } }))) : null),
  ];
}
