// Subscribes to datasetChanged with an independent client and prints a line of
// JSON for each event, and one when the connection opens. It ends after so many.
//   node listen.mjs ws|sse URL EVENTS
import { createClient as createSSE } from "graphql-sse";
import { createClient as createWS } from "graphql-ws";
import WebSocket from "ws";

const [kind, url, events] = process.argv.slice(2);
const wait = () => new Promise((resolve) => setTimeout(resolve, 100));
const client =
  kind === "ws"
    ? createWS({
        url: url.replace(/^http/, "ws"),
        webSocketImpl: WebSocket,
        retryAttempts: 50,
        retryWait: wait,
        shouldRetry: () => true,
        on: { connected: () => console.log(JSON.stringify({ connected: true })) },
      })
    : createSSE({ url, retryAttempts: 50, retry: wait, onMessage: undefined });

let seen = 0;
const stop = client.subscribe(
  { query: "subscription { datasetChanged { version counts { clusters } } }" },
  {
    next: (event) => {
      console.log(JSON.stringify(event));
      if (++seen === Number(events)) {
        stop();
        process.exit(0);
      }
    },
    error: (error) => {
      console.error("error", error);
      process.exit(1);
    },
    complete: () => {
      console.error("complete");
      process.exit(2);
    },
  },
);
