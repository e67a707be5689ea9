// Leaflet 1.9: the regencies and cities of a province, and the clusters in them.
import L from "leaflet";
import "leaflet/dist/leaflet.css";

const sentra = "https://sentra.example";
const day = "2017-12-25";
const read = async (file, filter) => (await fetch(`${sentra}/${file}?${new URLSearchParams({ asOf: day, filter: JSON.stringify(filter), ...(file.startsWith("regions") && { zoom: "7" }) })}`)).json();

const colour = ({ disadvantaged, border, affirmative }) =>
  disadvantaged === "YES" ? "#e39b3f" : border === "YES" ? "#4f8fc4" : affirmative === "NO" ? "#fbfaf6" : "#cbc7ba";
const map = L.map("map");
const regions = L.geoJSON(await read("regions.geojson", { parent: "91" }), {
  style: ({ properties }) => ({ color: "#77746a", weight: 1, fillColor: colour(properties), fillOpacity: 0.85 }),
  onEachFeature: ({ properties }, layer) => layer.bindPopup(`${properties.name}: ${properties.affirmative}`),
}).addTo(map);
L.geoJSON(await read("clusters.geojson", { region: "91" }), {
  pointToLayer: (feature, at) => L.circleMarker(at, { radius: 6, color: "#ffffff", weight: 2, fillColor: "#a3195b", fillOpacity: 1 }),
}).addTo(map);
map.attributionControl.addAttribution(`<a href="${sentra}/about#licence">Sentra</a>`);
map.fitBounds(regions.getBounds());
