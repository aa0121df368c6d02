import { expect, test } from 'vitest';
import type { RemotePlugin } from '../portalConfig';
import { reportBrokenRemotes, reportThrown, type Beacon } from './beacon';
import { recordOutcome } from './outcomes';

const digest = 'ab'.repeat(32);
const remote = (pluginId: string, at = digest): RemotePlugin => ({
  pluginId,
  name: pluginId,
  entry: `/api/plugins/v1/remotes/${at}/mf-manifest.json`,
  modules: [{ expose: '.' }],
});

function page() {
  const listeners = new Map<string, (event: unknown) => void>();
  const target = {
    addEventListener: (name: string, listener: (event: unknown) => void) => {
      listeners.set(name, listener);
    },
  } as unknown as Window;
  return {
    target,
    happen: (name: string, event: unknown) => listeners.get(name)?.(event),
  };
}

test('a remote that cannot be loaded is reported once, with its digest', () => {
  const sent: Beacon[] = [];
  reportBrokenRemotes([remote('radar')], page().target, beacon =>
    sent.push(beacon),
  );
  const outcome = { pluginId: 'radar', expose: '.', ok: false, message: '404' };
  recordOutcome(outcome);
  recordOutcome(outcome);
  expect(sent).toEqual([{ pluginId: 'radar', digest, message: '404' }]);
});

test('what is thrown later is reported when it comes from a remote, and only then', () => {
  const sent: Beacon[] = [];
  const { target, happen } = page();
  reportBrokenRemotes([remote('notes', 'cd'.repeat(32))], target, beacon =>
    sent.push(beacon),
  );
  sent.length = 0;
  happen('error', { error: new Error('of the shell') });
  happen('unhandledrejection', { reason: 'a text' });
  expect(sent).toEqual([]);
  const error = new Error('x is undefined');
  error.stack = `at render (https://acme/api/plugins/v1/remotes/${'cd'.repeat(32)}/a.js:1:2)`;
  happen('error', { error });
  happen('error', { error });
  expect(sent.map(({ pluginId, message }) => [pluginId, message])).toEqual([
    ['notes', 'x is undefined'],
  ]);
});

test('what the app caught and shows in the place of a page is reported too, by its cause', () => {
  const sent: Beacon[] = [];
  const { target } = page();
  reportBrokenRemotes([remote('cards', 'ef'.repeat(32))], target, beacon =>
    sent.push(beacon),
  );
  sent.length = 0;
  reportThrown(new Error('of the shell'));
  const cause = new Error('x is undefined');
  cause.stack = `at Card (https://acme/api/plugins/v1/remotes/${'ef'.repeat(32)}/a.js:1:2)`;
  reportThrown(new Error("Error in extension 'card'", { cause }));
  expect(sent.map(({ pluginId, message }) => [pluginId, message])).toEqual([
    ['cards', "Error in extension 'card'"],
  ]);
});
