// `npm run size`: fails when what a browser downloads before the first page grows over its budget.
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const budgetKb = { tenant: 800, apex: 150 };

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const initial = JSON.parse(readFileSync(`${dist}initial-files.json`, 'utf8'));

/** What goes over the wire with gzip; fonts and tiny files are sent as they are. */
function transferSize(file) {
  return (
    statSync(`${dist}${file}.gz`, { throwIfNoEntry: false }) ??
    statSync(`${dist}${file}`)
  ).size;
}

let failed = false;
for (const [surface, files] of Object.entries(initial)) {
  const kb = files.reduce((sum, file) => sum + transferSize(file), 0) / 1000;
  const budget = budgetKb[surface];
  if (kb > budget) failed = true;
  console.log(
    `${surface}: ${kb.toFixed(0)} kB gzip in ${files.length} files (budget ${budget} kB)`,
  );
}
if (failed) {
  console.error('The initial load is over its budget.');
  process.exit(1);
}
