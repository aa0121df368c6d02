import type { InstalledPlugin, Worker } from '../../api/types';
import type { Tone } from '../../ui/Status';

const words: Record<Worker['state'], [Tone, string]> = {
  installing: ['busy', 'Being installed'],
  stopped: ['quiet', 'Asleep, wakes on demand'],
  starting: ['busy', 'Starting'],
  ready: ['good', 'Ready'],
  failed: ['bad', 'Cannot start'],
  'backing-off': ['warning', 'Starts again soon'],
};

/** The state of a plugin's worker in words. */
export function workerWords(state: Worker['state']): {
  tone: Tone;
  text: string;
} {
  const [tone, text] = words[state];
  return { tone, text };
}

const isolation: Record<string, string> = {
  L0: 'L0: a process of its own, not sandboxed',
  L1: 'L1: a user of its own',
  L2: 'L2: also its own files, processes and network',
  L3: 'L3: fully sandboxed',
};

/** What an isolation level means. */
export function isolationWords(level: string): string {
  return isolation[level] ?? level;
}

/** What a failed worker means for people, and what an administrator can do; undefined while all is well. */
export function workerTrouble(
  plugin: InstalledPlugin,
): { title: string; effect: string; remedy: string } | undefined {
  const state = plugin.worker?.state;
  if (state !== 'failed' && state !== 'backing-off') return undefined;
  return {
    title: `${plugin.title} cannot answer: its worker ${state === 'failed' ? 'cannot start' : 'stopped and is being started again'}.`,
    effect: `Pages and API calls of this plugin (/api/${plugin.pluginId}) get an error. Everything else in the portal works as before.`,
    remedy:
      state === 'failed'
        ? 'Put right what the reason names, then restart the plugin.'
        : 'It is tried again by itself, less often each time. The log below says why it stopped.',
  };
}
