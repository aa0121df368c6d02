/**
 * Every role a process of its own behind a door of its own, as behind a load balancer, so that one process can take the
 * place of another. Owns the doors and the processes; ends them by pid.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { freePort, ready } from './installation.ts';

/** Passes each connection on to the process whose turn it is. Connections stay where they began. */
export class Door {
  private target = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer(client => {
      const onward = connect({ host: '127.0.0.1', port: this.target });
      for (const [one, other] of [
        [client, onward],
        [onward, client],
      ] as const) {
        this.sockets.add(one);
        one.setNoDelay(true);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  static async open(): Promise<Door> {
    const door = new Door();
    door.server.listen(0, '127.0.0.1');
    await once(door.server, 'listening');
    return door;
  }

  get port(): number {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the door is closed');
    return address.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  turnTo(port: number): void {
    this.target = port;
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

/** One process and where it listens. */
export interface Running {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Starts a role and waits until it says that it is ready. */
export async function startRole(binary: string, role: string, args: string[], env: NodeJS.ProcessEnv): Promise<Running> {
  const port = await freePort();
  const child = spawn(binary, [role, '--listen', `127.0.0.1:${port}`, ...args], {
    env,
    stdio: ['ignore', 'ignore', process.env.E2E_LOGS ? 'inherit' : 'ignore'],
  });
  await ready(port, child);
  return { child, port };
}

/** Asks a process to stop and waits until it has; says how it ended. */
export async function stopRole({ child }: Running, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
  return child.exitCode;
}
