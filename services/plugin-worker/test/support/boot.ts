/** Boot documents for tests. */
import { join } from 'node:path';
import type { Boot } from '../../src/protocol/boot.ts';
import { PROTOCOL } from '../../src/protocol/limits.ts';
import { keySet, signingKey, type SigningKey } from './platform.ts';
import { profile } from './profiles.ts';
import { CAPABILITY, runFolder } from './worker.ts';

/** The tenant in the boot documents of the tests. */
export const TENANT = '0198a2b4-6f00-7c3e-9d51-0a1b2c3d4e5f';

/** The key that the tests' tokens are signed with. */
export const platformKey: SigningKey = await signingKey('first');

/** A good boot document for the worker under test, with these fields changed. */
export function makeBoot(changes: Partial<Boot> = {}): Boot {
  return {
    protocol: PROTOCOL,
    tenant: TENANT,
    plugins: [
      {
        id: profile.pluginId,
        instance: 'test',
        serviceToken: 'a-service-token',
        ...profile.plugin(),
      },
    ],
    socket: join(runFolder(), 'w.sock'),
    gateway: {
      host: 'acme.localhost:7007',
      origin: 'http://acme.localhost:7007',
      url: 'http://127.0.0.1:9',
    },
    jwks: keySet(platformKey),
    capability: CAPABILITY,
    config: profile.config,
    drainMs: 2_000,
    ...changes,
  };
}

/** A token that the worker under test must accept, with these claims changed. */
export function userToken(
  changes: { aud?: string; tenant?: string; expiresIn?: string } = {},
): Promise<string> {
  return platformKey.sign({
    aud: `plugin:${profile.pluginId}`,
    tenant: TENANT,
    ...changes,
  });
}
