/** Steps that build on each other: the first that fails ends the story, since the rest could only time out. */
import { type TestContext } from 'node:test';

/** A sentence about behaviour, and what shows it. */
export type Step = readonly [sentence: string, run: () => Promise<void>];

/** Runs the steps in order as subtests. */
export async function inOrder(context: TestContext, steps: readonly Step[]): Promise<void> {
  for (const [sentence, run] of steps) {
    let failure: unknown;
    await context.test(sentence, async () => {
      try {
        await run();
      } catch (thrown) {
        failure = thrown;
        throw thrown;
      }
    });
    if (failure !== undefined) throw new Error(`stopped at: ${sentence}`, { cause: failure });
  }
}
