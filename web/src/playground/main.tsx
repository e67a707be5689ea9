import './workers';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './playground.css';
import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from '@graphiql/plugin-doc-explorer';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN, HistoryStore } from '@graphiql/plugin-history';
import { GraphiQLProvider, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import type { Fetcher } from '@graphiql/toolkit';
import { GraphiQL, GraphiQLInterface } from 'graphiql';
import { useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { fromFragment, toFragment, type Operation } from '../operation';
import { saveFile } from '../savefile';
import { preferredTheme } from '../theme';
import { hasGeometry, rows, toCSV, toGeoJSON } from './answer';
import { examples } from './examples';
import { mendTabs } from './tabs';
import { lang, words } from './words';

const endpoint = new URL('graphql', document.baseURI);

const fetcher: Fetcher = async ({ operationName, ...parameters }, options) => {
  // A newly chosen example runs before GraphiQL knows its name, with the name of the previous one.
  const known = operationName && new RegExp(`\\b(query|mutation|subscription)\\s+${operationName}\\b`).test(parameters.query);
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Accept-Language': lang, ...options?.headers },
    body: JSON.stringify({ ...parameters, operationName: known ? operationName : undefined }),
  });
  return response.json();
};

/** The data of an answer in GraphiQL's text, undefined if there is none. */
function dataOf(response: string | null): unknown {
  try {
    return JSON.parse(response ?? '').data ?? undefined;
  } catch {
    return undefined;
  }
}

/** Whether a query may run automatically: it changes nothing and ends. */
const isQuery = (text: string) => /[{]/.test(text) && !/\b(mutation|subscription)\b/.test(text);

/** Whether all editors are ready: before that, GraphiQL drops a request to run. */
function useReady() {
  return useGraphiQL((state) => Boolean(state.queryEditor && state.variableEditor && state.responseEditor));
}

/** GraphiQL itself, inert until it is ready. */
function Interface() {
  return (
    <main className="body" inert={!useReady()}>
      <GraphiQLInterface defaultEditorToolsVisibility="variables"><GraphiQL.Logo><></></GraphiQL.Logo></GraphiQLInterface>
    </main>
  );
}

/** The bar above GraphiQL: examples, sharing, and the last answer as a file. */
function Bar() {
  // Each tab has its own query and answer.
  const tab = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]);
  const data = useMemo(() => dataOf(tab?.response ?? null), [tab?.response]);
  const chosen = examples.findIndex(({ query }) => query.trim() === tab?.query?.trim());
  const file = `sentra-${/^\s*query\s+(\w+)/m.exec(tab?.query ?? '')?.[1].replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase() ?? 'answer'}`;
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const { run } = useGraphiQLActions();
  const ready = useReady();
  const [said, setSaid] = useState('');

  const show = (operation: Operation) => {
    queryEditor?.setValue(operation.query);
    variableEditor?.setValue(operation.variables);
    setSaid('');
  };
  useEffect(() => {
    const changed = () => {
      const shared = fromFragment(location.hash);
      if (!shared) return;
      show(shared);
      if (isQuery(shared.query)) run();
    };
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  });
  // The page opens with an answer.
  useEffect(() => {
    if (ready && isQuery(queryEditor?.getValue() ?? '')) run();
  }, [ready]);

  const share = async () => {
    history.replaceState(null, '', toFragment({ query: queryEditor?.getValue() ?? '', variables: variableEditor?.getValue() ?? '' }));
    try {
      await navigator.clipboard.writeText(location.href);
      setSaid(words.copied);
    } catch {
      setSaid(words.inAddress);
    }
  };
  const choose = (index: number) => {
    show(examples[index]);
    run();
  };
  const none = !data || rows(data).length === 0;
  return (
    <header className="bar">
      <h1><a href={`./?lang=${lang}`}>Sentra</a> <span>playground</span></h1>
      <select aria-label={words.examples} value={chosen < 0 ? '' : chosen} disabled={!ready} onChange={(event) => choose(Number(event.target.value))}>
        <option value="" disabled>{words.choose}</option>
        {examples.map((example, i) => <option key={example.title} value={i}>{example.title}</option>)}
      </select>
      <div className="actions">
        <button type="button" disabled={!ready} onClick={share}>{words.share}</button>
        <button type="button" disabled={none} onClick={() => saveFile(`${file}.csv`, 'text/csv;charset=utf-8', toCSV(data))}>{words.csv}</button>
        <button type="button" disabled={none || !hasGeometry(data)} title={none || hasGeometry(data) ? undefined : words.noGeometry} onClick={() => saveFile(`${file}.geojson`, 'application/geo+json', JSON.stringify(toGeoJSON(data)))}>{words.geojson}</button>
        {(['en', 'id'] as const).map((other) => other === lang ? null : <a key={other} href={`?lang=${other}`} lang={other} hrefLang={other}>{other === 'id' ? 'Bahasa Indonesia' : 'English'}</a>)}
        <output>{said}</output>
      </div>
    </header>
  );
}

const shared = fromFragment(location.hash);
const explorer = explorerPlugin();
const plugins = [DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN, explorer];

function Playground() {
  return (
    <GraphiQLProvider fetcher={fetcher} plugins={plugins} referencePlugin={DOC_EXPLORER_PLUGIN} defaultQuery={examples[0].query}
      initialQuery={shared?.query} initialVariables={shared?.variables} defaultTheme={preferredTheme()} shouldPersistHeaders={false}>
      <HistoryStore>
        <DocExplorerStore>
          <Bar />
          <Interface />
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  );
}

document.documentElement.lang = lang;
document.title = words.title;
const root = document.getElementById('playground')!;
createRoot(root).render(<Playground />);
mendTabs(root);
