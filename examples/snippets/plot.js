// Observable Plot 0.6: regencies by status, and clusters.
import * as Plot from "@observablehq/plot";

const read = async (address) => (await fetch(`https://sentra.example/${address}`)).json();
const day = "asOf=2017-12-25";
const regencies = await read(`regions.geojson?${day}&winding=d3&zoom=4&filter=${encodeURIComponent('{"level":"REGENCY"}')}`);
const clusters = await read(`clusters.geojson?${day}&filter=${encodeURIComponent('{"programme":true}')}`);

document.getElementById("map").append(Plot.plot({
  projection: { type: "mercator", domain: regencies },
  color: { domain: ["YES", "NO", "NOT_COVERED"], range: ["#e39b3f", "#fbfaf6", "#cbc7ba"], legend: true },
  marks: [
    Plot.geo(regencies, { fill: (d) => d.properties.affirmative, stroke: "#77746a", strokeWidth: 0.3 }),
    Plot.dot(clusters.features, { x: (d) => d.geometry.coordinates[0], y: (d) => d.geometry.coordinates[1], fill: "#a3195b", stroke: "#ffffff", r: 4, title: (d) => d.properties.name }),
  ],
}));
