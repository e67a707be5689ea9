// Draws a style with MapLibre GL and with OpenLayers in Chromium and tells what it drew,
// as JSON: node draw.mjs URL PACKAGE...
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";

const [server, ...packages] = process.argv.slice(2);
const resolve = createRequire(import.meta.url).resolve;
const files = { ol: "ol/dist/ol.js", "ol-mapbox-style": "ol-mapbox-style" };
const library = (name) => (files[name] ? resolve(files[name]) : join(dirname(resolve(`${name}/package.json`)), "dist", "maplibre-gl.js"));

const pages = createServer(async (request, response) => {
  const name = new URL(request.url, "http://localhost").pathname.slice(1);
  if ([...packages, "ol-mapbox-style"].includes(name.replace(/\.js$/, "")) && name.endsWith(".js")) return response.setHeader("Content-Type", "text/javascript").end(await readFile(library(name.slice(0, -3))));
  response.setHeader("Content-Type", "text/html").end(`<!doctype html><div id="map" style="width:800px;height:500px"></div><script src="/${name}.js"></script>${name === "ol" ? '<script src="/ol-mapbox-style.js"></script>' : ""}`);
}).listen(0, "127.0.0.1");
await new Promise((listening) => pages.once("listening", listening));

/** In the page: draws with MapLibre GL. */
const mapLibre = ([style]) => new Promise((done, fail) => {
  const map = new maplibregl.Map({ container: "map", style, center: [110.4, -7.3], zoom: 6, fadeDuration: 0, canvasContextAttributes: { preserveDrawingBuffer: true }, preserveDrawingBuffer: true });
  map.on("error", ({ error }) => fail(error));
  map.once("idle", () => {
    const source = map.getCanvas(), copy = document.createElement("canvas");
    copy.width = source.width; copy.height = source.height;
    const context = copy.getContext("2d");
    context.drawImage(source, 0, 0);
    // Only letters are as dark as this.
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    let dark = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i] < 90 && data[i + 1] < 90 && data[i + 2] < 90) dark++;
    done({ version: maplibregl.version ?? maplibregl.getVersion(), regencies: map.queryRenderedFeatures({ layers: ["regencies"] }).length, dark,
      labels: map.getLayer("province-labels") ? [...new Set(map.queryRenderedFeatures({ layers: ["province-labels"] }).map((f) => f.properties.name))].sort() : [] });
  });
});

/** In the page: draws with OpenLayers and ol-mapbox-style. */
const openLayers = async ([style]) => {
  const map = new ol.Map({ target: "map", pixelRatio: 1 });
  await olms.apply(map, style, { webfonts: `${new URL(style).origin}/no-fonts` });
  map.getView().setCenter(ol.proj.fromLonLat([110.4, -7.3]));
  map.getView().setZoom(7);
  await new Promise((done) => map.once("rendercomplete", done));
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = map.getSize();
  const context = copy.getContext("2d");
  for (const canvas of document.querySelectorAll("#map canvas")) context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, copy.width, copy.height);
  let dark = 0;
  for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200 && data[i] < 90 && data[i + 1] < 90 && data[i + 2] < 90) dark++;
  const codes = new Set(), names = new Set();
  const tiles = map.getAllLayers().find((layer) => layer.getFeaturesInExtent);
  for (const feature of tiles.getFeaturesInExtent(map.getView().calculateExtent(map.getSize()))) {
    const { "mvt:layer": of, code, kind, name } = feature.getProperties();
    if (of === "regencies") codes.add(code);
    if (of !== "labels" || kind !== "PROVINCE") continue;
    // A label is drawn if it is hit at its position.
    const at = map.getPixelFromCoordinate(feature.getFlatCoordinates());
    if (map.forEachFeatureAtPixel(at, (met) => met.get("mvt:layer") === "labels" && met.get("name") === name, { hitTolerance: 3 })) names.add(name);
  }
  return { version: `ol ${ol.util.VERSION}`, regencies: codes.size, dark, labels: [...names].sort() };
};

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu-compositing", "--disable-background-networking"] });
try {
  for (const name of packages) {
    // OpenLayers requests tiles with the parameters of the style.
    for (const query of name === "ol" ? ["?asOf=2026-01-01", "?labels=false"] : ["", "?labels=false"]) {
      const page = await browser.newPage({ viewport: { width: 820, height: 520 } });
      const faults = [], glyphs = [];
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("response", (answer) => {
        if (answer.status() >= 400 && !answer.url().endsWith("favicon.ico")) faults.push(`${answer.status()} ${answer.url()}`);
        if (answer.url().includes("/glyphs/")) glyphs.push(decodeURIComponent(new URL(answer.url()).pathname));
      });
      await page.goto(`http://127.0.0.1:${pages.address().port}/${name}`);
      // In OpenLayers labels use the browser's fonts, so that nothing else is requested.
      const drawn = await page.evaluate(name === "ol" ? openLayers : mapLibre, [`${server}/style.json${query}`]);
      if (process.env.SENTRA_PICTURES) await page.screenshot({ path: join(process.env.SENTRA_PICTURES, `${name}${query.includes("labels") ? "-plain" : ""}.png`) });
      console.log(JSON.stringify({ ...drawn, faults, glyphs: [...new Set(glyphs)].sort() }));
      await page.close();
    }
  }
} finally {
  await browser.close();
  pages.close();
}
