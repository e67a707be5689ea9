// Views without an answer: a parameter in the address is invalid, or the API does not know its value.
import type { Frame } from './api';
import { h } from './dom';
import type { Page } from './page';
import { kindIsTooFine } from './questions';
import { changesAnswer, type Parameter, type View } from './view';
import { longDay } from './words';

export type Refusal = { kind: 'address'; parameters: Parameter[] } | { kind: 'before the record' } | { kind: 'kind too fine' };

/** Why a view has no answer; undefined if it has one. */
export function refusalOf(view: View, frame: Frame): Refusal | undefined {
  const parameters = view.refused.filter(changesAnswer);
  if (parameters.length > 0) return { kind: 'address', parameters };
  if (view.day && view.day < frame.dataset.regionsFrom) return { kind: 'before the record' };
  if (kindIsTooFine(view)) return { kind: 'kind too fine' };
  return undefined;
}

/** The refused day as it is in the address; undefined if the day is not the reason. */
export function refusedDay({ refused }: View): string | undefined {
  return refused.find(({ name }) => name === 'asOf')?.value;
}

export function refusalText(page: Page): string {
  return drawRefusal(page).flatMap((box) => [...(box as HTMLElement).querySelectorAll('h2, p')]).map(({ textContent }) => textContent!.replace(/\.?$/, '.')).join(' ');
}

/** The refusal, and what the reader can do. */
export function drawRefusal({ view, words, frame, day, change, refusal }: Page): Node[] {
  const offer = (text: string, changes: Partial<View>) => h('button', { type: 'button', onclick: () => change(changes) }, text);
  const box = (title: string, reasons: string[], ...offers: Node[]) => [h('div', { className: 'refusal', role: 'alert' },
    h('h2', {}, title), reasons.map((reason) => h('p', {}, reason)), h('div', { className: 'row' }, offers))];
  const begins = frame.dataset.regionsFrom;
  const toRecord = () => offer(words.toRecord(longDay(begins, view.lang)), { day: begins });
  switch (refusal?.kind) {
    case 'address':
      return box(words.refusedTitle, refusal.parameters.map(({ name, value }) => name === 'asOf' ? words.refusedDay(value) : words.refusedOther(name, value)),
        offer(words.withoutIt, { refused: view.refused.filter((one) => !refusal.parameters.includes(one)) }));
    case 'before the record':
      return box(words.beforeRecordTitle(longDay(day, view.lang)), [words.beforeRecord(longDay(begins, view.lang))], toRecord());
    case 'kind too fine':
      return box(words.refusedTitle, [words.kindTooFine], offer(words.anyKind, { affirmative: 'ANY' }), offer(words.thatHost, { hosts: 'true' }));
    default: return [];
  }
}

/** Invalid parameters in the address that do not affect the answer. */
export function drawLeftOut({ view, words, change }: Page): Node | null {
  const rest = view.refused.filter((parameter) => !changesAnswer(parameter));
  if (rest.length === 0) return null;
  return h('p', { className: 'left-out', role: 'status' }, `${words.refusedNote} ${rest.map(({ name, value }) => `${name}=${value}`).join(', ')} `,
    h('button', { type: 'button', className: 'round small', 'aria-label': words.close, onclick: () => change({ refused: view.refused.filter(changesAnswer) }, true) }, '×'));
}
