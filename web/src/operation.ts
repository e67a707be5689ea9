/** A GraphQL operation as text. */
export interface Operation {
  query: string;
  /** JSON, empty for an operation without variables. */
  variables: string;
}

/** The playground's address has the operation in its fragment, which never reaches a server's log. */
export function toFragment({ query, variables }: Operation): string {
  const parameters = new URLSearchParams({ query });
  if (variables.trim()) parameters.set('variables', variables);
  return `#${parameters}`;
}

/** The operation in a location's hash. */
export function fromFragment(hash: string): Operation | undefined {
  const parameters = new URLSearchParams(hash.slice(1));
  const query = parameters.get('query');
  return query === null ? undefined : { query, variables: parameters.get('variables') ?? '' };
}
