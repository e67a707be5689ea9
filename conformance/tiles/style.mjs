// Validates a style by MapLibre's own specification and prints what it finds
// wrong, as a JSON array of messages.
// usage: node style.mjs URL
import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";

const response = await fetch(process.argv[2]);
if (!response.ok) throw new Error(`status ${response.status}`);
console.log(JSON.stringify(validateStyleMin(await response.json()).map((e) => `${e.line ?? ""}: ${e.message}`)));
