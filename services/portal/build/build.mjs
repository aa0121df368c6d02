// `npm run build`: bundle, say what is shared and what loads first, compress.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rspack } from '@rspack/core';
import { compress } from './compress.mjs';
import config from './rspack.config.mjs';
import { sharedVersions } from './shared-libraries.mjs';

const bundle = () =>
  new Promise((resolve, reject) => {
    const compiler = rspack(config);
    compiler.run((error, stats) => {
      compiler.close(() => {
        if (error) reject(error);
        else if (stats.hasErrors())
          reject(new Error(stats.toString({ all: false, errors: true })));
        else resolve(stats);
      });
    });
  });

/** Which files a visitor of each surface downloads before the first page shows. */
function initialFiles(stats) {
  const { entrypoints, namedChunkGroups } = stats.toJson({
    all: false,
    entrypoints: true,
    chunkGroups: true,
  });
  const filesOf = group => group.assets.map(asset => asset.name);
  const entry = filesOf(entrypoints.main);
  const surface = name => [
    ...new Set([...entry, ...filesOf(namedChunkGroups[name])]),
  ];
  return { tenant: surface('tenant'), apex: surface('apex') };
}

const started = performance.now();
const seconds = () => ((performance.now() - started) / 1000).toFixed(1);

const stats = await bundle();
if (stats.hasWarnings()) {
  console.warn(stats.toString({ all: false, warnings: true }));
}
const writeJson = (name, data) =>
  writeFile(
    join(config.output.path, name),
    `${JSON.stringify(data, null, 2)}\n`,
  );
await writeJson('shared-versions.json', sharedVersions());
await writeJson('initial-files.json', initialFiles(stats));
console.log(`bundled in ${seconds()} s`);
await compress(config.output.path);
console.log(`compressed, ${seconds()} s in all`);
