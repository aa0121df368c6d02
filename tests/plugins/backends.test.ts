/** Published back ends are installed one after the other, called as a person would, and measured. */
import { strict as assert } from 'node:assert';
import { after, before, test } from 'node:test';
import { backends } from './backends.ts';
import { Bench } from './bench.ts';
import { type Backend } from './case.ts';
import { chosen, writeRows, type Row } from './results.ts';

const cases = chosen(backends);
const rows: Row[] = [];
let bench: Bench;

before(async () => {
  bench = await Bench.open(cases.map(({ package: name }) => name));
});

after(async () => {
  await bench?.close();
});

for (const plugin of cases) {
  test(`${plugin.package}${plugin.fails ? ' is known to fail' : ' answers'}`, async () => {
    const outcome = await attempt(plugin);
    rows.push({ ...outcome, ...(plugin.fails && { why: plugin.fails.why }) });
    writeRows('backends', rows, backends);
    if (plugin.fails === undefined) assert.equal(outcome.failure, undefined);
    else assert.match(outcome.failure ?? 'it works: take the entry’s `fails` away', plugin.fails.says);
  });
}

/** Installs, configures, calls and measures; a failure of any of it is part of the result. */
async function attempt(plugin: Backend): Promise<Row> {
  const { method = 'GET', path } = plugin.call;
  const row = { package: plugin.package, version: plugin.version, request: `${method} ${path}` };
  let pluginId: string | undefined;
  try {
    const installed = await bench.install(`${plugin.package}@${plugin.version}`);
    ({ pluginId } = installed);
    assert.equal(installed.version, plugin.version);
    await bench.reach(pluginId);
    if (plugin.config) await bench.configure(pluginId, plugin.config(bench.around));
    for (const call of plugin.first ?? []) {
      const reply = await bench.call(pluginId, call);
      assert.ok(call.status === undefined ? reply.status < 300 : reply.status === call.status, `${call.method ?? 'GET'} ${call.path}: ${reply.status} ${reply.text.slice(0, 300)}`);
    }
    const request = `${method} ${path.startsWith('/api/') ? path.replace('PLUGIN', pluginId) : `/api/${pluginId}${path}`}`;
    const begun = performance.now();
    const reply = await bench.call(pluginId, plugin.call);
    const answerMs = Math.round(performance.now() - begun);
    const answer = `${reply.status} ${reply.text}`;
    const isRight = reply.status === (plugin.call.status ?? 200) && plugin.call.says.test(reply.text);
    const failure = isRight ? undefined : `answered ${answer.slice(0, 400)}`;
    const cost = await bench.cost(pluginId);
    return { ...row, ...cost, request, answer, answerMs, ...(failure !== undefined && { failure }) };
  } catch (error) {
    return { ...row, failure: error instanceof Error ? error.message : String(error) };
  } finally {
    if (pluginId !== undefined) await bench.remove(pluginId);
  }
}
