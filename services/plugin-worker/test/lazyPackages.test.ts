/** What the framework loads at every start, and what it gets stand-ins for. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { standInForHeavyPackages } from '../src/framework/lazyPackages.ts';

const require = createRequire(import.meta.url);
const loaded = (name: string) =>
  Object.keys(require.cache).filter(file =>
    file.includes(`/node_modules/${name}/`),
  );

test('the framework starts without what it hardly uses, and has it when it does', () => {
  const end = standInForHeavyPackages();
  try {
    const app = require('@backstage/backend-app-api') as Record<
      string,
      unknown
    >;
    assert.equal(typeof app['createSpecializedBackend'], 'function');
    require('@backstage/backend-defaults/httpRouter');
    for (const name of ['node-forge', 'zod', 'fs-extra', 'knex']) {
      assert.deepEqual(loaded(name), [], name);
    }
    // The framework's own lookup of connections is one of the stand-ins, and works when it is used.
    const folder = require
      .resolve('@backstage/backend-app-api')
      .replace(/dist.*$/, 'dist');
    const service = require(
      `${folder}/connections-node/src/DefaultConnectionsService.cjs.js`,
    ) as object;
    assert.ok('DefaultConnectionsService' in service);
    const { resolveSafeChildPath } =
      require('@backstage/backend-plugin-api') as typeof import('@backstage/backend-plugin-api');
    assert.equal(resolveSafeChildPath('/tmp', 'a'), '/tmp/a');
    assert.throws(() => resolveSafeChildPath('/tmp', '../a'), /not allowed/i);
    assert.ok(loaded('@backstage/cli-common').length > 0);
  } finally {
    end();
  }
});

test('a plugin that asks for such a package gets the package', () => {
  const end = standInForHeavyPackages();
  try {
    const forge = require('node-forge') as { pki?: unknown };
    assert.equal(typeof forge.pki, 'object');
    assert.ok(loaded('node-forge').length > 0);
  } finally {
    end();
  }
});
