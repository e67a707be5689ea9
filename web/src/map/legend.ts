// The legend, which also selects the meaning of the colours.
import { h } from './dom';
import type { Page } from './page';
import { productGroups } from './palette';
import { markedFilter } from './questions';

/** The labels of the colours: numbers of clusters, or classes of a screening's score. */
export const countLabels = ({ view, words }: Page) => view.list === 'screening' ? words.scoreClasses : [words.countZero, words.countOne, words.countTwo, words.countMore];

export function drawLegend(into: HTMLElement, page: Page, embedded: boolean) {
  const { view, words, frame, change } = page;
  const open = into.querySelector('details')?.open ?? !matchMedia(embedded ? '(max-width: 520px)' : '(max-width: 760px), (max-height: 800px)').matches;
  const row = (swatch: string, text: string) => h('li', {}, h('span', { className: `swatch ${swatch}`, 'aria-hidden': 'true' }), text);
  const choice = (value: 'affirmative' | 'count', text: string) => h('label', {},
    h('input', { type: 'radio', name: 'colour', value, checked: view.colour === value, onchange: () => change({ colour: value }) }), ` ${text}`);
  const drawn = frame.dataset.boundaries !== 'NONE';
  const matching = markedFilter(view) !== undefined;
  const colours = !drawn ? []
    : view.colour === 'affirmative'
      ? [row('disadvantaged', words.DISADVANTAGED), row('border', words.BORDER), row('both', words.BOTH), row('no', words.legendNo), row('not-covered', words.legendNotCovered)]
      : [...countLabels(page).map((text, i) => row(`count-${i}`, text)), ...view.list === 'screening' ? [row('spread', words.scoreSpread)] : matching ? [row('not-covered', words.countNoData)] : []];
  // The first phase has its own mark, and all later ones another.
  const marks = frame.phases.map(({ key }, i) => row(i === 0 ? 'earlier' : 'later', words.legendPoint(key.replace('-', '–'))));
  marks.push(row('other', words.legendOther), row('planned', words.legendPlanned));
  const groups = productGroups.map((group) => row(`other ${group.toLowerCase().replace('_', '-')}`, words.groups[group]));
  into.replaceChildren(h('details', { open }, h('summary', {}, words.legend),
    h('div', { className: 'columns' }, h('div', {}, embedded ? null : h('fieldset', {}, h('legend', {}, words.colourBy), choice('affirmative', words.byAffirmative), choice('count', view.list === 'screening' ? words.byScore : words.byCount)),
    drawn ? null : h('p', {}, words.noBoundaries), view.colour === 'count' && matching && drawn && view.list !== 'screening' ? h('p', { className: 'of' }, words.countMatching) : null,
    h('ul', {}, colours)), h('div', {}, h('ul', {}, marks), h('ul', { className: 'groups' }, groups)))));
}
