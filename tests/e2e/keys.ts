/** Every key in Redis and object storage says whose it is, also after everything that people did. */
import { strict as assert } from 'node:assert';
import { type Installation } from './installation.ts';
import { type Step } from './steps.ts';

/** The last step of a story: the command fails when it finds a key without an owner. */
export function keysHaveOwners(installation: Installation): Step {
  return [
    'no key in Redis or object storage is without an owner',
    async () => {
      const scan = await installation.command('check-keys');
      assert.deepEqual(scan.strange, []);
      assert.ok(Number(scan.objects) > 0, 'the story left no object to look at');
    },
  ];
}
