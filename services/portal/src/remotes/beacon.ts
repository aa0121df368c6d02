import type { RemotePlugin } from '../portalConfig';
import { remoteOutcomes, subscribeOutcomes } from './outcomes';

/** What the platform is told when a plugin's front end breaks: a version that is being rolled out is judged by it. */
export interface Beacon {
  pluginId: string;
  digest?: string;
  message: string;
}

type Send = (beacon: Beacon) => void;

const longestMessage = 500;

/** The remote's digest, which is part of its address. */
function digestOf(plugin: RemotePlugin): string | undefined {
  return /\/remotes\/([0-9a-f]{64})\//.exec(plugin.entry)?.[1];
}

function post(beacon: Beacon): void {
  // It may be lost: what counts are many browsers, not this one.
  fetch('/api/plugins/v1/beacons', {
    method: 'POST',
    keepalive: true,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(beacon),
  }).catch(() => undefined);
}

/** Hears of what the app caught: the browser itself tells of what nobody catches. */
let thrownListener: ((error: unknown) => void) | undefined;

/** Tells of an error that was caught and shown in the place of what broke, or in an alert. */
export function reportThrown(error: unknown): void {
  thrownListener?.(error);
}

function textOf(thrown: unknown): { message: string; stack: string } {
  if (thrown instanceof Error) {
    const cause = thrown.cause instanceof Error ? thrown.cause.stack : '';
    return { message: thrown.message, stack: `${thrown.stack}${cause}` };
  }
  return { message: String(thrown), stack: '' };
}

/** Reports what breaks in remotes, once for each plugin and page: at load, when the app is put together, and later. */
export function reportBrokenRemotes(
  plugins: readonly RemotePlugin[],
  page: Pick<Window, 'addEventListener'> = window,
  send: Send = post,
): void {
  const reported = new Set<string>();
  const report = (pluginId: string, message: string) => {
    if (reported.has(pluginId)) return;
    reported.add(pluginId);
    const plugin = plugins.find(known => known.pluginId === pluginId);
    const digest = plugin && digestOf(plugin);
    send({
      pluginId,
      ...(digest && { digest }),
      message: message.slice(0, longestMessage),
    });
  };
  const look = () => {
    for (const { pluginId, ok, message } of remoteOutcomes()) {
      if (!ok) report(pluginId, message ?? 'It cannot be used.');
    }
  };
  const thrown = (error: unknown) => {
    const { message, stack } = textOf(error);
    const culprit = plugins.find(plugin => {
      const digest = digestOf(plugin);
      return digest !== undefined && stack.includes(digest);
    });
    if (culprit) report(culprit.pluginId, message);
  };
  thrownListener = thrown;
  subscribeOutcomes(look);
  page.addEventListener('error', event => thrown(event.error));
  page.addEventListener('unhandledrejection', event => thrown(event.reason));
  look();
}
