// OpenLayers 10: the vector tiles, coloured by status.
import Map from "ol/Map.js";
import View from "ol/View.js";
import MVT from "ol/format/MVT.js";
import VectorTileLayer from "ol/layer/VectorTile.js";
import VectorTileSource from "ol/source/VectorTile.js";
import { fromLonLat } from "ol/proj.js";
import { Circle, Fill, Stroke, Style } from "ol/style.js";
import "ol/ol.css";

const area = (colour) => new Style({ fill: new Fill({ color: colour }), stroke: new Stroke({ color: "#77746a", width: 0.6 }) });
const styles = { DISADVANTAGED: area("#e39b3f"), BORDER: area("#4f8fc4"), NO: area("#fbfaf6"), NOT_COVERED: area("#cbc7ba") };
const cluster = new Style({ image: new Circle({ radius: 5, fill: new Fill({ color: "#a3195b" }), stroke: new Stroke({ color: "#ffffff", width: 1.5 }) }) });

const map = new Map({
  target: "map",
  view: new View({ center: fromLonLat([136, -4]), zoom: 6 }),
  layers: [new VectorTileLayer({
    source: new VectorTileSource({ format: new MVT(), maxZoom: 14, url: "https://sentra.example/tiles/{z}/{x}/{y}.mvt?asOf=2017-12-25&layers=regencies,clusters", attributions: '<a href="https://sentra.example/about#licence">Sentra</a>' }),
    style: (feature) => {
      if (feature.get("layer") === "clusters") return cluster;
      return styles[feature.get("disadvantaged") === "YES" ? "DISADVANTAGED" : feature.get("border") === "YES" ? "BORDER" : feature.get("affirmative")];
    },
  })],
});
