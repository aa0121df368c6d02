import { expect, test, vi } from 'vitest';
import { GatewaySession } from './gatewaySession';

function answer(token: string): Response {
  return Response.json({
    profile: { email: 'jane@example.org' },
    backstageIdentity: {
      token,
      expiresInSeconds: 600,
      identity: {
        type: 'user',
        userEntityRef: 'user:default/jane',
        ownershipEntityRefs: [],
      },
    },
  });
}

const refused = () =>
  Response.json({ error: { message: 'No session' } }, { status: 401 });

function setUp(...answers: (() => Response)[]) {
  let nowMs = 0;
  const fetch = vi.fn(async () => {
    const next = answers.shift();
    if (!next) throw new TypeError('network');
    return next();
  });
  const onEnded = vi.fn();
  const session = new GatewaySession({ fetch, now: () => nowMs, onEnded });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { session, fetch, onEnded, pass };
}

test('callers that ask together cause one request', async () => {
  const { session, fetch } = setUp(() => answer('a'));
  const [one, two] = await Promise.all([
    session.getCredentials(),
    session.getBackstageIdentity(),
  ]);
  expect(one.token).toBe('a');
  expect(two.userEntityRef).toBe('user:default/jane');
  expect(fetch).toHaveBeenCalledTimes(1);
});

test('a token is renewed before it expires', async () => {
  const { session, pass } = setUp(
    () => answer('a'),
    () => answer('b'),
  );
  await session.start();
  pass(530_000);
  expect(await session.getCredentials()).toEqual({ token: 'a' });
  pass(15_000);
  expect(await session.getCredentials()).toEqual({ token: 'b' });
});

test('a token that is still valid is used while the gateway cannot be reached', async () => {
  const { session, pass } = setUp(() => answer('a'));
  await session.start();
  pass(560_000);
  expect(await session.getCredentials()).toEqual({ token: 'a' });
  pass(60_000);
  await expect(session.getCredentials()).rejects.toThrow('did not answer');
});

test('a session that was ended elsewhere ends here, once', async () => {
  const { session, pass, onEnded } = setUp(() => answer('a'), refused, refused);
  await session.start();
  pass(700_000);
  await expect(session.getCredentials()).rejects.toMatchObject({ status: 401 });
  await expect(session.getCredentials()).rejects.toMatchObject({ status: 401 });
  expect(onEnded).toHaveBeenCalledTimes(1);
});

test('being signed out at the start ends nothing', async () => {
  const { session, onEnded } = setUp(refused);
  await expect(session.start()).rejects.toMatchObject({ status: 401 });
  expect(onEnded).not.toHaveBeenCalled();
});
