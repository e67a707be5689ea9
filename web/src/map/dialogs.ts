// "Show me the query" and "Embed".
import { toFragment } from '../operation';
import { endpointAddress } from './api';
import { h } from './dom';
import type { Page } from './page';
import { curl, operation, type Question } from './questions';
import { formatView } from './view';

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
  const { words } = page;
  const { query, variables } = operation(question);
  const line = curl(question, endpointAddress);
  const copier = (text: string, label: string): HTMLElement => {
    const button = h('button', { type: 'button', onclick: () => { copy(page, text, button).catch(() => {}); } }, label);
    return button;
  };
  open(page, words.queryTitle, [
    h('div', { className: 'actions' }, h('a', { className: 'button primary', id: 'open-playground', href: `playground${toFragment({ query, variables })}` }, words.openPlayground)),
    code(words.query, query), copier(query, words.copy),
    variables ? code(words.variables, variables) : null, variables ? copier(variables, words.copy) : null,
    code(words.asCurl, line), copier(line, words.copy),
  ]);
}

export function showEmbed(page: Page) {
  const { words, view } = page;
  const address = new URL(`embed${formatView(view)}`, document.baseURI).href.replaceAll('&', '&amp;').replaceAll('"', '%22');
  const text = `<iframe src="${address}" title="${words.title}" width="100%" height="480" style="border:0" loading="lazy"></iframe>`;
  const button = h('button', { type: 'button', className: 'primary', onclick: () => { copy(page, text, button).catch(() => {}); } }, words.copyCode);
  open(page, words.embedTitle, [h('p', {}, words.embedHint), code('HTML', text), button]);
}
