// Collects the licences of all packages in the pages: public/licences.txt, which the server serves.
import { readdir, readFile, writeFile } from 'node:fs/promises';

const lock = JSON.parse(await readFile('package-lock.json', 'utf8'));
const out = ['The pages of Sentra are built from these packages, each under its own licence.'];
for (const [folder, { version, dev, optional, license }] of Object.entries(lock.packages)) {
  if (folder === '' || dev || optional) continue;
  const files = (await readdir(folder).catch(() => [])).filter((name) => /^(licen[cs]e|copying)/i.test(name));
  const texts = await Promise.all(files.map((name) => readFile(`${folder}/${name}`, 'utf8')));
  out.push(`${folder.replace(/^.*node_modules\//, '')} ${version} (${license ?? 'see below'})`, ...texts.map((text) => text.trim()));
}
await writeFile('public/licences.txt', `${out.join('\n\n----\n\n')}\n`);
