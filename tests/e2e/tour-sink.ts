/** A small web server that keeps what is posted to it: where an organisation sends its audit log. */
import { strict as assert } from 'node:assert';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';

/** A request as it came. */
export interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The server. */
export interface Sink {
  /** `127.0.0.1:PORT`, for the reading allow-list. */
  readonly host: string;
  readonly deliveries: readonly Delivery[];
  close(): void;
}

/** Opens it on a free loopback port. */
export async function openSink(): Promise<Sink> {
  const deliveries: Delivery[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      deliveries.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { host: `127.0.0.1:${address.port}`, deliveries, close: () => void server.close() };
}

/** Fails unless the delivery is signed with the key, over its id, its time and its body. */
export function assertSigned({ headers, body }: Delivery, key: string): void {
  assert.ok(key.startsWith('whsec_'), 'not a key as libraries take it');
  const secret = Buffer.from(key.slice('whsec_'.length), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const expected = `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`;
  assert.equal(headers['webhook-signature'], expected);
}
