import type { Operation } from '../operation';
import { lang } from './words';

/** A query to start from. */
export interface Example extends Operation {
  title: string;
}

const queries = import.meta.glob<string>('../../examples/*.graphql', { query: '?raw', import: 'default', eager: true });
const variables = import.meta.glob<string>('../../examples/*.variables.json', { query: '?raw', import: 'default', eager: true });

/**
 * The example queries, by file name: from simple to complex. Their first line has the title in English, the second in
 * Indonesian.
 */
export const examples: Example[] = Object.keys(queries).sort().map((path) => ({
  title: queries[path].split('\n')[lang === 'id' ? 1 : 0].replace(/^#\s*/, ''),
  query: queries[path],
  variables: variables[path.replace(/\.graphql$/, '.variables.json')] ?? '',
}));
