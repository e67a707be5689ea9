// Fetches tiles and prints each as a line of JSON, as @mapbox/vector-tile reads
// it: { path, status, bytes, encoding, layers: { NAME: { version, extent, features } } }.
// usage: node decode.mjs BASE_URL  (paths on standard input, one a line)
import { readFileSync } from "node:fs";
import http from "node:http";
import zlib from "node:zlib";
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

const [base] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true });

// fetch would not report the number of bytes received.
function get(path) {
  return new Promise((resolve, reject) => {
    const request = http.get(base + path, { agent, headers: { "Accept-Encoding": "gzip" }, timeout: 20_000 }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode, encoding: response.headers["content-encoding"] ?? "", body: Buffer.concat(chunks) }));
    });
    request.on("error", reject);
    request.on("timeout", () => request.destroy(new Error(`no answer: ${path}`)));
  });
}

for (const path of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const { status, encoding, body } = await get(path);
  const out = { path, status, encoding, bytes: body.length, layers: {} };
  if (status === 200) {
    const tile = new VectorTile(new PbfReader(encoding === "gzip" ? zlib.gunzipSync(body) : body));
    for (const [name, layer] of Object.entries(tile.layers)) {
      const features = [];
      for (let i = 0; i < layer.length; i++) {
        const feature = layer.feature(i);
        features.push({
          id: feature.id,
          type: feature.type,
          properties: feature.properties,
          geometry: feature.loadGeometry().map((line) => line.map((p) => [p.x, p.y])),
        });
      }
      out.layers[name] = { version: layer.version, extent: layer.extent, features };
    }
  }
  process.stdout.write(JSON.stringify(out) + "\n");
}
agent.destroy();
