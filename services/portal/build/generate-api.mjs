// `npm run generate`: TypeScript types from the OpenAPI documents in the repository's openapi/ folder.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const documents = new URL('../../../openapi/', import.meta.url);
const target = new URL('../src/api/generated/', import.meta.url);
const wanted = ['tenant-admin', 'plugins', 'catalog', 'auth'];

await mkdir(target, { recursive: true });
const present = new Set(await readdir(documents));
for (const name of wanted) {
  const file = `${name}.json`;
  if (!present.has(file)) {
    console.warn(`openapi/${file} does not exist: skipped`);
    continue;
  }
  const types = astToString(await openapiTS(new URL(file, documents)));
  await writeFile(
    fileURLToPath(new URL(`${name}.ts`, target)),
    `// Generated from openapi/${file} by \`npm run generate\`. Do not edit.\n${types}`,
  );
  console.log(`src/api/generated/${name}.ts`);
}
