import { expect, test } from 'vitest';
import type { InstalledPlugin, WorkerState } from '../../api/types';
import { workerTrouble } from './workerWords';

function pluginIn(state: WorkerState): InstalledPlugin {
  return {
    pluginId: 'badges',
    package: 'badges-backend',
    version: '1.0.0',
    title: 'Badges',
    source: 'npm',
    hasBackend: true,
    hasFrontend: false,
    worker: { state, since: '', restarts: 1, isolationLevel: 'L0' },
    config: {},
    packages: [],
    installedAt: '',
  };
}

test.each<WorkerState>(['ready', 'starting', 'stopped', 'installing'])(
  'a worker that is %s is no trouble',
  state => {
    expect(workerTrouble(pluginIn(state))).toBeUndefined();
  },
);

test('a worker that cannot start names the plugin, the effect and the remedy', () => {
  const trouble = workerTrouble(pluginIn('failed'));
  expect(trouble?.title).toContain('Badges cannot answer');
  expect(trouble?.effect).toContain('/api/badges');
  expect(trouble?.remedy).toContain('restart');
});
