import { expect, test, vi } from 'vitest';
import type { Fetch } from '../api/request';
import { OperatorClient } from './client';

function answering(status: number, body: unknown = {}) {
  const fetch: Fetch = () =>
    Promise.resolve(new Response(JSON.stringify(body), { status }));
  return vi.fn(fetch);
}

test('names of packages reach the server whole', async () => {
  const fetch = answering(200, { items: [] });
  const client = new OperatorClient(fetch, () => undefined);
  await client.listOrganizations({ package: '@acme/plugin', version: '1.0.0' });
  expect(fetch.mock.calls[0]?.[0]).toBe(
    '/api/plugins/v1/operator/organizations?package=%40acme%2Fplugin&version=1.0.0',
  );
});

test('nobody is signed in: asking who is no failure, anything else tells the page', async () => {
  const signedOut = vi.fn();
  const refusing = { error: { message: 'Missing credentials' } };
  const client = new OperatorClient(answering(401, refusing), signedOut);
  expect(await client.whoAmI()).toBeUndefined();
  expect(signedOut).not.toHaveBeenCalled();
  await expect(client.listPlugins()).rejects.toThrow('Missing credentials');
  await expect(client.stopRollout('1')).rejects.toThrow('Missing credentials');
  expect(signedOut).toHaveBeenCalledTimes(2);
});

test('another failure is one', async () => {
  const signedOut = vi.fn();
  const client = new OperatorClient(answering(503), signedOut);
  await expect(client.whoAmI()).rejects.toThrow('503');
  await expect(client.listDeeds()).rejects.toThrow('503');
  expect(signedOut).not.toHaveBeenCalled();
});
