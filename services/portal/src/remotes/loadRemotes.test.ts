import { afterEach, expect, test, vi } from 'vitest';
import type { RemotePlugin } from '../portalConfig';
import { loadRemotes } from './loadRemotes';

const feature = { $$type: '@backstage/FrontendPlugin', id: 'radar' };

const remote = (name: string, ...exposes: string[]): RemotePlugin => ({
  pluginId: name,
  name,
  entry: `/${name}/mf-manifest.json`,
  modules: exposes.map(expose => ({ expose })),
});

afterEach(() => {
  vi.useRealTimers();
});

test('exposed modules are asked for under their remote', async () => {
  const asked: string[] = [];
  const loadRemote = async (id: string) => {
    asked.push(id);
    return { default: feature };
  };
  await loadRemotes([remote('radar', '.', './alpha')], { loadRemote });
  expect(asked).toEqual(['radar', 'radar/alpha']);
});

test('a broken remote does not keep the others away', async () => {
  const loadRemote = async (id: string) => {
    if (id.startsWith('broken')) throw new Error('404');
    return { default: feature };
  };
  const plugins = [remote('broken', './alpha'), remote('radar', './alpha')];
  const { features, failures } = await loadRemotes(plugins, { loadRemote });
  expect(features.map(loaded => loaded.plugin.name)).toEqual(['radar']);
  expect(failures).toMatchObject([{ expose: './alpha', message: '404' }]);
});

test('a module without a feature is a failure', async () => {
  const loadRemote = async () => ({ default: () => null });
  const { failures } = await loadRemotes([remote('x', '.')], { loadRemote });
  expect(failures[0]?.message).toContain('no Backstage front-end feature');
});

test('a remote that never answers is given up', async () => {
  vi.useFakeTimers();
  const loadRemote = () => new Promise<never>(() => undefined);
  const loading = loadRemotes([remote('slow', '.')], { loadRemote });
  await vi.advanceTimersByTimeAsync(10_000);
  expect((await loading).failures[0]?.message).toContain('No answer');
});
