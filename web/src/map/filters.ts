// The filters: choices, a text, and an area that is drawn or typed.
import { ask, type FacetKind, type Search } from './api';
import { byId, h } from './dom';
import { nameIn, type Page } from './page';
import { productGroups } from './palette';
import { asksForHosts, asksForNoneKnown, searchQuery } from './questions';
import { screeningFields } from './screening';
import { grouped } from './words';
import { type Area, countFilters, defaults, parseArea, type View } from './view';

export interface Filters { draw(page: Page): void; drawn(): void }

/** What drawing needs from the map, which may be loaded later than the filters. */
export interface Drawing { begin(kind: Area['kind']): boolean; finish(): void; cancel(): void }

export function createFilters(into: HTMLElement, drawing: Drawing, folded: boolean): Filters {
  let page: Page;
  /** The kind of area whose form is open, even before there is an area. */
  let areaKind: Area['kind'] | undefined;
  let active = false;
  // On a phone the filters start collapsed: the map and the table come first.
  let open = !folded && !matchMedia('(max-width: 760px)').matches;

  type Choice = [value: string, text: string];
  /** The anchors of terms on the page about the record. */
  const terms: Partial<Record<keyof View, string>> = { affirmative: 'affirmative', phase: 'phase', fund: 'support', confidence: 'confidence', programme: 'programme', initialTarget: 'initial-target' };
  const select = (key: keyof View, label: string, given: Choice[], facet?: FacetKind) => {
    const counts = facet && page.facets?.get(facet);
    const choices = given.map(([value, text]): [...Choice, boolean] => {
      if (!counts || value === '') return [value, text, false];
      const count = counts.get(value === 'NO' ? 'NONE' : value) ?? 0;
      return [value, `${text} (${grouped(count, page.view.lang)})`, count === 0 && page.view[key] !== value];
    // Only those products that some cluster makes.
    }).filter(([, , none]) => !none || facet !== 'PRODUCT');
    const about = terms[key];
    return h('div', { className: 'field' }, h('label', { className: page.view[key] ? 'set' : '' }, h('span', {}, label),
    h('select', { id: `filter-${key}`, onchange: (event: Event) => page.change({ [key]: (event.target as HTMLSelectElement).value } as Partial<View>) },
      // A selected value is shown even if it cannot be chosen.
      [...choices, ...choices.some(([value]) => value === page.view[key]) ? [] : [[page.view[key], page.view[key], false] as [...Choice, boolean]]].map(([value, text, none]) => h('option', { value, selected: page.view[key] === value, disabled: none }, text)))),
    about ? h('a', { className: 'info', href: `${page.view.lang}/about#${about}`, 'aria-label': page.words.whatIs(label), title: page.words.whatIs(label) }, 'i') : null);
  };

  const stopDrawing = () => {
    if (active) drawing.cancel();
    active = false;
    byId('drawbar').hidden = true;
  };
  const beginDrawing = (kind: Area['kind']) => {
    active = drawing.begin(kind);
    if (!active) return;
    const { words } = page;
    const bar = byId('drawbar');
    bar.replaceChildren(h('div', {}, h('span', {}, { box: words.boxHint, polygon: words.polygonHint, circle: words.circleHint }[kind].split(', ')[0]),
      kind === 'polygon' ? h('button', { type: 'button', onclick: () => drawing.finish() }, words.finish) : null,
      h('button', { type: 'button', onclick: () => { stopDrawing(); draw(page); document.getElementById('area-draw')?.focus(); } }, words.cancel)));
    bar.hidden = false;
    byId('map').scrollIntoView({ block: 'nearest' });
    draw(page);
  };

  const areaForm = (kind: Area['kind']) => {
    const { words, view } = page;
    const area = view.area?.kind === kind ? view.area : undefined;
    const number = (name: string, label: string, value: number | undefined) => h('label', {}, h('span', {}, label),
      h('input', { name, id: `area-${name}`, type: 'number', step: 'any', required: true, inputMode: 'decimal', value: value === undefined ? '' : String(Number(value.toFixed(5))) }));
    const fields = kind === 'box' ? [number('west', words.west, area?.kind === 'box' ? area.west : undefined), number('south', words.south, area?.kind === 'box' ? area.south : undefined),
      number('east', words.east, area?.kind === 'box' ? area.east : undefined), number('north', words.north, area?.kind === 'box' ? area.north : undefined)]
      : kind === 'circle' ? [number('lon', words.lon, area?.kind === 'circle' ? area.centre[0] : undefined), number('lat', words.lat, area?.kind === 'circle' ? area.centre[1] : undefined),
        number('radius', words.radiusKm, area?.kind === 'circle' ? area.radius / 1000 : undefined)]
        : [h('label', { className: 'wide' }, h('span', {}, words.corners),
          h('textarea', { name: 'corners', id: 'area-corners', rows: 3, required: true, value: area?.kind === 'polygon' ? area.ring.map((p) => p.map((n) => Number(n.toFixed(5))).join(',')).join('\n') : '' }))];
    const wrong = h('p', { className: 'wrong', role: 'alert' });
    const apply = (event: Event) => {
      event.preventDefault();
      const given = new FormData(event.target as HTMLFormElement);
      const text = (name: string) => String(given.get(name) ?? '');
      const parsed = kind === 'polygon' ? parseArea(kind, text('corners')) : kind === 'box' ? parseArea(kind, ['west', 'south', 'east', 'north'].map(text).join(','))
        : parseArea(kind, [text('lon'), text('lat'), String(Number(text('radius')) * 1000)].join(','));
      if (!parsed) wrong.replaceChildren(words.areaWrong);
      // Indonesia does not cross the antimeridian, so two numbers are probably swapped.
      else if (parsed.kind === 'box' && parsed.west > parsed.east) {
        const { west, east } = parsed;
        const swap = h('button', { type: 'button', id: 'area-swap', onclick: () => take({ ...parsed, west: east, east: west }) }, words.swapWestEast);
        wrong.replaceChildren(words.westOfEast, ' ', swap, ' ', h('button', { type: 'button', className: 'text', onclick: () => take(parsed) }, words.acrossMeridian));
        swap.focus();
      } else take(parsed);
    };
    const take = (area: Area) => {
      byId('area-apply').focus();
      page.change({ area });
    };
    return h('form', { className: 'area', onsubmit: apply, noValidate: true },
      h('p', {}, { box: words.boxHint, polygon: words.polygonHint, circle: words.circleHint }[kind], ' ', words.areaHint),
      h('button', { type: 'button', id: 'area-draw', 'aria-pressed': String(active), onclick: () => active ? (stopDrawing(), draw(page)) : beginDrawing(kind) }, active ? words.drawing : words.draw),
      h('div', { className: 'fields' }, fields), h('div', { className: 'row' }, h('button', { type: 'submit', id: 'area-apply' }, words.apply),
        area ? h('button', { type: 'button', id: 'area-remove', className: 'text', onclick: () => { areaKind = undefined; page.change({ area: undefined }); } }, words.removeArea) : null), wrong);
  };

  // The list is filtered while the name is typed; a word is one entry of the browser's history.
  let typing: ReturnType<typeof setTimeout> | undefined, steps = 0;
  const enter = (quietly = false) => {
    const text = (document.getElementById('filter-text') as HTMLInputElement | null)?.value.trim() ?? '';
    if (text !== page.view.text) page.change({ text }, quietly);
  };
  const typed = () => {
    clearTimeout(typing);
    typing = setTimeout(() => { enter(steps++ > 0); }, 350);
  };

  const draw = (given: Page) => {
    page = given;
    const { view, words, frame, provinces, change } = page;
    if (view.area) areaKind = view.area.kind;
    const focused = document.activeElement?.id, within = into.contains(document.activeElement);
    const set = countFilters(view);
    const yesNo: Choice[] = [['', words.any], ['true', words.yes], ['false', words.no]];
    // For a province the filter applies to its regencies, and with a filter on hosts to the regency that hosts.
    const hosting = view.list === 'provinces' && asksForHosts(view);
    const kinds: Choice[] = view.list === 'provinces'
      ? [['', words.any], ['ANY', words.holdsAny], ...hosting ? [['DISADVANTAGED', words.onlyDisadvantaged], ['BORDER', words.onlyBorder]] as Choice[] : [], ['NO', words.holdsNone]]
      : [['', words.any], ['ANY', words.anyAffirmative], ['DISADVANTAGED', words.onlyDisadvantaged], ['BORDER', words.onlyBorder], ['NO', words.notAffirmative]];
    const kindsLabel = view.list !== 'provinces' ? words.affirmative : hosting ? words.holdsHostingAffirmative : words.holdsAffirmative;
    const known = view.province && !provinces.some(({ code }) => code === view.province) 
      ? [[view.province, words.notOnDay(frame.provinces.nodes.find(({ code }) => code === view.province)?.name ?? view.province)] as Choice] : [];
    const areaChoice = (kind: Area['kind'] | undefined, text: string) => h('button', {
      type: 'button', id: `area-${kind ?? 'none'}`, 'aria-pressed': String(areaKind === kind),
      onclick: () => {
        stopDrawing();
        areaKind = kind;
        if (view.area && view.area.kind !== kind) change({ area: undefined });
        else draw(page);
      },
    }, text);

    const details = h('details', { open, ontoggle: () => { open = details.open; } },
      h('summary', {}, h('h2', {}, words.filters), set > 0 ? h('span', { className: 'badge' }, words.filtersSet(set)) : null),
      h('div', { className: 'grid' },
        select('affirmative', kindsLabel, kinds, view.list === 'provinces' ? undefined : 'AFFIRMATIVE'),
        view.list === 'clusters' ? null : select('hosts', words.hosts, [['', words.any], ['true', words.yes], ...view.list === 'screening' ? [] : [['false', asksForNoneKnown({ ...view, hosts: 'false' }) ? words.noneKnown : words.no] as Choice]]),
        select('province', words.province, [['', words.allProvinces], ...known, ...provinces.map(({ code, name }): Choice => [code, name])], 'PROVINCE'),
        select('product', words.product, [['', words.any], ...frame.products.map((p): Choice => [p.key, nameIn(view, p)])], 'PRODUCT'),
        select('group', words.productGroup, [['', words.any], ...productGroups.map((group): Choice => [group, words.groups[group]])], 'PRODUCT_GROUP'),
        select('fund', words.fund, [['', words.any], ['ANY', words.anyFund], ['APBN', 'APBN'], ['DECONCENTRATION', words.deconcentration], ['DAK', 'DAK']], 'FUND'),
        ...view.list === 'screening' ? screeningFields(page) : [],
        select('confidence', words.confidence, [['', words.any], ['LISTED', words.published], ['INFERRED', words.inferred], ['PARTIAL', words.partial]], 'CONFIDENCE'),
        select('programme', words.programme, yesNo, 'PROGRAMME'),
        select('phase', words.phase, [['', words.any], ...frame.phases.map(({ key }): Choice => [key, key.replace('-', '–')])], 'PHASE'),
        select('initialTarget', words.initialTarget, yesNo),
        select('status', words.clusterStatus, [['', words.any], ['EXISTING', words.existingOnly], ['PLANNED', words.planned]], 'STATUS'),
        h('label', { className: view.text ? 'set' : '' }, h('span', {}, words.text), h('input', { id: 'filter-text', type: 'search', value: view.text, maxLength: 100, oninput: typed, onchange: () => { clearTimeout(typing); enter(); } })),
      ),
      h('fieldset', {}, h('legend', {}, words.area), h('div', { className: 'segments' }, areaChoice(undefined, words.areaNone), areaChoice('box', words.areaBox), areaChoice('polygon', words.areaPolygon), areaChoice('circle', words.areaCircle))),
      areaKind ? areaForm(areaKind) : null,
      set > 0 ? h('button', { type: 'button', id: 'clear', className: 'text', onclick: () => { stopDrawing(); areaKind = undefined; change({ ...defaults, lang: view.lang, day: view.day, refused: view.refused, list: view.list, colour: view.colour, sort: view.sort, camera: view.camera, selected: view.selected, area: undefined, money: undefined, facilitators: undefined }); } }, words.clear) : null);
    const field = document.activeElement instanceof HTMLInputElement && document.activeElement.id === 'filter-text' ? document.activeElement : undefined;
    const writing = field && { value: field.value, at: field.selectionStart };
    into.replaceChildren(details);
    // Redrawing must not lose the focus.
    if (focused && into.querySelector(`#${CSS.escape(focused)}`)) byId(focused).focus();
    else if (within) details.querySelector<HTMLElement>(focused === 'area-remove' ? '#area-none' : 'summary')!.focus();
    if (writing) {
      const now = byId<HTMLInputElement>('filter-text');
      now.value = writing.value;
      now.setSelectionRange(writing.at, writing.at);
    }
  };
  return { draw, drawn: () => { active = false; byId('drawbar').hidden = true; } };
}

/** The status that a word means, in either language. */
function statusOf(text: string): 'DISADVANTAGED' | 'BORDER' | undefined {
  const starts = (...words: string[]) => text.length >= 4 && words.some((word) => word.startsWith(text.toLowerCase()));
  if (starts('border', 'perbatasan')) return 'BORDER';
  return starts('disadvantaged', 'tertinggal', 'daerah tertinggal') ? 'DISADVANTAGED' : undefined;
}

/** The search field, with possible meanings of a text to choose from. */
export function createSearch(page: () => Page): HTMLElement {
  const options = h('ul', { id: 'search-options', role: 'listbox', hidden: true });
  const field = h('input', { type: 'search', id: 'search', role: 'combobox', autocomplete: 'off', maxLength: 100, 'aria-expanded': 'false', 'aria-controls': 'search-options', 'aria-autocomplete': 'list' });
  let chosen = -1;
  let waiting: ReturnType<typeof setTimeout>;
  const items = () => [...options.querySelectorAll<HTMLElement>('li:not(.nothing)')];
  const close = () => {
    options.hidden = true;
    field.setAttribute('aria-expanded', 'false');
    field.removeAttribute('aria-activedescendant');
    chosen = -1;
  };
  const mark = (next: number) => {
    const all = items();
    chosen = (next + all.length) % all.length;
    all.forEach((item, i) => item.setAttribute('aria-selected', String(i === chosen)));
    field.setAttribute('aria-activedescendant', all[chosen]?.id ?? '');
    all[chosen]?.scrollIntoView({ block: 'nearest' });
  };
  const option = (index: number, text: string, kind: string, act: () => void) => h('li', { id: `search-option-${index}`, role: 'option', 'aria-selected': 'false', onmousedown: (event: Event) => event.preventDefault(), onclick: () => { act(); field.value = ''; close(); } },
    h('span', {}, text), h('small', {}, kind));
  const search = async () => {
    const text = field.value.trim();
    const { words, view, change, say, day, frame } = page();
    if (text.length < 2) { close(); return; }
    const asOf = day < frame.dataset.regionsFrom ? frame.provinces.asOf : day;
    const { search: hits } = await ask<Search>({ query: searchQuery, variables: { text, asOf } });
    if (field.value.trim() !== text) return;
    const meant = statusOf(text);
    const found: HTMLElement[] = [];
    if (meant) found.push(option(found.length, `${words.affirmative}: ${words[meant]}`, words.filter, () => change({ affirmative: meant, list: view.list === 'provinces' ? 'regencies' : view.list })));
    // Several products, such as those of weavers, can be found by a common word in their names.
    const named = frame.products.filter(({ name, nameId }) => [name, nameId].some((one) => one.toLowerCase().includes(text.toLowerCase()))).length;
    if (named > 1 && !text.includes(',')) found.push(option(found.length, words.productsNamed(text, named), words.kindProduct, () => change({ product: text })));
    const firsts = found.length;
    found.push(...hits.map(({ node, matched, matchedKey: system }, hit) => {
      const i = firsts + hit;
      if (system) return option(i, node.parent ? `${node.name}, ${node.parent.name}` : node.name, `${words.code.toLowerCase()} ${matched}, ${words.systems[system]}`, () => change({ selected: { kind: 'region', key: node.code! } }));
      // For a match by a former or other name, show that name.
      const by = [node.name, node.nameId].includes(matched) || !matched ? '' : `${matched}: `;
      if (node.__typename === 'Region') return option(i, `${by && !node.name.includes(matched) ? by : ''}${node.parent ? `${node.name}, ${node.parent.name}` : node.name}`, words.kindRegion, () => change({ selected: { kind: 'region', key: node.code! } }));
      if (node.__typename === 'Cluster') return option(i, nameIn(view, node), words.kindCluster, () => change({ selected: { kind: 'cluster', key: node.key! } }));
      return option(i, nameIn(view, node), words.kindProduct, () => change({ product: node.key! }));
    }));
    if (found.length === 0) found.push(h('li', { className: 'nothing', role: 'option', 'aria-disabled': 'true' }, h('span', {}, words.searchNone)));
    found.push(option(found.length, words.searchFilter(text), '', () => change({ text })));
    options.replaceChildren(...found);
    options.hidden = false;
    field.setAttribute('aria-expanded', 'true');
    chosen = -1;
    const number = found.length - 1;
    say(hits.length + firsts === 0 ? words.searchNone : `${number}`);
  };
  field.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { search().catch(close); }, 150);
  });
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
    if (options.hidden) return;
    if (event.key === 'ArrowDown') mark(chosen + 1);
    else if (event.key === 'ArrowUp') mark(chosen - 1);
    else if (event.key === 'Enter') items()[Math.max(chosen, 0)]?.click();
    else return;
    event.preventDefault();
  });
  field.addEventListener('blur', close);
  return h('div', { className: 'search' }, field, options);
}
