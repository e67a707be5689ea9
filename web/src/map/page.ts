// What all parts of the page share.
import type { FacetKind, Frame, Provinces } from './api';
import type { Moment } from './days';
import type { Refusal } from './refusal';
import type { View } from './view';
import type { Words } from './words';

/** The state and the actions of the page. Each part draws itself from this, and requests changes through it. */
export interface Page {
  view: View;
  words: Words;
  frame: Frame;
  moments: Moment[];
  /** The day that the view shows, even if it is today. */
  day: string;
  /** Why the view has no answer; undefined if it has one. */
  refusal?: Refusal;
  /** The codes of the list, if no filter of the API selects it. */
  codes?: string[];
  /** The number of clusters for each choice of a filter; undefined until they are counted. */
  facets?: Map<FacetKind, Map<string, number>>;
  provinces: Provinces['regions']['nodes'];
  /** Changes the view. `quietly` adds no entry to the browser's history. */
  change(changes: Partial<View>, quietly?: boolean): void;
  /** Announces a text to screen readers. */
  say(text: string): void;
}

/** The name in the reader's language. */
export function nameIn(view: View, { name, nameId }: { name: string; nameId?: string }): string {
  return view.lang === 'id' && nameId ? nameId : name;
}
