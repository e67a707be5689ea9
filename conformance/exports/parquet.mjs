// Reads GeoParquet files by a reader of others, and holds their metadata to the
// standard's (geoparquet.org, 1.1): node parquet.mjs URL ...
import assert from "node:assert/strict";
import { parquetMetadata, parquetReadObjects, parquetSchema } from "hyparquet";

for (const url of process.argv.slice(2)) {
  const response = await fetch(url);
  assert.equal(response.status, 200, `${url}: ${response.status}`);
  assert.equal(response.headers.get("content-type"), "application/vnd.apache.parquet");
  const file = await response.arrayBuffer();
  const metadata = parquetMetadata(file);
  const said = Object.fromEntries(metadata.key_value_metadata.map(({ key, value }) => [key, JSON.parse(value)]));
  const rows = await parquetReadObjects({ file });
  const columns = parquetSchema(metadata).children.map(({ element }) => element);
  const byName = Object.fromEntries(columns.map((element) => [element.name, element]));
  const told = { rows: rows.length, groups: metadata.row_groups.length, columns: columns.length, first: rows[0], asOf: said.sentra.asOf, sources: said.sentra.sources.length, located: 0 };
  if (said.geo) {
    const { version, primary_column: primary, columns: geometries } = said.geo;
    assert.equal(version, "1.1.0");
    const column = geometries[primary];
    assert.equal(column.encoding, "WKB");
    assert.equal(byName[primary].type, "BYTE_ARRAY");
    assert.ok(!("crs" in column), "without a crs positions are longitude, latitude");
    for (const edge of ["xmin", "ymin", "xmax", "ymax"]) assert.deepEqual(column.covering.bbox[edge], ["bbox", edge]);
    const all = [Infinity, Infinity, -Infinity, -Infinity];
    for (const row of rows) {
      const { type, coordinates } = row[primary];
      assert.ok(column.geometry_types.includes(type), type);
      const numbers = coordinates.flat(Infinity);
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      numbers.forEach((number, i) => {
        box[i % 2] = Math.min(box[i % 2], number);
        box[2 + (i % 2)] = Math.max(box[2 + (i % 2)], number);
      });
      assert.deepEqual([row.bbox.xmin, row.bbox.ymin, row.bbox.xmax, row.bbox.ymax], box);
      if (type === "MultiPolygon") {
        assert.equal(column.orientation, "counterclockwise");
        for (const [outer, ...holes] of coordinates) {
          const area = (ring) => ring.slice(1).reduce((sum, [x, y], i) => sum + ring[i][0] * y - x * ring[i][1], 0);
          assert.ok(area(outer) > 0 && holes.every((hole) => area(hole) < 0), `${url}: a ring runs the other way`);
        }
      }
      for (const i of [0, 1]) all[i] = Math.min(all[i], box[i]);
      for (const i of [2, 3]) all[i] = Math.max(all[i], box[i]);
      told.located++;
    }
    assert.deepEqual(column.bbox, all);
    delete told.first[primary];
  }
  told.types = Object.fromEntries(columns.map((element) => [element.name, element.logical_type?.type ?? element.type]));
  console.log(JSON.stringify(told, (_, value) => (typeof value === "bigint" ? Number(value) : value)));
}
