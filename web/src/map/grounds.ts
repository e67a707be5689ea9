// The filters that only a screening has: funding of a region itself, facilitators near it, and weights.
import type { Parameter } from './view';

/** The screened elements, named like their weights in the API. */
export const elements = ['apbn', 'deconcentration', 'dak', 'clusters', 'linkage', 'disadvantaged', 'border'] as const;
export type Element = typeof elements[number];

/** Funding that a region itself is known to have had: from one fund or any, in some years or any. */
export interface Money { fund: typeof funds[number]; from?: number; to?: number }
export const funds = ['ANY', 'APBN', 'DECONCENTRATION', 'DAK'] as const;

/** Whether facilitators are known, or none, within a distance in kilometres. */
export interface Near { known: boolean; km: number }

/** The weights that differ from the defaults. */
export type Weights = Partial<Record<Element, number>>;

/** The screening filters of a view. */
export interface Grounds { money?: Money; facilitators?: Near; weights?: Weights }

/** Their parameters in the address; other lists do not have them. */
export const groundNames = ['money', 'facilitators', 'weights'] as const;

/** The default distance for facilitators in kilometres. */
export const usualKm = 100;

/** The default weight of an element: 0 for linkage, because the record has hardly any data about it. */
export const usualWeight = (element: Element) => element === 'linkage' ? 0 : 1;

const bounded = (value: number, most: number) => value >= 0 && value <= most;

/** Parses `DAK` or `DAK,2017-2019`; one of the years may be missing. */
export function parseMoney(text: string): Money | undefined {
  const [, fund, years, from, to] = /^([A-Z]+)(,(\d{4})?-(\d{4})?)?$/.exec(text) ?? [];
  const money: Money = { fund: fund as Money['fund'], ...from && { from: Number(from) }, ...to && { to: Number(to) } };
  const sound = funds.includes(money.fund) && (!years || Boolean(from || to)) && (!from || !to || from <= to) && ![from, to].includes('0000');
  return sound ? money : undefined;
}

export const formatMoney = ({ fund, from, to }: Money) => from || to ? `${fund},${from ?? ''}-${to ?? ''}` : fund;

/** Parses `none,100` or `some,50`. */
export function parseNear(text: string): Near | undefined {
  const [, kind, km] = /^(none|some),(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  return kind && bounded(Number(km), 1000) ? { known: kind === 'some', km: Number(km) } : undefined;
}

export const formatNear = ({ known, km }: Near) => `${known ? 'some' : 'none'},${km}`;

/** Parses `clusters:2,linkage:1`; undefined if no element would count. */
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

/** The weights with one changed; undefined if all are the defaults. */
export function weighed(weights: Weights | undefined, element: Element, weight: number): Weights | undefined {
  const { [element]: _, ...rest } = weights ?? {};
  const next: Weights = weight === usualWeight(element) ? rest : { ...rest, [element]: weight };
  return Object.keys(next).length === 0 ? undefined : next;
}

/** The weights for the API, whose default is 1. */
export function weightsFor({ weights }: Grounds): Weights {
  return Object.fromEntries(elements.map((element) => [element, weightOf(weights, element)] as const).filter(([, weight]) => weight !== 1));
}

/** The conditions on the region itself, as an API filter of regions. */
export function groundsFilter({ money, facilitators }: Grounds): Record<string, unknown> {
  return {
    supports: money && { ...money.fund !== 'ANY' && { fund: [money.fund] }, ...money.from && { fromYear: money.from }, ...money.to && { toYear: money.to } },
    facilitators: facilitators && { withinMetres: facilitators.km * 1000, known: facilitators.known },
  };
}

/** Moves filters that only a screening has to the refused parameters of a view. */
export function refuseGrounds(view: Grounds & { refused: Parameter[] }): void {
  const given = { money: view.money && formatMoney(view.money), facilitators: view.facilitators && formatNear(view.facilitators), weights: view.weights && formatWeights(view.weights) };
  for (const name of groundNames) {
    if (given[name]) view.refused.push({ name, value: given[name] });
    delete view[name];
  }
}

/** The classes of both ends of a score, its quarters from 0 to 3; each includes its lower bound. */
export function scoreClasses({ lower, upper }: { lower: number; upper: number }): { from: number; to: number } {
  const from = Math.min(3, Math.floor(lower * 4 + 1e-9));
  return { from, to: Math.max(from, Math.ceil(upper * 4 - 1e-9) - 1) };
}
