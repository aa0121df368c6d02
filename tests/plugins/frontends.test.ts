/** Published front ends are installed one after the other, built into remotes, and looked at in a real Chromium. */
import { strict as assert } from 'node:assert';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { launch } from '../e2e/browser.ts';
import { Bench } from './bench.ts';
import { type Frontend } from './case.ts';
import { frontends } from './frontends.ts';
import { type Browser, Onlooker } from './onlooker.ts';
import { chosen, isCore, writeRows, type Row } from './results.ts';
import { layDown } from './shared-install.ts';

const cases = chosen(frontends);
const rows: Row[] = [];
let bench: Bench;
let browser: Browser;
let onlooker: Onlooker;

before(async () => {
  const beside = cases.flatMap(plugin => plugin.beside ?? []).map(spec => spec.slice(0, spec.lastIndexOf('@')));
  bench = await Bench.open([...cases.map(({ package: name }) => name), ...beside]);
  // The first is installed as anybody's is.
  if (isCore) await layDown(cases.slice(1), path.join(bench.installation.dataDir, 'bundles'));
  browser = await launch();
  onlooker = await Onlooker.signIn(browser, bench.around.portal, bench.admin);
});

after(async () => {
  await browser?.close();
  await bench?.close();
});

for (const plugin of cases) {
  test(`${plugin.package}${plugin.fails ? ' is known to fail' : ' shows'}`, async () => {
    const outcome = await attempt(plugin);
    rows.push({ ...outcome, ...(plugin.fails && { why: plugin.fails.why }) });
    writeRows('frontends', rows, frontends);
    if (plugin.fails === undefined) assert.equal(outcome.failure, undefined);
    else assert.match(outcome.failure ?? 'it works: take the entry’s `fails` away', plugin.fails.says);
  });
}

/** Installs and looks; a failure of any of it is part of the result. */
async function attempt(plugin: Frontend): Promise<Row> {
  const row = { package: plugin.package, version: plugin.version, request: plugin.page, recipe: plugin.recipe === true };
  const pluginIds: string[] = [];
  try {
    for (const spec of plugin.beside ?? []) pluginIds.push((await bench.install(spec)).pluginId);
    const installed = await bench.install(`${plugin.package}@${plugin.version}`);
    pluginIds.push(installed.pluginId);
    assert.equal(installed.hasFrontend, true);
    const built = bench.builtRemote(plugin.package, plugin.version);
    const seen = await onlooker.look(bench.around.portal + plugin.page, plugin.sees, plugin.excuse);
    if (process.env.PLUGINS_SHOTS) await keepSight(process.env.PLUGINS_SHOTS, plugin.package, seen);
    return { ...row, ...built, answer: seen.found, ...(seen.failure !== undefined && { failure: seen.failure }) };
  } catch (error) {
    return { ...row, failure: error instanceof Error ? error.message : String(error) };
  } finally {
    for (const pluginId of pluginIds) await bench.remove(pluginId);
    // Half a gigabyte that nothing needs once the remote is built.
    await bench.forget(plugin.package, plugin.version);
  }
}

/** For people who write cases: what the page looked like, its text, and its complaints. */
async function keepSight(folder: string, name: string, seen: { text: string; complaints: string[] }): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, name.replace('/', '__'));
  await onlooker.page.screenshot({ path: `${file}.png` });
  writeFileSync(`${file}.txt`, [seen.text, '', ...seen.complaints].join('\n'));
}
