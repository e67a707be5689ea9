// ECharts 6: a choropleth of the number of known clusters in each province.
import * as echarts from "echarts";

const filter = JSON.stringify({ level: "PROVINCE" });
const provinces = await (await fetch(`https://sentra.example/regions.geojson?${new URLSearchParams({ asOf: "2017-12-25", zoom: "4", filter })}`)).json();

echarts.registerMap("provinces", provinces);
echarts.init(document.getElementById("map")).setOption({
  tooltip: { trigger: "item" },
  visualMap: { min: 0, max: 20, text: ["20", "none known"], inRange: { color: ["#fbfaf6", "#a9d5cf", "#4fa59c", "#136a63"] } },
  series: [{
    type: "map", map: "provinces", nameProperty: "code",
    data: provinces.features.map(({ properties }) => ({ name: properties.code, value: properties.clusterCount })),
  }],
});
