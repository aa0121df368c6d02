// Writes `.br` and `.gz` siblings for everything the gateway may serve compressed.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

const compressible = /\.(js|css|json|svg|txt)$/;
// 9 instead of 11: about 3 % larger files for a tenth of the time.
const brotliQuality = 9;
const smallestWorthwhile = 512;
const parallel = 4;

async function compressFile(file) {
  const bytes = await readFile(file);
  if (bytes.length < smallestWorthwhile) return;
  const [br, gz] = await Promise.all([
    brotli(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: brotliQuality,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
    deflate(bytes, { level: 8 }),
  ]);
  await Promise.all([writeFile(`${file}.br`, br), writeFile(`${file}.gz`, gz)]);
}

/** Compresses every eligible file below `folder`. */
export async function compress(folder) {
  const entries = await readdir(folder, {
    recursive: true,
    withFileTypes: true,
  });
  const queue = entries
    .filter(entry => entry.isFile() && compressible.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name));
  const work = async () => {
    for (let file = queue.pop(); file; file = queue.pop()) {
      await compressFile(file);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
}
