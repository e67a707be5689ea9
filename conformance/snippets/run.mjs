// Runs each snippet for a browser against a server and tells what it drew, as JSON:
// node run.mjs URL FOLDER
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const [server, folder] = process.argv.slice(2);
const folderHere = import.meta.dirname;

// An empty page of another origin than the server's, like that of an article.
const article = createServer((request, response) => response.setHeader("Content-Type", "text/html").end('<!doctype html><link rel="icon" href="data:,"><div id="map" style="width:960px;height:500px"></div>')).listen(0, "127.0.0.1");
await new Promise((listening) => article.once("listening", listening));

/** The expected number of visible items of a kind. */
const drawn = {
  maplibre: () => document.querySelectorAll("canvas.maplibregl-canvas").length,
  leaflet: () => document.querySelectorAll("path.leaflet-interactive").length,
  openlayers: () => document.querySelectorAll(".ol-layer canvas").length,
  "d3-geo": () => document.querySelectorAll("#map path").length,
  plot: () => document.querySelectorAll("#map [aria-label=geo] path").length * 1000 + document.querySelectorAll("#map [aria-label=dot] circle").length,
  echarts: () => document.querySelectorAll("#map canvas").length,
};
const runs = [["maplibre", "maplibre-gl-4"], ["maplibre", "maplibre-gl"], ["leaflet"], ["openlayers"], ["d3-geo"], ["plot"], ["echarts"]];

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu-compositing", "--disable-background-networking"] });
try {
  for (const [name, library] of runs) {
    const text = (await readFile(join(folder, `${name}.js`), "utf8")).replaceAll("https://sentra.example", server);
    const { outputFiles } = await build({ stdin: { contents: text, resolveDir: folderHere, sourcefile: `${name}.js` }, bundle: true, format: "esm", write: false, outdir: "/out", logLevel: "error",
      loader: { ".png": "dataurl" }, alias: library && library !== "maplibre-gl" ? { "maplibre-gl": library } : {} });
    const page = await browser.newPage({ viewport: { width: 960, height: 600 } });
    const faults = [];
    let asked = 0;
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => { if (message.type() === "error") faults.push(message.text()); });
    page.on("response", (answer) => {
      asked++;
      if (answer.status() >= 400 && !answer.url().endsWith("favicon.ico")) faults.push(`${answer.status()} ${answer.url()}`);
    });
    await page.goto(`http://127.0.0.1:${article.address().port}/`);
    for (const file of outputFiles) if (file.path.endsWith(".css")) await page.addStyleTag({ content: file.text });
    await page.addScriptTag({ type: "module", content: outputFiles.find((file) => file.path.endsWith(".js")).text });
    await page.waitForFunction(drawn[name], undefined, { timeout: 30_000 });
    await page.waitForLoadState("networkidle");
    await page.waitForTimeout(500);
    const things = await page.evaluate(drawn[name]);
    // The number of visible colours: a map that stayed empty has few.
    const picture = await page.locator("#map").screenshot(process.env.SENTRA_PICTURES ? { path: join(process.env.SENTRA_PICTURES, `${library ?? name}.png`) } : {});
    const colours = await page.evaluate(async (address) => {
      const image = await createImageBitmap(await (await fetch(address)).blob());
      const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height), seen = new Map();
      for (let i = 0; i < data.length; i += 4) {
        const colour = `#${[data[i], data[i + 1], data[i + 2]].map((c) => c.toString(16).padStart(2, "0")).join("")}`;
        seen.set(colour, (seen.get(colour) ?? 0) + 1);
      }
      return [...seen].filter(([, n]) => n > 40).sort(([, x], [, y]) => y - x).slice(0, 12).map(([colour]) => colour);
    }, `data:image/png;base64,${picture.toString("base64")}`);
    console.log(JSON.stringify({ name: library ?? name, things, asked, colours, faults }));
    await page.close();
  }
} finally {
  await browser.close();
  article.close();
}
