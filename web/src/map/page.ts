// What every part of the page works with.
import type { FacetKind, Frame, Provinces } from './api';
import type { Moment } from './days';
import type { Refusal } from './refusal';
import type { View } from './view';
import type { Words } from './words';

/** What the parts of the page show and do. Each part draws itself from this, and asks for changes through it. */
export interface Page {
  view: View;
  words: Words;
  frame: Frame;
  moments: Moment[];
  /** The day that the view shows, also when it is today. */
  day: string;
  /** Why nothing can be asked for the view; undefined when it can. */
  refusal?: Refusal;
  /** The codes of the list, where no filter of the API gives it. */
  codes?: string[];
  /** How many clusters each choice of a filter would list; undefined until they are counted. */
  facets?: Map<FacetKind, Map<string, number>>;
  provinces: Provinces['regions']['nodes'];
  /** Changes the view. `quietly` takes no step in the browser's history. */
  change(changes: Partial<View>, quietly?: boolean): void;
  /** Lets a reader who does not see the page know. */
  say(text: string): void;
}

/** The name in the reader's language. */
export function nameIn(view: View, { name, nameId }: { name: string; nameId?: string }): string {
  return view.lang === 'id' && nameId ? nameId : name;
}
