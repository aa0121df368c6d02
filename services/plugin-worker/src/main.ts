/**
 * The worker: `node dist/main.js`, started by a supervisor that holds its standard input open.
 *
 * boot line → load → start → listen → `ready`. It ends by a drain (asked for, SIGTERM, or the end of its lifeline),
 * or at once when it cannot start. It never outlives its supervisor and is never ready with a plugin that failed.
 */
import { ConfigReader } from '@backstage/config';
import { StartError, startBackend, type RunningBackend } from './backend.ts';
import { controlHandler } from './control.ts';
import { createPlatform, type Platform } from './framework/factories.ts';
import { chooseFramework } from './framework/layers.ts';
import { standInForHeavyPackages } from './framework/lazyPackages.ts';
import { installEgressRoute } from './egressRoute.ts';
import { installGatewayRoute } from './gatewayRoute.ts';
import { openLifeline, type Lifeline } from './lifeline.ts';
import { BootError, parseBoot, type Boot } from './protocol/boot.ts';
import { EXIT, PROTOCOL } from './protocol/limits.ts';
import {
  writeLine,
  type FatalLine,
  type StoppedLine,
} from './protocol/lines.ts';
import { pluginApp, WorkerServer } from './server.ts';
import { workerConfig } from './services/config.ts';

/** Extra time after the drain deadline for plugins' own shutdown hooks and open pools. */
const STOP_MS = 2_000;

type Reason = StoppedLine['reason'];

async function main(): Promise<void> {
  exitWhenLogsBreak();
  let lifeline: Lifeline;
  let boot: Boot;
  try {
    lifeline = await openLifeline();
    boot = parseBoot(lifeline.line);
  } catch (error) {
    if (!(error instanceof BootError)) throw error;
    fatal(EXIT.refused, {
      reason: 'boot',
      message: error.message,
      failures: [],
    });
  }
  process.title = `proscenium-worker ${boot.plugins.map(p => p.id).join(',')}`;

  // Until the worker is ready there is nothing to drain.
  let stop: (reason: Reason) => void = () => {
    process.exit(EXIT.ok);
  };
  lifeline.onEnd(() => {
    stop('lifeline');
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stop('signal');
    });
  }

  standInForHeavyPackages();
  const framework = chooseFramework(boot.plugins.map(p => p.bundle));
  const platform = createPlatform(boot);
  // First the way out, then the gateway's before it.
  if (boot.egress) installEgressRoute(boot.egress);
  installGatewayRoute(boot.gateway);
  const backend = await startBackend(boot, framework, platform);

  let draining = false;
  const server: WorkerServer = new WorkerServer(
    controlHandler({
      boot,
      framework,
      platform,
      state: () => (draining ? 'draining' : 'ready'),
      inFlight: () => server.inFlight,
      drain: () => {
        stop('drain');
      },
    }),
    pluginApp(
      framework,
      platform,
      new ConfigReader(workerConfig(boot.config, boot.gateway.origin)),
    ),
  );
  stop = reason => {
    if (draining) return;
    draining = true;
    void shutDown(server, backend, platform, boot.drainMs, reason);
  };
  await server.listen(boot.socket).catch((error: unknown) => {
    fatal(EXIT.failed, {
      reason: 'listen',
      message: String(error),
      failures: [],
    });
  });
  const written = writeLine({
    type: 'ready',
    protocol: PROTOCOL,
    pid: process.pid,
    plugins: boot.plugins.map(p => p.id),
    timings: { ...backend.timings, totalMs: Math.round(performance.now()) },
    rssBytes: process.memoryUsage.rss(),
  });
  if (!written) process.exit(EXIT.pipe);
}

async function shutDown(
  server: WorkerServer,
  backend: RunningBackend,
  platform: Platform,
  drainMs: number,
  reason: Reason,
): Promise<never> {
  const cutOff = await server.drain(drainMs);
  const stopped = (async () => {
    await backend.stop();
    await platform.databases.close();
  })().catch((error: unknown) => {
    platform.logger.error(`stopping failed: ${String(error)}`);
  });
  await Promise.race([
    stopped,
    new Promise(resolve => setTimeout(resolve, STOP_MS)),
  ]);
  writeLine({ type: 'stopped', reason, cutOff });
  process.exit(cutOff > 0 ? EXIT.cutOff : EXIT.ok);
}

/**
 * A log pipe that nobody reads any more means that the supervisor is gone. Without this, the framework's handler of
 * uncaught errors logs the failed write, which fails again, and the process spins for ever.
 */
function exitWhenLogsBreak(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => process.exit(EXIT.pipe));
  }
}

function fatal(code: number, line: Omit<FatalLine, 'type'>): never {
  const full: FatalLine = { type: 'fatal', ...line };
  if (!writeLine(full)) process.stderr.write(`${full.message}\n`);
  process.exit(code);
}

main().catch((error: unknown) => {
  if (error instanceof Error && error.stack) {
    process.stderr.write(`${error.stack}\n`);
  }
  fatal(EXIT.failed, {
    reason: error instanceof StartError ? error.reason : 'start',
    message: error instanceof Error ? error.message : String(error),
    failures: error instanceof StartError ? error.failures : [],
  });
});
