/** What a plugin with permissions of its own says of them, and what it is told: both through Backstage's own services. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { makeBoot, platformKey, TENANT } from './support/boot.ts';
import { startGateway, type Gateway } from './support/platform.ts';
import { fixtureBundle, profileName } from './support/profiles.ts';
import { startWorker, type Worker } from './support/worker.ts';

const only = { skip: profileName !== 'node', timeout: 60_000 };
const wellKnown = '/api/rooms/.well-known/backstage/permissions';
const conditions = {
  rule: 'IS_ON_FLOOR',
  resourceType: 'room',
  params: { floors: ['1'] },
};

/** As the gateway answers whoever books on a condition: with it, or for the room that is named. */
async function decide(request: IncomingMessage) {
  const asked = (await json(request)) as {
    items: { id: string; resourceRef?: string }[];
  };
  return {
    items: asked.items.map(({ id, resourceRef }) =>
      resourceRef === undefined
        ? {
            id,
            result: 'CONDITIONAL',
            pluginId: 'rooms',
            resourceType: 'room',
            conditions,
          }
        : { id, result: resourceRef === '101' ? 'ALLOW' : 'DENY' },
    ),
  };
}

describe('permissions of a plugin', only, () => {
  let gateway: Gateway;
  let worker: Worker;
  let jane: string;

  const token = (sub: string) =>
    platformKey.sign({ sub, aud: 'plugin:rooms', tenant: TENANT });

  before(async () => {
    gateway = await startGateway(decide);
    const boot = makeBoot({
      plugins: [
        {
          id: 'rooms',
          instance: 'test',
          serviceToken: 'a-service-token',
          bundle: fixtureBundle('rooms'),
          features: ['rooms-backend'],
        },
      ],
      // As the plugin host says it to every worker.
      config: { permission: { enabled: true } },
    });
    boot.gateway.url = gateway.url;
    worker = startWorker(boot);
    await worker.ready();
    jane = await token('user:default/jane');
  });
  after(async () => {
    await worker.kill();
    gateway.close();
  });

  test('are told with the rules of their resources and those rules’ parameters', async () => {
    const asked = await worker.ask(`${wellKnown}/metadata`, {
      token: await token('external:plugin-host'),
    });
    assert.deepEqual(asked.json(), {
      permissions: [
        {
          type: 'resource',
          name: 'rooms.room.book',
          attributes: { action: 'update' },
          resourceType: 'room',
        },
      ],
      rules: [
        {
          name: 'IS_ON_FLOOR',
          description: 'Rooms on these floors',
          resourceType: 'room',
          paramsSchema: {
            type: 'object',
            properties: {
              floors: { type: 'array', items: { type: 'string' } },
            },
            required: ['floors'],
          },
        },
      ],
    });
  });

  test('are asked about with the token of whoever called, and conditions come through', async () => {
    const asked = await worker.ask('/api/rooms/', { token: jane });
    assert.deepEqual(asked.json(), {
      result: 'CONDITIONAL',
      pluginId: 'rooms',
      resourceType: 'room',
      conditions,
    });
    assert.equal(gateway.seen.at(-1)?.path, '/api/permission/authorize');
    assert.equal(gateway.seen.at(-1)?.token, jane);
    for (const [room, result] of [
      ['101', 'ALLOW'],
      ['201', 'DENY'],
    ]) {
      const one = await worker.ask(`/api/rooms/${room}`, { token: jane });
      assert.deepEqual(one.json(), { result });
    }
  });

  test('have their conditions applied for the platform, not for people', async () => {
    const items = ['101', '201', '301'].map(resourceRef => ({
      id: resourceRef,
      resourceRef,
      resourceType: 'room',
      conditions,
    }));
    const apply = async (sub: string) =>
      worker.ask(`${wellKnown}/apply-conditions`, {
        token: await token(sub),
        body: { items },
      });
    assert.deepEqual((await apply('external:gateway')).json(), {
      items: [
        { id: '101', result: 'ALLOW' },
        { id: '201', result: 'DENY' },
        { id: '301', result: 'DENY' },
      ],
    });
    assert.equal((await apply('user:default/jane')).status, 403);
  });
});
