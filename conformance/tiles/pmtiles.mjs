// Reads an archive with PMTiles' own library, and compares its tiles with those of the
// server: node pmtiles.mjs FILE URL Z/X/Y...
import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import { PMTiles } from "pmtiles";

const [path, server, ...tiles] = process.argv.slice(2);
const file = await open(path);
const archive = new PMTiles({
  getKey: () => path,
  async getBytes(offset, length) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return { data: buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + bytesRead) };
  },
});
const header = await archive.getHeader();
const metadata = await archive.getMetadata();
let same = 0, empty = 0;
for (const tile of tiles) {
  const [z, x, y] = tile.split("/").map(Number);
  const got = await archive.getZxy(z, x, y);
  const response = await fetch(`${server}/tiles/${tile}.mvt?asOf=2017-12-25&layers=provinces,regencies,borders,labels`);
  const want = Buffer.from(await response.arrayBuffer());
  if (response.status === 204) {
    assert.equal(got, undefined, `${tile} is empty`);
    empty++;
  } else {
    assert.ok(got, `${tile} is missing`);
    assert.ok(Buffer.from(got.data).equals(want), `${tile} is another`);
    same++;
  }
}
console.log(JSON.stringify({ same, empty, minZoom: header.minZoom, maxZoom: header.maxZoom, bounds: [header.minLon, header.minLat, header.maxLon, header.maxLat],
  tiles: header.numAddressedTiles, leaves: header.leafDirectoryLength, layers: metadata.vector_layers.map((layer) => layer.id), asOf: metadata.asOf, attribution: metadata.attribution }));
await file.close();
