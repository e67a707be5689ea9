// The card of a region or a cluster: its facts, with the source of each.
import { ask, type Box, type ClusterCard, type Facets, type ListedCluster, type RegionCard, type Source, type Succession, told } from './api';
import { h } from './dom';
import { nameIn, type Page } from './page';
import { clusterQuery, regionProductsQuery, regionQuery } from './questions';
import { kindStatus, status } from './results';
import { grouped, longDay } from './words';

/** What the card needs from the map. */
export interface CardActions {
  zoomTo(box: Box): void;
  /** Moves the map so that the card does not cover its subject. */
  reveal(box: Box): void;
}

/** The small line below a fact with its sources. */
function cite(page: Page, sources: Source[], more?: string): HTMLElement | null {
  if (sources.length === 0 && !more) return null;
  const seen = new Map(sources.map((source) => [source.title + source.url, source]));
  return h('small', { className: 'cite' }, more ? h('span', {}, more, seen.size ? ' · ' : '') : null, [...seen.values()].map((source, i) => h('span', {}, i ? '; ' : `${page.words.source}: `,
    source.url ? h('a', { href: source.url, rel: 'noreferrer', target: '_blank' }, source.title) : h('cite', {}, source.title),
    [source.publisher, source.date, source.licence].filter((text) => text && !source.title.includes(text)).map((text) => `, ${text}`).join(''))));
}

/** Why a region is not affirmative, or why that is unknown. The API's text is in the reader's language. */
function reasonOf({ view }: Page, { reason }: RegionCard['affirmative']['kinds'][number]): string {
  if (view.lang === 'id') return reason;
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`.replace('..', '.').replace('silence is not a no', 'not being listed does not mean no').replace(/\d{4}-\d{2}-\d{2}/g, (found) => longDay(found, view.lang));
}

type Content = Node | string | null | false;
const fact = (term: string, ...content: (Content | Content[])[]) => [h('dt', {}, term), h('dd', {}, ...content)];

export function createCard(into: HTMLElement, actions: CardActions) {
  let shown = '';
  /** The bounding box of the card's subject. */
  let about: Box | undefined;
  /** The id of the element that had the focus when the card was opened. */
  let opener = '';

  const sheet = (page: Page, title: string, subtitle: string, content: (Node | string)[]) => {
    const { words, change } = page;
    const close = () => {
      change({ selected: undefined });
      document.getElementById(opener)?.focus();
    };
    into.replaceChildren(h('div', { className: 'sheet', role: 'region', 'aria-label': title, onkeydown: (event: KeyboardEvent) => { if (event.key === 'Escape') close(); } },
      h('header', {}, h('div', {}, h('h2', { id: 'card-title', tabIndex: -1 }, title), h('p', {}, subtitle)),
        h('button', { type: 'button', className: 'round', 'aria-label': words.close, title: words.close, onclick: close }, '×')),
      h('div', { className: 'body', tabIndex: 0, role: 'group', 'aria-label': title }, ...content)));
    into.hidden = false;
  };

  const frameOf = (page: Page, title: string, subtitle: string, zoom: Box, content: (Node | string)[]) => {
    const { view, words, day } = page;
    const { kind, key } = view.selected!;
    sheet(page, title, subtitle, [...content, h('p', { className: 'row' }, h('button', { type: 'button', className: 'text', onclick: () => actions.zoomTo(zoom) }, words.zoomTo),
      h('a', { className: 'whole', href: `${view.lang}/${kind === 'region' ? 'regions' : 'clusters'}/${encodeURIComponent(key)}?asOf=${day}` }, kind === 'region' ? words.regionPage : words.clusterPage))]);
    about = zoom;
    actions.reveal(zoom);
  };

  const regionButton = (page: Page, code: string, name: string) => h('button', { type: 'button', className: 'link', onclick: () => page.change({ selected: { kind: 'region', key: code } }) }, name);

  /** The selected region or cluster does not exist on the day, such as a province before it was created. */
  const missing = (page: Page) => {
    const { view, words } = page;
    about = undefined;
    sheet(page, nameOf(page), words.notThere(longDay(page.day, view.lang)), []);
  };

  /** The clusters of a region, page by page. */
  const clustersOf = (page: Page, region: RegionCard): Node[] => {
    const { words, view, day } = page;
    const { totalCount } = region.clusters;
    if (totalCount === 0) return [h('p', {}, words.hostsNone)];
    // With many clusters, the sources are only on the card of each.
    const item = (c: ListedCluster) => h('li', {}, h('button', { type: 'button', className: 'link', onclick: () => page.change({ selected: { kind: 'cluster', key: c.key } }) }, nameIn(view, c)),
      // After a name of several lines it stands in a line of its own.
      ...[c.status === 'PLANNED' ? words.planned.toLowerCase() : c.phases.map(({ key }) => key.replace('-', '–')).join(', ')].filter(Boolean).map((text) => ` (${text})`), totalCount > 5 ? null : cite(page, c.sources));
    const list = h('ul', { className: 'clusters' }, region.clusters.nodes.map(item));
    let of: { product: string } | undefined, all = totalCount;
    const foot = h('div', {});
    const end = (pages: RegionCard['clusters']['pageInfo']) => foot.replaceChildren(!pages.hasNextPage ? '' : h('button', { type: 'button', className: 'more', onclick: async (event: Event) => {
      const button = event.currentTarget as HTMLButtonElement;
      button.disabled = true;
      const next = await ask<{ region: RegionCard | null }>({ query: regionQuery, variables: { code: region.code, asOf: day, after: pages.endCursor, of } }).catch(() => undefined);
      button.disabled = false;
      if (!next?.region) { page.say(words.unreachable); return; }
      const added = next.region.clusters.nodes.map(item);
      list.append(...added);
      end(next.region.clusters.pageInfo);
      added[0]?.querySelector('button')?.focus({ preventScroll: true });
    } }, words.more(Math.min(50, all - list.childElementCount), grouped(all, view.lang))));
    end(region.clusters.pageInfo);
    // With many clusters, readers look for a product.
    const products = h('div', { className: 'products' });
    const only = async (product: string | undefined) => {
      of = product === undefined ? undefined : { product };
      const next = await ask<{ region: RegionCard | null }>({ query: regionQuery, variables: { code: region.code, asOf: day, of } }).catch(() => undefined);
      if (!next?.region || of?.product !== product) return;
      all = next.region.clusters.totalCount;
      list.replaceChildren(...next.region.clusters.nodes.map(item));
      end(next.region.clusters.pageInfo);
      for (const button of products.querySelectorAll('button')) button.setAttribute('aria-pressed', String(button.dataset.product === product));
    };
    if (totalCount > 10) {
      ask<Pick<Facets, 'clusterFacets'>>({ query: regionProductsQuery, variables: { filter: { region: region.code }, asOf: day } }).then(({ clusterFacets }) => {
        const known = (clusterFacets.facets.find(({ kind }) => kind === 'PRODUCT')?.values ?? []).filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
        products.replaceChildren(...known.slice(0, 12).map(({ value, name, nameId, count }) => h('button', { type: 'button', 'data-product': value, 'aria-pressed': 'false',
          onclick: (event: Event) => { only((event.currentTarget as HTMLElement).getAttribute('aria-pressed') === 'true' ? undefined : value).catch(() => {}); } }, `${nameIn(view, { name: name ?? value, nameId: nameId ?? undefined })} `, h('b', {}, grouped(count, view.lang)))));
      }, () => {}); // Without them the list stays as it is.
    }
    return [...totalCount > 1 ? [h('p', {}, words.counted.clusters(totalCount))] : [], products, list, foot];
  };

  const drawRegion = (page: Page, region: RegionCard) => {
    const { words, view } = page;
    const day = (text: string | null) => text?.length === 10 ? longDay(text, view.lang) : text ?? '';
    const succession = (title: string, all: Succession[]) => all.length === 0 ? [] : fact(title, all.map((s) => h('p', {}, regionButton(page, s.region.code, s.region.name), `, ${day(s.date)}${s.law ? ` (${s.law})` : ''}`)), cite(page, all[0].sources ?? []));
    const kinds = region.affirmative.kinds.flatMap((kind) => fact(words[kind.kind],
      kindStatus(words, kind.kind, kind.answer),
      kind.designations.length > 0 ? kind.designations.map((d) => h('p', {}, `${d.regulation}, ${words.since} ${day(d.validFrom)}${d.validTo ? ` ${words.until} ${day(d.validTo)}` : ''}`,
        d.neighbouringCountries.length ? `. ${words.across}: ${d.neighbouringCountries.map((c) => new Intl.DisplayNames(view.lang, { type: 'region' }).of(c) ?? c).join(', ')}` : '', cite(page, d.sources, words[d.confidence])))
        : [h('p', {}, reasonOf(page, kind), cite(page, kind.answer === 'NO' ? kind.coverage.flatMap((c) => c.sources) : [], kind.confidence ? words[kind.confidence] : undefined))]));
    frameOf(page, region.name, [words[region.kind], `${words.code.toLowerCase()} ${region.code}`].join(', '), region.bbox, [h('dl', {},
      region.parent ? fact(words.parent, regionButton(page, region.parent.code, region.parent.name)) : [],
      fact(words.clusterCount, clustersOf(page, region)),
      region.kind === 'PROVINCE' ? [] : kinds,
      region.areaKm2 === null ? [] : fact(words.areaOf, `${grouped(region.areaKm2, view.lang)} ${words.squareKm}`),
      succession(words.founded, region.predecessors), succession(words.splitInto, region.successors),
      fact(words.sources, cite(page, region.sources)))]);
  };

  const drawCluster = (page: Page, cluster: ClusterCard) => {
    const { words, view } = page;
    const { lon, lat } = cluster.location.point;
    const yesNo = cluster.initialTarget === null ? words.initialTargetUnknown : cluster.initialTarget ? words.yes : words.no;
    const judged = cluster.grounds.filter(({ met }) => met !== null);
    // A region counts a cluster from the first day of its phase; before, there is no such cluster on the day.
    const begun = cluster.regions.length === 0 || cluster.regions.some(({ clusters }) => clusters.nodes.some((one) => one.key === cluster.key));
    frameOf(page, nameIn(view, cluster), cluster.status === 'PLANNED' ? words.planned : cluster.phases.length === 0 ? words.existing : cluster.phases.map(({ key }) => `${words.phase} ${key.replace('-', '–')}`).join(', '), { west: lon - 1.5, east: lon + 1.5, south: lat - 1.5, north: lat + 1.5 }, [begun ? '' : h('p', { className: 'note' }, (cluster.phases.length === 0 ? words.notKnownYet : words.phaseNotBegun)(longDay(page.day, view.lang))), h('dl', {},
      fact(words.products, cluster.products.map((p) => nameIn(view, p)).join(', '), cite(page, cluster.products.flatMap((p) => p.sources))),
      fact(words.places, cluster.regions.map((r) => h('p', {}, regionButton(page, r.code, r.name), r.parent ? [', ', regionButton(page, r.parent.code, r.parent.name)] : null,
        ' ', status(words, r.affirmative, `${words.status}: ${words[r.affirmative.answer]}`))),
        cluster.provinceNamed ? h('p', {}, `${words.asNamed}: ${cluster.provinceNamed}`) : null, cluster.regionNote ? h('p', {}, cluster.regionNote) : null, cite(page, cluster.sources)),
      fact(words.located, words[`${cluster.location.precision}_AT`]),
      cluster.place ? fact(words.place, cluster.place, cite(page, cluster.sources)) : [],
      cluster.firstYear === null ? [] : fact(words.firstYear, `${cluster.firstYear}`, cite(page, cluster.sources)),
      cluster.figures === null ? [] : fact(words.figures, `${[cluster.figures.units === null ? '' : `${grouped(cluster.figures.units, view.lang)} ${words.units}`, cluster.figures.workers === null ? '' : `${grouped(cluster.figures.workers, view.lang)} ${words.workers}`].filter(Boolean).join(', ')}${cluster.figures.year === null ? '' : ` (${cluster.figures.year})`}`, cite(page, cluster.sources)),
      cluster.readings.length === 0 ? [] : fact(words.readThere, cluster.readings.map((r) => h('p', {}, r.read, cite(page, [r.source])))),
      cluster.phases.length === 0 ? [] : fact(words.phases, cluster.phases.map(({ key, from, to }) => `${key.replace('-', '–')} (${words.since} ${from}${to ? ` ${words.until} ${to}` : ''})`).join(', '), cite(page, cluster.phases.flatMap((p) => p.sources))),
      cluster.phases.length === 0 ? [] : fact(words.initialTarget, yesNo, cluster.initialTarget === null ? null : cite(page, cluster.sources)),
      cluster.phases.length === 0 ? [] : fact(words.grounds, judged.length === 0 ? words.groundUnknown : judged.map((g) => h('p', {}, `${words[g.ground.kind as 'AFFIRMATIVE_THEME']}: ${g.met ? words.met : words.notMet}`, cite(page, g.sources)))),
      cluster.events.length === 0 ? [] : fact(words.events, cluster.events.map((e) => h('p', {}, `${e.date.length === 10 ? longDay(e.date, view.lang) : e.date}: ${words[e.kind as 'LAUNCH']}`,
        [e.what && (e.value === null ? e.what : `${e.value} ${e.what}`), e.place, e.with, e.note].filter(Boolean).map((text) => `, ${text}`).join(''), cite(page, e.sources)))))]);
  };

  /** The name of the selection that the page already has, before the query. */
  const nameOf = ({ view, frame }: Page) => {
    const key = view.selected!.key;
    return view.selected!.kind === 'region' ? frame.provinces.nodes.find(({ code }) => code === key)?.name ?? key : '';
  };

  return {
    /** The bounding box of the card's subject; undefined while there is no card. */
    about: () => into.hidden ? undefined : about,
    /** Shows the selection of the view, on its day. If the query fails it says so and returns the Error. */
    async draw(page: Page) {
      const { view, day } = page;
      const selected = page.refusal ? undefined : view.selected;
      const wanted = selected ? JSON.stringify([selected, day, view.lang, page.frame.dataset.version]) : '';
      if (wanted === shown) return;
      const focused = document.activeElement;
      const byKeyboard = Boolean(focused?.matches('#results :focus-visible'));
      shown = wanted;
      if (!selected) {
        into.hidden = true;
        into.replaceChildren();
        return;
      }
      if (focused && !into.contains(focused)) opener = focused.id;
      // The card of another day is not valid for this one.
      into.setAttribute('aria-busy', 'true');
      try {
        if (selected.kind === 'region') {
          const { region } = await ask<{ region: RegionCard | null }>({ query: regionQuery, variables: { code: selected.key, asOf: day } });
          if (shown !== wanted) return;
          if (region) drawRegion(page, region);
          else missing(page);
        } else {
          const { cluster } = await ask<{ cluster: ClusterCard | null }>({ query: clusterQuery, variables: { key: selected.key, asOf: day } });
          if (shown !== wanted) return;
          if (cluster) drawCluster(page, cluster);
          else missing(page);
        }
      } catch (error) {
        if (shown === wanted) {
          shown = '';
          about = undefined;
          const { words } = page;
          sheet(page, nameOf(page), longDay(day, view.lang), [h('p', { className: 'empty', role: 'alert' }, words.failed, ' ', told(words, error as Error))]);
        }
        throw error;
      } finally {
        if (shown === wanted || shown === '') into.removeAttribute('aria-busy');
      }
      // With the keyboard, the focus moves into the card.
      if (byKeyboard) into.querySelector<HTMLElement>('#card-title')?.focus({ preventScroll: true });
    },
  };
}
