// A client that compiles only if the generated types match the answers.
import type { NeighboursOfDogiyaiQuery, SourcesQueryVariables, TitleQuestionQuery } from './operations';
import type { Region } from './schema';

export function codes(answer: TitleQuestionQuery): string[] {
  const count: number = answer.regions.totalCount;
  if (count === 0) return [];
  return answer.regions.nodes.map((region) => region.code);
}

export function parent(region: Region): string | null {
  return region.parent?.name ?? null;
}

export function wrong(answer: TitleQuestionQuery): void {
  // @ts-expect-error: the code is a text
  const code: number = answer.regions.nodes[0]!.code;
  // @ts-expect-error: the query does not ask for the area
  const area = answer.regions.nodes[0]!.areaKm2;
  // @ts-expect-error: the parent may be null
  const name: string = answer.regions.nodes[0]!.parent.name;
  void [code, area, name];
}

export const variables: SourcesQueryVariables = { code: '94.06', day: '2017-12-25' };
export type Neighbours = NeighboursOfDogiyaiQuery;
