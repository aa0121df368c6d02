// `npm run generate`: TypeScript types from the OpenAPI documents in the repository's openapi/ folder.
// With `--check` nothing is written; it fails when the committed types are not those of the documents.
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const documents = new URL('../../../openapi/', import.meta.url);
const target = new URL('../src/api/generated/', import.meta.url);
/** The services that the portal's own pages talk to; the stock plugins bring their own types. */
const services = ['tenant-admin', 'plugins', 'catalog', 'gateway'];
const check = process.argv.includes('--check');

async function generate(service) {
  const ast = await openapiTS(new URL(`${service}.json`, documents), {
    // An object without described properties holds anything, not nothing.
    emptyObjectsUnknown: true,
  });
  return `// Generated from openapi/${service}.json by \`npm run generate\`. Do not edit.\n${astToString(ast)}`;
}

async function committed(file) {
  return readFile(new URL(file, target), 'utf8').catch(() => undefined);
}

const stale = [];
const present = await readdir(target).catch(() => []);
const wanted = services.map(service => `${service}.ts`);
for (const file of present.filter(name => !wanted.includes(name))) {
  stale.push(file);
  if (!check) await rm(new URL(file, target));
}

if (!check) await mkdir(target, { recursive: true });
for (const service of services) {
  const file = `${service}.ts`;
  const types = await generate(service);
  if (types === (await committed(file))) continue;
  stale.push(file);
  if (!check) await writeFile(new URL(file, target), types);
}

for (const file of stale) {
  const path = `src/api/generated/${file}`;
  if (check) console.error(`${path} is stale; run \`npm run generate\``);
  else console.log(path);
}
if (check && stale.length > 0) process.exitCode = 1;
