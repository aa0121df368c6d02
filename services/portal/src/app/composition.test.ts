import type { AppError } from '@backstage/frontend-app-api';
import type { FrontendFeature } from '@backstage/frontend-plugin-api';
import { expect, test } from 'vitest';
import { remoteOutcomes } from '../remotes/outcomes';
import type { RemoteFeature } from '../remotes/loadRemotes';
import { withoutCulprits } from './composition';

const remote = (id: string): RemoteFeature => ({
  plugin: { pluginId: id, name: id, entry: '/', modules: [] },
  expose: '.',
  feature: {
    $$type: '@backstage/FrontendPlugin',
    pluginId: id,
  } as unknown as FrontendFeature,
});

const error = (code: string, pluginId: string): AppError =>
  ({
    code,
    message: `${pluginId} is wrong`,
    context: { plugin: { pluginId } },
  }) as unknown as AppError;

const remotes = [remote('radar'), remote('broken')];

test('a plugin that breaks the app is left out and named', () => {
  const left = withoutCulprits(remotes, [
    error('EXTENSION_FACTORY_ERROR', 'broken'),
  ]);
  expect(left).toEqual([remotes[0]]);
  expect(remoteOutcomes()).toContainEqual({
    pluginId: 'broken',
    expose: '.',
    ok: false,
    message: 'broken is wrong',
  });
});

test('something that was merely ignored changes nothing', () => {
  const ignored = [error('EXTENSION_IGNORED', 'radar')];
  expect(withoutCulprits(remotes, ignored)).toBeUndefined();
});

test('a fault of our own is not put on a remote', () => {
  const ours = [error('EXTENSION_FACTORY_ERROR', 'catalog')];
  expect(withoutCulprits(remotes, ours)).toBeUndefined();
});
