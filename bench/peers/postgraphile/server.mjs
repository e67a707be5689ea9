// PostGraphile over the schema "peer", set up for production: a process a core,
// no query log, lists and relations with short names, no mutations.
// usage: node server.mjs DATABASE_URL PORT PROCESSES
import cluster from "node:cluster";
import http from "node:http";
import pg from "pg";
import { postgraphile } from "postgraphile";
import postgis from "@graphile/postgis";
import simplifyInflector from "@graphile-contrib/pg-simplify-inflector";

const [databaseUrl, port, processes] = process.argv.slice(2);

if (cluster.isPrimary && Number(processes) > 1) {
  for (let i = 0; i < Number(processes); i++) cluster.fork();
  const end = () => {
    for (const worker of Object.values(cluster.workers)) worker.kill();
    process.exit(0);
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
} else {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 8, options: "-c search_path=peer,public" });
  const handler = postgraphile(pool, "peer", {
    appendPlugins: [postgis.default ?? postgis, simplifyInflector.default ?? simplifyInflector],
    bodySizeLimit: "4MB",
    disableDefaultMutations: true,
    disableQueryLog: true,
    dynamicJson: true,
    graphiql: false,
    ignoreIndexes: false,
    ignoreRBAC: true,
    legacyRelations: "omit",
    setofFunctionsContainNulls: false,
    simpleCollections: "both",
  });
  http.createServer(handler).listen(Number(port), "127.0.0.1");
}
