/** Serves `fixtures/` on loopback, as a repository's raw files would be. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), 'fixtures');

/** A running file server. */
export interface Files {
  /** `localhost:PORT`, for the reading allow-list. */
  readonly host: string;
  url(file: string): string;
  /** Answers this path with a text of the test's own. */
  put(file: string, text: string, contentType?: string): void;
  /** How many requests have no answer yet. */
  readonly underWay: number;
  close(): void;
}

/** Starts the server on a free port. An answer takes `pause()` milliseconds, if that is given. */
export async function serveFiles(pause?: () => number): Promise<Files> {
  const own = new Map<string, { text: string; contentType: string }>();
  let underWay = 0;
  const server = createServer((request, response) => {
    underWay++;
    response.once('close', () => underWay--);
    const name = path.basename(request.url ?? '');
    const made = own.get(name);
    const found = made
      ? Promise.resolve(Buffer.from(made.text))
      : readFile(path.join(folder, name));
    const wait = pause === undefined ? undefined : new Promise(done => setTimeout(done, pause()));
    Promise.all([found, wait]).then(
      ([bytes]) => {
        const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;
        if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
        else response.writeHead(200, { etag, 'content-type': made?.contentType ?? 'text/plain' }).end(bytes);
      },
      () => response.writeHead(404).end('not here'),
    );
  });
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const host = `localhost:${address.port}`;
  return {
    host,
    url: file => `http://${host}/${file}`,
    put: (file, text, contentType = 'text/plain') => void own.set(file, { text, contentType }),
    get underWay() {
      return underWay;
    },
    close: () => server.close(),
  };
}
