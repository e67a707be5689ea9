// Writes a Brotli-compressed copy of each built asset, at the best level, which the server sends instead.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const folder = new URL('dist/assets/', import.meta.url);
await Promise.all((await readdir(folder)).filter((name) => /\.(m?js|css|json|ttf)$/.test(name)).map(async (name) => {
  const content = await readFile(new URL(name, folder));
  await writeFile(new URL(`${name}.br`, folder), await promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }));
}));
