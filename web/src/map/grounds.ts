// What a screening asks beside the page's filters: money that a region itself had, facilitators near it, and weights.
import type { Parameter } from './view';

/** The elements that are screened, as the API names their weights. */
export const elements = ['apbn', 'deconcentration', 'dak', 'clusters', 'linkage', 'disadvantaged', 'border'] as const;
export type Element = typeof elements[number];

/** Money that sources tell a region itself had: of a fund or of any, in some years or in any. */
export interface Money { fund: typeof funds[number]; from?: number; to?: number }
export const funds = ['ANY', 'APBN', 'DECONCENTRATION', 'DAK'] as const;

/** Whether some facilitators are known, or none, within so many kilometres. */
export interface Near { known: boolean; km: number }

/** The weights that are not the usual ones. */
export type Weights = Partial<Record<Element, number>>;

/** What a view asks of a screening. */
export interface Grounds { money?: Money; facilitators?: Near; weights?: Weights }

/** The names of the address; nothing of it is asked of other lists. */
export const groundNames = ['money', 'facilitators', 'weights'] as const;

/** How near facilitators are looked for where nothing is said, kilometres. */
export const usualKm = 100;

/** How much an element counts: linkage nothing, for the record holds hardly anything of it. */
export const usualWeight = (element: Element) => element === 'linkage' ? 0 : 1;

const bounded = (value: number, most: number) => value >= 0 && value <= most;

/** Reads `DAK` or `DAK,2017-2019`, of whose years one may be left out. */
export function parseMoney(text: string): Money | undefined {
  const [, fund, years, from, to] = /^([A-Z]+)(,(\d{4})?-(\d{4})?)?$/.exec(text) ?? [];
  const money: Money = { fund: fund as Money['fund'], ...from && { from: Number(from) }, ...to && { to: Number(to) } };
  const sound = funds.includes(money.fund) && (!years || Boolean(from || to)) && (!from || !to || from <= to) && ![from, to].includes('0000');
  return sound ? money : undefined;
}

export const formatMoney = ({ fund, from, to }: Money) => from || to ? `${fund},${from ?? ''}-${to ?? ''}` : fund;

/** Reads `none,100` or `some,50`. */
export function parseNear(text: string): Near | undefined {
  const [, kind, km] = /^(none|some),(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  return kind && bounded(Number(km), 1000) ? { known: kind === 'some', km: Number(km) } : undefined;
}

export const formatNear = ({ known, km }: Near) => `${known ? 'some' : 'none'},${km}`;

/** Reads `clusters:2,linkage:1`; undefined where nothing would count. */
export function parseWeights(text: string): Weights | undefined {
  const weights: Weights = {};
  for (const part of text.split(',')) {
    const [, element, weight] = /^([a-z]+):(\d+(?:\.\d+)?)$/.exec(part) ?? [];
    if (!elements.includes(element as Element) || element in weights || !bounded(Number(weight), 1000)) return undefined;
    weights[element as Element] = Number(weight);
  }
  return elements.some((element) => weightOf(weights, element) > 0) ? weights : undefined;
}

export const formatWeights = (weights: Weights) => elements.filter((element) => weights[element] !== undefined).map((element) => `${element}:${weights[element]}`).join(',');

export const weightOf = (weights: Weights | undefined, element: Element) => weights?.[element] ?? usualWeight(element);

/** The weights with another one; undefined where all are the usual ones. */
export function weighed(weights: Weights | undefined, element: Element, weight: number): Weights | undefined {
  const { [element]: _, ...rest } = weights ?? {};
  const next: Weights = weight === usualWeight(element) ? rest : { ...rest, [element]: weight };
  return Object.keys(next).length === 0 ? undefined : next;
}

/** The weights as the API takes them: each 1 but those told. */
export function weightsFor({ weights }: Grounds): Weights {
  return Object.fromEntries(elements.map((element) => [element, weightOf(weights, element)] as const).filter(([, weight]) => weight !== 1));
}

/** What is asked of the region itself, as the API's filter of regions takes it. */
export function groundsFilter({ money, facilitators }: Grounds): Record<string, unknown> {
  return {
    supports: money && { ...money.fund !== 'ANY' && { fund: [money.fund] }, ...money.from && { fromYear: money.from }, ...money.to && { toYear: money.to } },
    facilitators: facilitators && { withinMetres: facilitators.km * 1000, known: facilitators.known },
  };
}

/** Takes out of a view what only a screening asks, as what is not understood. */
export function refuseGrounds(view: Grounds & { refused: Parameter[] }): void {
  const given = { money: view.money && formatMoney(view.money), facilitators: view.facilitators && formatNear(view.facilitators), weights: view.weights && formatWeights(view.weights) };
  for (const name of groundNames) {
    if (given[name]) view.refused.push({ name, value: given[name] });
    delete view[name];
  }
}

/** The classes in which both ends of a score lie, quarters of it from 0 to 3; each begins at its lower bound. */
export function scoreClasses({ lower, upper }: { lower: number; upper: number }): { from: number; to: number } {
  const from = Math.min(3, Math.floor(lower * 4 + 1e-9));
  return { from, to: Math.max(from, Math.ceil(upper * 4 - 1e-9) - 1) };
}
