// The day: a slider over the days of the record, with a mark at each day on which something changes.
import { fromNumber, momentAt, openOnDay, toNumber } from './days';
import { h } from './dom';
import type { Page } from './page';
import { refusedDay } from './refusal';
import { longDay } from './words';

const stepsPerSecond = 0.7;

export interface Timeline { draw(page: Page): void }

export function createTimeline(into: HTMLElement): Timeline {
  let page: Page;
  let playing: ReturnType<typeof setInterval> | undefined;
  // The record's first day, and today.
  let first = 0, last = 1;

  const slider = h('input', { type: 'range', id: 'day-slider', step: '1' });
  const field = h('input', { type: 'date' });
  const play = h('button', { type: 'button', className: 'round' });
  const previous = h('button', { type: 'button', className: 'round' }, '‹');
  const next = h('button', { type: 'button', className: 'round' }, '›');
  const now = h('button', { type: 'button', className: 'text' });
  const shown = h('output', { className: 'shown', htmlFor: 'day-slider' });
  const told = h('p', { className: 'told' });
  const marks = h('div', { className: 'marks', 'aria-hidden': 'true' });
  const years = h('div', { className: 'years', 'aria-hidden': 'true' });
  const wrapper = h('div', { className: 'track' }, slider, marks, years);
  into.replaceChildren(h('div', { className: 'buttons' }, previous, play, next), h('div', { className: 'dates' }, shown, field, now), wrapper, told);

  const go = (day: string, quietly = false) => page.change({ day: day === fromNumber(last) ? '' : day }, quietly);
  const stop = () => {
    clearInterval(playing);
    playing = undefined;
    drawPlay();
  };
  const drawPlay = () => {
    play.textContent = playing ? '❚❚' : '▶';
    play.setAttribute('aria-label', playing ? page.words.pause : page.words.play);
  };
  const after = () => page.moments.find(({ day }) => day > page.day)?.day ?? fromNumber(last);

  // One drag, or a series of key presses, is one entry of the browser's history.
  let rest: ReturnType<typeof setTimeout> | undefined;
  slider.addEventListener('input', () => {
    stop();
    go(fromNumber(Number(slider.value)), rest !== undefined);
    clearTimeout(rest);
    rest = setTimeout(() => { rest = undefined; }, 1000);
  });
  field.addEventListener('change', () => { stop(); if (field.value && field.checkValidity()) go(field.value); });
  previous.addEventListener('click', () => { stop(); go(page.moments.findLast(({ day }) => day < page.day)?.day ?? fromNumber(first)); });
  next.addEventListener('click', () => { stop(); go(after()); });
  now.addEventListener('click', () => { stop(); go(fromNumber(last)); });
  play.addEventListener('click', () => {
    if (playing) { stop(); return; }
    go(page.day >= fromNumber(last) ? fromNumber(first) : after());
    playing = setInterval(() => {
      if (page.day >= fromNumber(last)) stop();
      else go(after(), true);
    }, 1000 / stepsPerSecond);
    drawPlay();
  });

  const share = (day: number) => `${(day - first) / (last - first) * 100}%`;
  /** A note about the day, with a link to a better one. */
  const draw = (given: Page) => {
    page = given;
    const { words, view, day, frame } = page;
    const refused = refusedDay(view);
    const spoken = refused === undefined ? longDay(day, view.lang) : `“${refused}”`;
    first = toNumber(frame.dataset.regionsFrom);
    last = toNumber(frame.provinces.asOf);
    slider.min = String(first);
    slider.max = String(last);
    field.min = fromNumber(first);
    field.max = fromNumber(last);
    slider.value = String(toNumber(day));
    slider.setAttribute('aria-label', words.timeline(longDay(frame.dataset.regionsFrom, view.lang)));
    slider.setAttribute('aria-valuetext', refused === undefined ? spoken : `${spoken}: ${words.notThisDay}`);
    field.value = refused === undefined ? day : '';
    field.setAttribute('aria-label', words.day);
    shown.textContent = spoken;
    for (const [button, text] of [[previous, words.previous], [next, words.next]] as const) {
      button.setAttribute('aria-label', text);
      button.title = text;
    }
    now.textContent = words.today;
    now.disabled = view.day === '' && refused === undefined;
    drawPlay();

    marks.replaceChildren(...page.moments.filter(({ say }) => say).map((moment) => {
      const mark = h('i', { className: moment.day <= day ? 'past' : '' });
      mark.style.left = share(toNumber(moment.day));
      return mark;
    }));
    // The first year begins before the record.
    const firstYear = Number(fromNumber(first).slice(0, 4)) + 1, lastYear = Number(fromNumber(last).slice(0, 4));
    years.replaceChildren(...Array.from({ length: lastYear - firstYear + 1 }, (_, i) => {
      const year = h('span', { className: i % 2 ? 'odd' : '' }, String(firstYear + i));
      year.style.left = share(toNumber(`${firstYear + i}-01-01`));
      return year;
    }));
    told.replaceChildren(...tell(page));
  };

  const jump = (text: string, day: string) => h('button', { type: 'button', className: 'text', onclick: () => { stop(); go(day); } }, text);
  const tell = ({ words, view, day, frame, moments }: Page): (Node | string)[] => {
    const spell = (d: string) => longDay(d, view.lang);
    const begins = frame.dataset.regionsFrom;
    const refused = refusedDay(view);
    if (refused !== undefined) return [words.refusedDay(refused)];
    if (day < begins) return [words.beforeRecord(spell(begins)), ' ', jump(words.toRecord(spell(begins)), begins)];
    const moment = momentAt(moments.filter(({ say }) => say), day);
    const said = moment ? [h('span', {}, h('time', { dateTime: moment.day }, spell(moment.day)), `: ${moment.say!(words)}.`)] : [];
    const open = openOnDay(frame.dataset.designationCoverage, day);
    if (!open) return said;
    if ('begins' in open) return [...said, ' ', words.notCoveredBefore(spell(open.begins)), ' ', jump(words.toDay(spell(open.begins)), open.begins)];
    const see = 'part' in open ? open.see : open.ended;
    return [...said, ' ', 'part' in open ? words.partlyCoveredDay(open.part) : words.notCoveredDay(spell(open.ended)), ...see ? [' ', jump(words.toDay(spell(see)), see)] : []];
  };
  return { draw };
}
