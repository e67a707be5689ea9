// The start of the page: the day that is shown and why, and example questions as links.
import { lastCovered } from './days';
import { h } from './dom';
import { usualKm } from './grounds';
import { nameIn, type Page } from './page';
import { defaults, formatView, type View } from './view';
import { longDay } from './words';

export interface Opening { draw(page: Page): void }

/** The product with the most clusters in the record. */
const askedProduct = 'batik';

/** Weavers make one of these products; on this day there is a region that meets the question. */
const weavers = 'tenun,songket', placing = '2019-12-31';

/** `open`: the page itself selected what to show. */
export function createOpening(into: HTMLElement, open: boolean): Opening {
  const narrow = matchMedia('(max-width: 760px)').matches;
  return {
    draw(page) {
      const { view, words, frame, change } = page;
      const covered = lastCovered(frame.dataset.designationCoverage, frame.provinces.asOf) ?? '';
      const announced = frame.programme.sources.find(({ date }) => date?.length === 10)?.date ?? covered;
      const spell = (day: string) => longDay(day || frame.provinces.asOf, view.lang);
      const product = frame.products.find(({ key }) => key === askedProduct) ?? frame.products[0];
      const weaving = frame.products.find(({ key }) => key === 'weaving');
      const question = (text: string, changes: Partial<View>) => {
        const answer: View = { ...defaults, lang: view.lang, ...changes };
        return h('li', {}, h('a', { href: `./${formatView(answer)}`, onclick: (event: Event) => {
          const { ctrlKey, metaKey, shiftKey } = event as MouseEvent;
          if (ctrlKey || metaKey || shiftKey) return;
          event.preventDefault();
          open = false;
          change({ money: undefined, facilitators: undefined, weights: undefined, ...answer, area: undefined, selected: undefined, camera: changes.camera });
        } }, text));
      };
      const begun = open && view.day === covered && formatView({ ...view, camera: undefined }) === formatView({ ...defaults, lang: view.lang, day: covered });
      into.replaceChildren(h('details', { open, ontoggle: (event: Event) => { open = (event.target as HTMLDetailsElement).open; } }, h('summary', {}, h('h2', {}, words.openingTitle)),
        h('ul', {},
          question(words.asksTitle(spell(announced)), { day: announced, list: 'regencies', affirmative: 'ANY', programme: 'true' }),
          question(words.asksCountry(spell(covered)), { day: covered, list: 'regencies', affirmative: 'ANY', hosts: 'true' }),
          product ? question(words.asksProduct(nameIn(view, product).toLowerCase()), { day: covered, product: product.key }) : null,
          weaving ? question(words.asksChoice(nameIn(view, weaving).toLowerCase()), { day: covered, list: 'screening', colour: 'count', affirmative: 'ANY', product: weaving.key, hosts: 'true' }) : null,
          question(words.asksPlacing(spell(placing)), { day: placing, list: 'screening', colour: 'count', affirmative: 'ANY', product: weavers, hosts: 'true', money: { fund: 'DAK' }, facilitators: { known: false, km: usualKm } }),
          question(words.asksBorder, { day: covered, list: 'regencies', affirmative: 'BORDER', hosts: 'false' }),
          question(words.asksPapua, { day: '2022-07-25', list: 'provinces', colour: 'affirmative', camera: { lon: 134.5, lat: -4, zoom: narrow ? 4 : 5 } })),
        begun && covered ? h('p', {}, words.openingDay(spell(covered)), ' ', h('button', { type: 'button', className: 'text', onclick: () => change({ day: '' }) }, words.seeToday)) : null));
    },
  };
}
