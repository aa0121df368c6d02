/** Every key in Redis and object storage says whose it is, also after everything that people did. */
import { strict as assert } from 'node:assert';
import { type Installation } from './installation.ts';
import { type Step } from './steps.ts';

/** The last step of a story: the command fails when it finds a key without an owner. `leaves`: what there must be to look at. */
export function keysHaveOwners(installation: Installation, leaves: 'objects' | 'keys' = 'keys'): Step {
  return [
    'no key in Redis or object storage is without an owner',
    async () => {
      const scan = await installation.command('check-keys');
      assert.deepEqual(scan.strange, []);
      const seen = Number(scan.objects) + (leaves === 'keys' ? Number(scan.redis) : 0);
      assert.ok(seen > 0, `the story left no ${leaves} to look at: ${JSON.stringify(scan)}`);
    },
  ];
}
