// d3-geo 3 and topojson-client 3: the provinces as an SVG. TopoJSON is wound as d3 takes it.
import { geoMercator, geoPath } from "d3-geo";
import { feature } from "topojson-client";

const filter = JSON.stringify({ level: "PROVINCE" });
const topology = await (await fetch(`https://sentra.example/regions.topojson?${new URLSearchParams({ asOf: "2017-12-25", zoom: "4", filter })}`)).json();
const provinces = feature(topology, topology.objects.regions);
const path = geoPath(geoMercator().fitSize([960, 400], provinces)).digits(1);

document.getElementById("map").innerHTML = `<svg viewBox="0 0 960 400">${provinces.features
  .map((province) => `<path d="${path(province)}" fill="${province.properties.clusterCount > 0 ? "#4fa59c" : "#fbfaf6"}" stroke="#77746a"><title>${province.properties.name}: ${province.properties.clusterCount}</title></path>`)
  .join("")}</svg>`;
