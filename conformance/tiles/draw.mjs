// Draws a style with MapLibre GL in Chromium and tells what it drew, as JSON:
// node draw.mjs URL PACKAGE...
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";

const [server, ...packages] = process.argv.slice(2);
const resolve = createRequire(import.meta.url).resolve;
const library = (name) => join(dirname(resolve(`${name}/package.json`)), "dist", "maplibre-gl.js");

const pages = createServer(async (request, response) => {
  const name = new URL(request.url, "http://localhost").pathname.slice(1);
  if (packages.includes(name.replace(/\.js$/, "")) && name.endsWith(".js")) return response.setHeader("Content-Type", "text/javascript").end(await readFile(library(name.slice(0, -3))));
  response.setHeader("Content-Type", "text/html").end(`<!doctype html><div id="map" style="width:800px;height:500px"></div><script src="/${name}.js"></script>`);
}).listen(0, "127.0.0.1");
await new Promise((listening) => pages.once("listening", listening));

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--disable-background-networking"] });
try {
  for (const name of packages) {
    for (const query of ["", "?labels=false"]) {
      const page = await browser.newPage();
      const faults = [], glyphs = [];
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("response", (answer) => {
        if (answer.status() >= 400 && !answer.url().endsWith("favicon.ico")) faults.push(`${answer.status()} ${answer.url()}`);
        if (answer.url().includes("/glyphs/")) glyphs.push(decodeURIComponent(new URL(answer.url()).pathname));
      });
      await page.goto(`http://127.0.0.1:${pages.address().port}/${name}`);
      const drawn = await page.evaluate(([style]) => new Promise((done, fail) => {
        const map = new maplibregl.Map({ container: "map", style, center: [110.4, -7.3], zoom: 6, fadeDuration: 0, canvasContextAttributes: { preserveDrawingBuffer: true }, preserveDrawingBuffer: true });
        map.on("error", ({ error }) => fail(error));
        map.once("idle", () => {
          const source = map.getCanvas(), copy = document.createElement("canvas");
          copy.width = source.width; copy.height = source.height;
          const context = copy.getContext("2d");
          context.drawImage(source, 0, 0);
          // Letters are the only thing as dark as this.
          const { data } = context.getImageData(0, 0, copy.width, copy.height);
          let dark = 0;
          for (let i = 0; i < data.length; i += 4) if (data[i] < 90 && data[i + 1] < 90 && data[i + 2] < 90) dark++;
          done({ version: maplibregl.version ?? maplibregl.getVersion(), regencies: map.queryRenderedFeatures({ layers: ["regencies"] }).length, dark,
            labels: map.getLayer("province-labels") ? [...new Set(map.queryRenderedFeatures({ layers: ["province-labels"] }).map((f) => f.properties.name))].sort() : [] });
        });
      }), [`${server}/style.json${query}`]);
      if (process.env.SENTRA_PICTURES) await page.screenshot({ path: join(process.env.SENTRA_PICTURES, `${name}${query ? "-plain" : ""}.png`) });
      console.log(JSON.stringify({ ...drawn, faults, glyphs: [...new Set(glyphs)].sort() }));
      await page.close();
    }
  }
} finally {
  await browser.close();
  pages.close();
}
