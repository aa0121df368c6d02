/** The way out: whatever client a plugin uses, its connections go through the platform's proxy, TLS included. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { installEgressRoute } from '../src/egressRoute.ts';

const HOST = 'service.example';
const folder = mkdtempSync(join(tmpdir(), 'egress'));
const socket = join(folder, 'out');
const asked: string[] = [];
const servers: net.Server[] = [];
let uninstall: () => void;
let ca: Buffer;

/** Takes `CONNECT`, silently, and leads the names that it knows to a local port. */
function proxy(ports: Map<string, number>): net.Server {
  return net.createServer(worker => {
    worker.once('data', chunk => {
      const end = chunk.indexOf('\r\n\r\n');
      const head = chunk.subarray(0, end).toString();
      asked.push(head);
      const port = ports.get(/^CONNECT (\S+) /.exec(head)?.[1] ?? '');
      if (port === undefined) {
        worker.destroy();
        return;
      }
      // By a path of its own: this process's connections are routed.
      const outside = new net.Socket();
      direct.call(outside, { port, host: '127.0.0.1' });
      outside.write(chunk.subarray(end + 4));
      worker.pipe(outside).pipe(worker);
      for (const side of [worker, outside]) side.on('error', () => undefined);
    });
  });
}

// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this`
const direct = net.Socket.prototype.connect as unknown as (
  this: net.Socket,
  options: object,
) => net.Socket;

function listen(server: net.Server, at: string | number): Promise<number> {
  servers.push(server);
  return new Promise(resolve => {
    server.listen(at, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

before(async () => {
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  execFileSync(
    'openssl',
    // prettier-ignore
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key,
      '-out', cert, '-days', '2', '-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`],
    { stdio: 'ignore' },
  );
  ca = readFileSync(cert);
  const answer: http.RequestListener = (req, res) =>
    res.end(`${req.headers.host} ${req.url}`);
  const plain = await listen(http.createServer(answer), 0);
  const secure = await listen(
    https.createServer({ key: readFileSync(key), cert: ca }, answer),
    0,
  );
  const ports = new Map([
    [`${HOST}:80`, plain],
    [`${HOST}:443`, secure],
  ]);
  await listen(proxy(ports), socket);
  tls.setDefaultCACertificates([ca.toString()]);
  uninstall = installEgressRoute({ socket });
});

after(() => {
  uninstall();
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

test('fetch reaches a host by name, in the clear and over TLS', async () => {
  for (const scheme of ['http', 'https']) {
    const reply = await fetch(`${scheme}://${HOST}/x`);
    assert.equal(await reply.text(), `${HOST} /x`);
  }
  assert.match(asked.at(-1) ?? '', /^CONNECT service\.example:443 HTTP\/1\.1/);
});

test('node:http and node:https do as well', async () => {
  for (const [client, scheme] of [
    [http, 'http'],
    [https, 'https'],
  ] as const) {
    const text = await new Promise((resolve, reject) => {
      client
        .get(`${scheme}://${HOST}/y`, res => {
          res.setEncoding('utf8').on('data', resolve);
        })
        .on('error', reject);
    });
    assert.equal(text, `${HOST} /y`);
  }
});

test('a certificate of another name is refused', async () => {
  await new Promise<void>((resolve, reject) => {
    const client = tls.connect({
      host: HOST,
      port: 443,
      servername: 'other.example',
    });
    client.on('error', (error: Error) => {
      assert.match(error.message, /altnames/);
      resolve();
    });
    client.on('secureConnect', () => {
      reject(new Error('it was accepted'));
    });
  });
});

test('net.connect calls back, and a host that is not on the list ends the connection', async () => {
  const ended = new Promise(resolve => {
    const client = net.connect(443, 'elsewhere.example', () => undefined);
    client.on('close', resolve).on('error', () => undefined);
  });
  await ended;
  await assert.rejects(fetch('https://elsewhere.example/'));
  assert.match(asked.at(-1) ?? '', /^CONNECT elsewhere\.example:443/);
  await new Promise<void>(resolve => {
    const client = net.connect({ host: HOST, port: 80 }, () => {
      client.destroy();
      resolve();
    });
  });
});
