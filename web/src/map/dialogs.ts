// "Show me the query" and "Embed".
import { toFragment } from '../operation';
import { ask, type Coverage, endpointAddress } from './api';
import { openOnDay } from './days';
import { h } from './dom';
import type { Page } from './page';
import { coverageQuery, curl, operation, type Question } from './questions';
import { subjectOf } from './title';
import { formatView, type View } from './view';
import { grouped, longDay } from './words';

const escapeAttribute = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

async function copy(page: Page, text: string, button: HTMLElement) {
  await navigator.clipboard.writeText(text);
  button.textContent = page.words.copied;
  page.say(page.words.copied);
}

function open(page: Page, title: string, content: (Node | null)[]) {
  const heading = h('h2', { id: 'dialog-title' }, title);
  const dialog = h('dialog', { 'aria-labelledby': 'dialog-title', onclose: () => dialog.remove(), onclick: (event: Event) => { if (event.target === dialog) dialog.close(); } },
    h('div', { className: 'inner' }, h('header', {}, heading, h('button', { type: 'button', className: 'round', 'aria-label': page.words.close, onclick: () => dialog.close() }, '×')), content));
  document.body.append(dialog);
  dialog.showModal();
}

const code = (label: string, text: string) => h('figure', {}, h('figcaption', {}, label), h('pre', { tabIndex: 0, 'aria-label': label }, h('code', {}, text)));

export function showQuery(page: Page, question: Question) {
  const { view, words } = page;
  const { query, variables } = operation(question);
  const line = curl(question, endpointAddress);
  const copier = (text: string, label: string): HTMLElement => {
    const button = h('button', { type: 'button', onclick: () => { copy(page, text, button).catch(() => {}); } }, label);
    return button;
  };
  open(page, words.queryTitle, [
    h('div', { className: 'actions' }, h('a', { className: 'button primary', id: 'open-playground', href: `playground?lang=${view.lang}${toFragment({ query, variables })}` }, words.openPlayground)),
    code(words.query, query), copier(query, words.copy),
    variables ? code(words.variables, variables) : null, variables ? copier(variables, words.copy) : null,
    code(words.asCurl, line), copier(line, words.copy),
  ]);
}

/** Compares the record with counts by others, so that nothing on the map is not mistaken for none. */
export async function showGaps(page: Page) {
  const { words, view, day, frame } = page;
  const { coverage } = await ask<Coverage>({ query: coverageQuery, variables: { asOf: day } });
  const percent = new Intl.NumberFormat(view.lang === 'id' ? 'id-ID' : 'en-GB', { style: 'percent', maximumFractionDigits: 1 });
  const rows = coverage.map(({ region, clusterCount, plannedCount, counted, share }) => h('tr', { className: region ? '' : 'total' }, h('th', { scope: 'row' }, region?.name ?? words.wholeCountryRow),
    h('td', { className: 'number' }, grouped(clusterCount, view.lang), plannedCount ? h('small', {}, `+ ${grouped(plannedCount, view.lang)} ${words.planned.toLowerCase()}`) : null),
    h('td', { className: 'number' }, counted ? `${grouped(counted.count, view.lang)} (${counted.year})` : '–'), h('td', { className: 'number' }, share === null ? '–' : percent.format(share))));
  const unknown = openOnDay(frame.dataset.designationCoverage, day);
  const lists = !unknown ? null : h('p', {}, 'part' in unknown ? words.partlyCoveredDay(unknown.part) : 'ended' in unknown ? words.notCoveredDay(longDay(unknown.ended, view.lang)) : words.notCoveredBefore(longDay(unknown.begins, view.lang)));
  const sources = new Map(coverage.flatMap(({ counted }) => counted?.sources ?? []).map((source) => [source.title, source]));
  open(page, words.gaps, [h('p', {}, words.gapsHint(longDay(day, view.lang))), lists,
    h('div', { className: 'gaps', tabIndex: 0, role: 'region', 'aria-label': words.gaps }, h('table', {}, h('thead', {}, h('tr', {}, [words.parent, words.held, words.countedByBPS, words.shareKnown].map((text, i) => h('th', { scope: 'col', className: i ? 'number' : '' }, text)))), h('tbody', {}, rows))),
    h('p', { className: 'cite' }, `${words.source}: `, [...sources.values()].map(({ title, url }, i) => h('span', {}, i ? '; ' : '', url ? h('a', { href: url, rel: 'noreferrer', target: '_blank' }, title) : title)))]);
}

/** Possible heights of an embedded map: relative to its width, or fixed. */
const sizes = { wide: 'aspect-ratio:16/9;min-height:340px', tall: 'aspect-ratio:4/5;max-height:90vh', 480: 'height:480px', 640: 'height:640px' } as const;

/** The HTML that embeds a view in an article, with options and a preview. */
export function showEmbed(page: Page, camera: View['camera']) {
  const { words, view, day } = page;
  let size: keyof typeof sizes = 'wide', theme = '', lang = view.lang, pinned = true;
  const preview = h('iframe', { title: words.preview, loading: 'lazy' });
  const shown = h('code', {});
  const address = () => {
    const given = formatView({ ...view, lang, day: pinned ? day : '', sort: '', refused: [], camera: camera && view.camera });
    return new URL(`embed${given}${theme && `${given ? '&' : '?'}theme=${theme}`}`, document.baseURI).href;
  };
  const text = () => `<iframe src="${address().replaceAll('&', '&amp;').replaceAll('"', '%22')}" title="${escapeAttribute(`${subjectOf({ ...page, view: { ...view, lang } })}, ${longDay(day, lang)}`)}" style="width:100%;${sizes[size]};border:0" loading="lazy"></iframe>`;
  const draw = () => {
    shown.textContent = text();
    if (preview.src !== address()) preview.src = address();
    preview.className = `preview of-${size}`;
  };
  const select = (id: string, label: string, value: string, choices: [string, string][], choose: (value: string) => void) => h('label', {}, h('span', {}, label),
    h('select', { id, onchange: (event: Event) => { choose((event.target as HTMLSelectElement).value); draw(); } }, choices.map(([key, name]) => h('option', { value: key, selected: key === value }, name))));
  const button = h('button', { type: 'button', className: 'primary', onclick: () => { copy(page, text(), button).catch(() => {}); } }, words.copyCode);
  draw();
  open(page, words.embedTitle, [h('p', {}, words.embedHint),
    h('div', { className: 'choices' },
      select('embed-size', words.size, size, [['wide', words.sizeWide], ['tall', words.sizeTall], ['480', words.sizeFixed(480)], ['640', words.sizeFixed(640)]], (value) => { size = value as 'wide'; }),
      select('embed-theme', words.theme, theme, [['', words.themeReader], ['light', words.themeLight], ['dark', words.themeDark]], (value) => { theme = value; }),
      select('embed-lang', words.language, lang, [['en', 'English'], ['id', 'Bahasa Indonesia']], (value) => { lang = value as 'en'; }),
      h('label', { className: 'check' }, h('input', { type: 'checkbox', id: 'embed-pin', checked: pinned, onchange: (event: Event) => { pinned = (event.target as HTMLInputElement).checked; draw(); } }), words.pinDay(longDay(day, view.lang)))),
    h('figure', {}, h('figcaption', {}, 'HTML'), h('pre', { tabIndex: 0, 'aria-label': 'HTML' }, shown)), button,
    h('figure', {}, h('figcaption', {}, words.preview), preview)]);
}
