/** The supervisor's socket, as small as a test needs it: takes messages, and says no when told to. */
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { runFolder } from './worker.ts';

/** A message that a worker sent. */
export interface Message {
  path: string;
  body: Record<string, unknown>;
}

/** What listens. */
export interface Supervisor {
  socket: string;
  messages: Message[];
  /** Answers with this status from now on. */
  refuse(status: number | undefined): void;
  close(): void;
}

/** Listens on a fresh socket. */
export async function startSupervisor(): Promise<Supervisor> {
  const socket = join(runFolder(), 'up.sock');
  const messages: Message[] = [];
  let refused: number | undefined;
  const server: Server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      if (refused !== undefined) {
        res.writeHead(refused, { 'content-type': 'application/json' });
        res.end('{"error":{"name":"NotAllowedError","message":"no"}}');
        return;
      }
      const body = JSON.parse(
        Buffer.concat(chunks).toString(),
      ) as Message['body'];
      messages.push({ path: req.url ?? '', body });
      res.writeHead(200, { 'content-type': 'application/json' });
      res.end('{}');
    });
  });
  await new Promise<void>(resolve => {
    server.listen(socket, resolve);
  });
  return {
    socket,
    messages,
    refuse: status => {
      refused = status;
    },
    close: () => {
      server.close();
    },
  };
}
