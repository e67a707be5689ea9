// Days, and the days on which the data changes.
import type { Frame } from './api';
import type { Words } from './words';

const dayLength = 86_400_000;

/** Days since 1970-01-01. */
export const toNumber = (day: string) => Math.round(Date.parse(`${day}T00:00Z`) / dayLength);

export const fromNumber = (number: number) => new Date(number * dayLength).toISOString().slice(0, 10);

/** A day on which something changes; without `say` it is not shown to the reader. */
export interface Moment { day: string; say?: (words: Words) => string }

/** The first day of each period with the same answers, oldest first. */
export function moments({ dataset, phases, designations, provinces, programme }: Frame): Moment[] {
  const found = new Map<string, Moment>();
  const add = (day: string | null, say?: Moment['say']) => {
    if (day === null || day < dataset.regionsFrom || day > provinces.asOf) return;
    const known = found.get(day);
    if (!known) found.set(day, { day, say });
    else if (say && !known.say) known.say = say;
  };
  const dayAfter = (day: string | null) => day === null ? null : fromNumber(toNumber(day) + 1);
  // If only the year is known, it begins some time in that year.
  const starts = (day: string | null) => day === null ? [] : day.length === 4 ? [`${day}-01-01`, `${day}-12-31`] : [day];

  for (const { date, region } of provinces.nodes.flatMap(({ predecessors }) => predecessors)) {
    const made = provinces.nodes.filter((p) => p.predecessors.some((q) => q.date === date && q.region.code === region.code));
    add(date, (w) => w.split(region.name, made.map(({ name }) => name).join(', ')));
  }
  add(dataset.regionsFrom, (w) => w.recordBegins);
  for (const { validFrom, validTo, regulation, kind } of dataset.designationCoverage) {
    const listed = kind === 'DISADVANTAGED' && regulation !== null;
    // Only from the last of these days is the list certainly in force.
    starts(validFrom).forEach((day, i, all) => add(day, listed && i === all.length - 1 ? (w) => w.listBegins(regulation) : undefined));
    add(dayAfter(validTo), listed ? (w) => w.listEnds(regulation) : undefined);
  }
  for (const { inForceFrom, validTo, regulation, kind } of designations) {
    add(inForceFrom, kind === 'BORDER' ? (w) => w.borderBegins(regulation) : undefined);
    add(dayAfter(validTo));
  }
  for (const { key, from } of phases) for (const day of starts(from.slice(0, 4)).slice(0, 1)) add(day, (w) => w.phaseBegins(key));
  // The programme's own announcement changes nothing, but people ask about that day.
  const announced = programme.sources.find(({ date }) => date?.length === 10);
  if (announced?.date) add(announced.date, (w) => w.announced(announced.publisher ?? announced.title));
  return [...found.values()].sort((a, b) => a.day < b.day ? -1 : 1);
}

/**
 * Why the status of disadvantaged regions may be unknown on a day: a list is only partly loaded, the last complete
 * list has ended, or the first has not begun. `see` is the nearest day with a complete list. Undefined if a complete
 * list covers the day.
 */
export function openOnDay(coverage: Frame['dataset']['designationCoverage'], day: string): { part: string; see?: string } | { ended: string } | { begins: string } | undefined {
  const lists = coverage.flatMap(({ kind, complete, validFrom, validTo, regulation }) => kind !== 'DISADVANTAGED' || !validFrom || !validTo || regulation === null ? []
    // If only the year of a list is known, it counts from the end of that year.
    : [{ complete, from: validFrom.length === 4 ? `${validFrom}-12-31` : validFrom, to: validTo, regulation }]);
  const whole = lists.filter(({ complete }) => complete);
  const on = ({ from, to }: { from: string; to: string }) => from <= day && day <= to;
  if (whole.length === 0 || whole.some(on)) return undefined;
  const ended = whole.map(({ to }) => to).filter((to) => to < day).sort().at(-1);
  const part = lists.find((list) => !list.complete && on(list));
  if (part) return { part: part.regulation, see: ended };
  return ended ? { ended } : { begins: whole.map(({ from }) => from).sort()[0]! };
}

/**
 * The last day, not after the given one, with a complete list of disadvantaged regions in force; undefined if there
 * is none.
 */
export function lastCovered(coverage: Frame['dataset']['designationCoverage'], day: string): string | undefined {
  const ends = coverage.flatMap(({ kind, complete, validFrom, validTo, regulation }) => kind === 'DISADVANTAGED' && complete && regulation !== null && validFrom && validFrom <= day ? [validTo === null || validTo > day ? day : validTo] : []);
  return ends.sort().at(-1);
}

/** The last moment not after the day. */
export function momentAt(all: Moment[], day: string): Moment | undefined {
  return all.findLast((moment) => moment.day <= day);
}
