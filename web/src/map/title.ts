// The description of a view, as a phrase in the reader's language.
import type { Money, Near } from './grounds';
import { nameIn, type Page } from './page';
import { asksForHosts, asksForNoneKnown } from './questions';
import { countFilters, productsOf, type View } from './view';

/** The parts of a phrase; empty if no filter needs them. */
interface Parts {
  affirmative: View['affirmative'];
  /** The clusters, with their conditions. */
  clusters: string;
  province: string;
  text: string;
  area: boolean;
  hosts: '' | 'some' | 'none' | 'none known';
  /** The further conditions of a screening. */
  grounds: string[];
}

/** Joins as "one", "one and another", or "one, another and a third"; Indonesian has a comma before the last one too. */
const and = (parts: string[], word: 'and' | 'or' | 'dan' | 'atau') => {
  const given = parts.filter(Boolean), comma = given.length > 2 && (word === 'dan' || word === 'atau') ? ',' : '';
  return [...given.slice(0, -2), given.slice(-2).join(`${comma} ${word} `)].join(', ');
};
const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const en = {
  country: 'Small-industry clusters and affirmative regions of Indonesia',
  clusters: (product: string, phase: string, target: View['initialTarget'], programme: View['programme'], more: string) => `${more}${product ? `${product} ` : ''}clusters${programme === 'true' ? ' of the programme' : programme === 'false' ? ' outside the programme' : ''}${phase ? ` of phase ${phase}` : ''}${
    target === 'true' ? ' that were initial targets' : target === 'false' ? ' known not to have been initial targets' : ''}`,
  traits: { PLANNED: 'planned ', EXISTING: 'existing ', INFERRED: 'inferred ', PARTIAL: 'partly read ', LISTED: 'listed ', ANY: 'supported ', APBN: 'APBN-supported ', DECONCENTRATION: 'deconcentration-supported ', DAK: 'DAK-supported ',
    TEXTILE: 'textile ', FOOD: 'food ', WOOD: 'wood and fibre ', METAL: 'metal ', CLAY_STONE: 'clay and stone ', LEATHER: 'leather ', OTHER: 'other ' } as Record<string, string>,
  or: 'or' as 'or' | 'atau',
  money: ({ fund, from, to }: Money) => `had ${fund === 'ANY' ? 'money of the state' : fund === 'DECONCENTRATION' ? 'deconcentration money' : `${fund} money`}${!from && !to ? '' : from && to ? from === to ? ` in ${from}` : ` in ${from}–${to}` : from ? ` since ${from}` : ` by ${to}`}`,
  near: ({ known, km }: Near) => `have ${known ? 'facilitators' : 'no facilitator'} known within ${km} km`,
  regency: { '': '', ANY: 'affirmative', DISADVANTAGED: 'disadvantaged', BORDER: 'border', NO: '' },
  one: { '': 'a regency or city', ANY: 'an affirmative regency or city', DISADVANTAGED: 'a disadvantaged regency', BORDER: 'a border regency or city', NO: 'a regency or city' },
  listOf: {
    clusters({ clusters, affirmative, province, text, area }: Parts) {
      const regencies = `${en.regency[affirmative]} regencies and cities${affirmative === 'NO' ? ' known not to be affirmative' : ''}`.trim();
      const where = affirmative ? ` in ${regencies}${province ? ` of ${province}` : ''}` : province ? ` in ${province}` : '';
      return `${clusters}${where}${text ? `, the place named “${text}”` : ''}${area ? ', within the chosen area' : ''}`;
    },
    regencies({ clusters, affirmative, province, text, area, hosts, grounds }: Parts) {
      const does = and([hosts && `host ${hosts === 'none' ? 'no ' : hosts === 'none known' ? 'no known ' : ''}${clusters}`, ...grounds, area ? 'touch the chosen area' : ''], 'and');
      return `${en.regency[affirmative]} regencies and cities${province ? ` of ${province}` : ''}${affirmative === 'NO' ? ' known not to be affirmative' : ''}${text ? ` named “${text}”` : ''}${does ? ` that ${does}` : ''}`;
    },
    screening(parts: Parts): string {
      return `${en.listOf.regencies(parts)}: the programme’s grounds${parts.hosts === 'some' || parts.clusters === 'clusters' ? '' : `, for ${parts.clusters}`}`;
    },
    provinces({ clusters, affirmative, province, text, area, hosts }: Parts) {
      const named = `provinces${province ? ` (${province})` : ''}${text ? ` named “${text}”` : ''}`;
      const none = affirmative === 'NO' ? ' without an affirmative regency or city' : '';
      if (hosts === 'some') return `${named}${none}${none ? ',' : ''} with ${en.one[affirmative]} that ${and([area ? 'touches the chosen area' : '', `hosts ${clusters}`], 'and')}`;
      const does = and([affirmative && !none ? `hold ${en.one[affirmative]}` : '', hosts && `host ${hosts === 'none' ? 'no' : 'no known'} ${clusters}`, area ? 'touch the chosen area' : ''], 'and');
      return `${named}${none}${does ? ` that ${does}` : ''}`;
    },
  },
};

const id: typeof en = {
  country: 'Sentra industri kecil dan daerah afirmatif di Indonesia',
  clusters: (product, phase, target, programme, more) => `sentra${product ? ` ${product}` : ''}${more}${programme === 'true' ? ' program' : programme === 'false' ? ' di luar program' : ''}${phase ? ` tahap ${phase}` : ''}${
    target === 'true' ? ' yang menjadi sasaran awal' : target === 'false' ? ' yang diketahui bukan sasaran awal' : ''}`,
  traits: { PLANNED: ' yang direncanakan', EXISTING: ' yang berdiri', INFERRED: ' yang disimpulkan', PARTIAL: ' dari teks terpotong', LISTED: ' dari daftar terbitan', ANY: ' yang didukung', APBN: ' dukungan APBN', DECONCENTRATION: ' dukungan dekonsentrasi', DAK: ' dukungan DAK',
    TEXTILE: ' tekstil', FOOD: ' pangan', WOOD: ' kayu dan anyaman', METAL: ' logam', CLAY_STONE: ' tanah liat dan batu', LEATHER: ' kulit', OTHER: ' lain' },
  or: 'atau',
  money: ({ fund, from, to }) => `pernah mendapat ${fund === 'ANY' ? 'dana negara' : fund === 'DECONCENTRATION' ? 'dana dekonsentrasi' : fund === 'DAK' ? 'DAK' : 'dana APBN'}${!from && !to ? '' : from && to ? from === to ? ` pada ${from}` : ` pada ${from}–${to}` : from ? ` sejak ${from}` : ` sampai ${to}`}`,
  near: ({ known, km }) => `${known ? 'diketahui memiliki' : 'tidak diketahui memiliki'} fasilitator dalam ${String(km).replace('.', ',')} km`,
  regency: { '': '', ANY: 'afirmatif', DISADVANTAGED: 'tertinggal', BORDER: 'perbatasan', NO: 'yang diketahui tidak afirmatif' },
  one: { '': 'kabupaten/kota', ANY: 'kabupaten/kota afirmatif', DISADVANTAGED: 'kabupaten tertinggal', BORDER: 'kabupaten/kota perbatasan', NO: 'kabupaten/kota' },
  listOf: {
    clusters({ clusters, affirmative, province, text, area }) {
      const where = affirmative ? ` di kabupaten/kota ${id.regency[affirmative]}${province ? `, ${province}` : ''}` : province ? ` di ${province}` : '';
      return `${clusters}${where}${text ? `, tempat bernama “${text}”` : ''}${area ? ', di dalam area yang dipilih' : ''}`;
    },
    regencies({ clusters, affirmative, province, text, area, hosts, grounds }) {
      const does = and([hosts && `${hosts === 'some' ? '' : 'tidak '}memiliki ${clusters}${hosts === 'none known' ? ' yang diketahui' : ''}`, ...grounds, area ? 'menyentuh area yang dipilih' : ''], 'dan');
      return `kabupaten/kota${affirmative ? ` ${id.regency[affirmative]}` : ''}${province ? ` di ${province}` : ''}${text ? ` bernama “${text}”` : ''}${does ? ` yang ${does}` : ''}`;
    },
    screening(parts) {
      return `${id.listOf.regencies(parts)}: dasar pemilihan program${parts.hosts === 'some' || parts.clusters === 'sentra' ? '' : `, untuk ${parts.clusters}`}`;
    },
    provinces({ clusters, affirmative, province, text, area, hosts }) {
      const named = `provinsi${province ? ` (${province})` : ''}${text ? ` bernama “${text}”` : ''}`;
      const none = affirmative === 'NO' ? ' tanpa kabupaten/kota afirmatif' : '';
      if (hosts === 'some') return `${named}${none}${none ? ',' : ''} dengan ${id.one[affirmative]} yang ${and([area ? 'menyentuh area yang dipilih' : '', `memiliki ${clusters}`], 'dan')}`;
      const does = and([affirmative && !none ? `memuat ${id.one[affirmative]}` : '', hosts && `tidak memiliki ${clusters}${hosts === 'none known' ? ' yang diketahui' : ''}`, area ? 'menyentuh area yang dipilih' : ''], 'dan');
      return `${named}${none}${does ? ` yang ${does}` : ''}`;
    },
  },
};

const phrases = { en, id };

/** The list of a view as a phrase: “Affirmative regencies and cities that host clusters”. */
export function titleOf({ view, frame }: Page): string {
  const phrase = phrases[view.lang];
  const name = and(productsOf(view).map((one) => {
    const product = frame.products.find(({ key }) => key === one);
    return product ? nameIn(view, product).toLowerCase() : one;
  }), phrase.or);
  // In Indonesian they follow the noun, the closest first.
  const traits = [view.status, view.confidence, view.fund, view.group];
  const parts: Parts = {
    affirmative: view.affirmative, clusters: phrase.clusters(name, view.phase.replace('-', '–'), view.initialTarget, view.programme, (view.lang === 'id' ? traits.reverse() : traits).map((trait) => phrase.traits[trait] ?? '').join('')),
    province: frame.provinces.nodes.find(({ code }) => code === view.province)?.name ?? view.province,
    text: view.text, area: view.area !== undefined, hosts: view.hosts === 'false' ? asksForNoneKnown(view) ? 'none known' : 'none' : view.list === 'screening' ? view.hosts === 'true' ? 'some' : '' : asksForHosts(view) ? 'some' : '',
    grounds: [view.money && phrase.money(view.money), view.facilitators && phrase.near(view.facilitators)].filter((text) => text !== undefined),
  };
  return upper(phrase.listOf[view.list](parts).trim());
}

/** The title of the page, a picture or an embed: the phrase of the list, or that of the whole country. */
export function subjectOf(page: Page): string {
  const { view } = page;
  return view.list === 'clusters' && countFilters(view) === 0 ? phrases[view.lang].country : titleOf(page);
}
