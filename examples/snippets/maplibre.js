// MapLibre GL JS 4 or 5: regions and clusters in Sentra's own style, on one day.
import maplibregl from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";

const map = new maplibregl.Map({
  container: "map",
  style: "https://sentra.example/style.json?asOf=2017-12-25",
  bounds: [[95, -11], [141.1, 6]],
});
map.on("click", "regencies", ({ features, lngLat }) => {
  const { name, affirmative } = features[0].properties;
  new maplibregl.Popup().setLngLat(lngLat).setText(`${name}: ${affirmative}`).addTo(map);
});
