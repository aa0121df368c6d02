/** Runs every suite in this folder: two at a time, and those alone that say how soon something is there under load. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const ALONE = ['backends.test.ts', 'hot-apply.test.ts', 'rolling.test.ts'];

function run(suites: string[], atATime: number): boolean {
  const options = ['--test', `--test-concurrency=${atATime}`, '--test-timeout=900000'];
  return spawnSync(process.execPath, [...options, ...suites], { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

const suites = readdirSync('.').filter(name => name.endsWith('.test.ts'));
const together = run(
  suites.filter(name => !ALONE.includes(name)),
  2,
);
const alone = run(ALONE, 1);
process.exitCode = together && alone ? 0 : 1;
