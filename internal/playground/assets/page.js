"use strict";
(async () => {
  const examples = await (await fetch("examples.json")).json();
  const menu = document.getElementById("examples");
  examples.forEach((example, i) => menu.append(new Option(example.title, String(i))));

  // The query and variables stand in the address, so that a view can be shared.
  const shared = new URLSearchParams(location.hash.slice(1));
  const state = { query: shared.get("query") || examples[0].query, variables: shared.get("variables") || "" };
  const remember = () => {
    const parameters = new URLSearchParams({ query: state.query });
    if (state.variables) parameters.set("variables", state.variables);
    history.replaceState(null, "", "#" + parameters);
  };
  const fetcher = GraphiQL.createFetcher({ url: new URL("../graphql", location.href).href });
  const explorer = GraphiQLPluginExplorer.explorerPlugin();
  const root = ReactDOM.createRoot(document.getElementById("graphiql"));
  const show = () => root.render(React.createElement(GraphiQL, {
    fetcher,
    plugins: [explorer],
    query: state.query,
    variables: state.variables,
    shouldPersistHeaders: false,
    onEditQuery: (query) => { state.query = query; remember(); },
    onEditVariables: (variables) => { state.variables = variables; remember(); },
  }));
  menu.addEventListener("change", () => {
    if (menu.value === "") return;
    state.query = examples[Number(menu.value)].query;
    state.variables = "";
    remember();
    show();
  });
  show();
})();
