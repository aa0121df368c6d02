/**
 * kill -9 at fifty random points of an ingest. The same story is told to two organisations: to one in peace, to the
 * other while the whole installation is killed and started again. At the end of each act both catalogs say the same.
 *
 * The seed is printed; `E2E_SEED` takes it again.
 */
import { strict as assert } from 'node:assert';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertRelationsHold, historyOf, type State, stateOf } from './catalog-state.ts';
import { serveFiles } from './fixtures.ts';
import { type Act, type Ask, type Change, ingestStory, type Story } from './ingest-story.ts';
import { install, type Installation } from './installation.ts';
import { inOrder } from './steps.ts';

/** How often the installation is killed in each act. */
const KILLS = [24, 16, 10];
/** A life ends at the latest so long after it began to answer, in milliseconds; most end early, amid requests. */
const LONGEST_LIFE = 700;
/** How long what was interrupted may take to be done: leases of the dead run out after 9 s. */
const PATIENCE = 60_000;

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes an organisation and returns how to ask its catalog. */
async function organisation(installation: Installation, slug: string): Promise<Ask> {
  const made = await installation.command('tenant', 'create', slug, '--name', slug, '--admin', `a@${slug}.test`);
  const headers = { authorization: `Bearer ${String(made.token)}`, 'content-type': 'application/json' };
  return async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${installation.port}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  };
}

/** Makes the changes of an act one after another; each is made again until it is acknowledged. */
class Telling {
  private next = 0;
  private again = false;
  /** Whether somebody waits for an answer. */
  isWaiting = false;
  readonly changes: readonly Change[];
  private readonly ask: Ask;

  constructor(ask: Ask, act: Act) {
    this.ask = ask;
    this.changes = act.changes;
  }

  /** Goes on until so many are acknowledged, or `life` is over. */
  async until(count: number, life: { over: boolean }): Promise<void> {
    while (this.next < count && !life.over) {
      const change = this.changes[this.next];
      this.isWaiting = true;
      try {
        await change?.(this.ask, this.again);
      } catch (thrown) {
        // No answer: it was killed, or a connection of its last life was tried.
        if (!(thrown instanceof TypeError)) throw thrown;
        this.again = true;
        continue;
      }
      this.next++;
      [this.again, this.isWaiting] = [false, false];
    }
  }
}

/** Reads what the catalog says until it has said the same for a while, and everything is read. */
async function settled(ask: Ask): Promise<State> {
  const deadline = Date.now() + PATIENCE;
  let [last, since] = ['', 0];
  while (Date.now() < deadline) {
    const state = await stateOf(ask);
    const now = JSON.stringify(state);
    if (now !== last) [last, since] = [now, Date.now()];
    const isRead = (state.locations as { state: string }[]).every(one => one.state === 'done');
    if (isRead && Date.now() - since > 1500) return state;
    await sleep(250);
  }
  throw new Error(`the catalog was still changing after ${PATIENCE} ms`);
}

/** What one says that the other does not, entity by entity: the whole would fill pages. */
function differing(one: State, other: State): unknown {
  const those = (mine: Record<string, unknown>, theirs: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(mine).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(theirs[key])));
  return those({ ...one, entities: those(one.entities, other.entities) }, { ...other, entities: {} });
}

/** Waits until the catalog says what the other one says, and shows the difference when it does not. */
async function becomes(ask: Ask, expected: State): Promise<State> {
  const deadline = Date.now() + PATIENCE;
  const wanted = JSON.stringify(expected);
  let state = await stateOf(ask);
  while (JSON.stringify(state) !== wanted && Date.now() < deadline) {
    await sleep(500);
    state = await stateOf(ask);
  }
  assert.deepEqual(differing(state, expected), differing(expected, state));
  return state;
}

interface Listed {
  readonly location: { readonly target: string };
  readonly state: string;
}

/** What the kills met. */
interface Tally {
  kills: number;
  unanswered: number;
  reading: number;
  behind: number;
}

/** Tells an act while everything is killed `kills` times at random moments, and the rest of it in peace. */
async function tellWhileKilled(scene: Scene, { registered }: Story, act: Act, kills: number): Promise<void> {
  const { installation, killed, files, random, tally } = scene;
  const telling = new Telling(killed, act);
  for (let life = 1; life <= kills; life++) {
    const now = { over: false };
    const going = telling.until(Math.ceil((life * telling.changes.length) / kills), now);
    await sleep(random() ** 2 * LONGEST_LIFE);
    now.over = true;
    tally.kills++;
    tally.unanswered += telling.isWaiting ? 1 : 0;
    tally.reading += files.underWay > 0 ? 1 : 0;
    await installation.kill();
    await going;
    await installation.restart();
    const { items } = (await killed('GET', '/api/catalog/v1/locations')).body as { items: Listed[] };
    const listed = new Set(items.map(({ location }) => location.target));
    for (const target of registered) assert.ok(listed.has(target), `${target} was acknowledged and is gone`);
    tally.behind += items.some(one => one.state !== 'done') ? 1 : 0;
  }
  await telling.until(telling.changes.length, { over: false });
}

interface Scene {
  readonly installation: Installation;
  readonly calm: Ask;
  readonly killed: Ask;
  readonly files: Awaited<ReturnType<typeof serveFiles>>;
  readonly random: () => number;
  readonly tally: Tally;
}

async function tellTwice(context: TestContext, scene: Scene): Promise<void> {
  const { calm, killed, files, tally } = scene;
  const story = ingestStory(files);
  const expected: State[] = [];
  let past: Record<string, unknown[]> = {};
  const refs = ({ entities, deleted }: State) => [...new Set([...Object.keys(entities), ...deleted])].sort();
  await inOrder(context, [
    ['an organisation tells the story in peace', async () => {
      for (const act of ingestStory(files).acts) {
        await new Telling(calm, act).until(act.changes.length, { over: false });
        const state = await settled(calm);
        assertRelationsHold(state);
        expected.push(state);
      }
      const last = expected.at(-1);
      assert.ok(last);
      past = await historyOf(calm, refs(last));
    }],
    ...story.acts.map((act, index) => [
      `${act.name}: killed ${KILLS[index]} times, it ends in the same catalog`,
      async () => {
        const state = expected[index];
        assert.ok(state);
        await tellWhileKilled(scene, story, act, KILLS[index] ?? 0);
        assertRelationsHold(await becomes(killed, state));
      },
    ] as const),
    ['every past is the same: no change twice, none missing', async () => {
      const last = expected.at(-1);
      assert.ok(last);
      assert.deepEqual(await historyOf(killed, refs(last)), past);
      assert.deepEqual(await stateOf(killed), last);
    }],
    ['the kills met what they were to meet', async () => {
      context.diagnostic(JSON.stringify(tally));
      assert.equal(tally.kills, 50);
      for (const met of [tally.unanswered, tally.reading, tally.behind]) assert.notEqual(met, 0);
    }],
  ]);
}

test('an ingest that is killed fifty times ends as one that was left in peace', async context => {
  const seed = Number(process.env.E2E_SEED ?? Date.now() % 2 ** 31);
  context.diagnostic(`E2E_SEED=${seed}`);
  const random = randomNumbers(seed);
  const files = await serveFiles(() => random() * 120);
  const installation = await install({ env: { PROSCENIUM_READING__ALLOW: files.host } });
  try {
    const calm = await organisation(installation, 'calm');
    const killed = await organisation(installation, 'killed');
    const tally = { kills: 0, unanswered: 0, reading: 0, behind: 0 };
    await tellTwice(context, { installation, calm, killed, files, random, tally });
  } finally {
    await installation.stop();
    files.close();
  }
});
