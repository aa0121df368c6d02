/**
 * A host of the organisation's own: a name that only this machine knows, with a server of its owner at the port where the
 * operator has proofs looked for. Claimed, proven, answered at, let go.
 */
import { strict as assert } from 'node:assert';
import { createServer } from 'node:http';
import { type Look, type Portal } from './hot-apply-portal.ts';

/** The owner's server, before the name is pointed at the installation. */
export interface OwnHost {
  readonly name: string;
  readonly port: number;
  /** Puts the proof where it is looked for. */
  prove(line: string): void;
  close(): void;
}

const domains = '/api/tenant-admin/v1/domains';

/** Starts it on a free port. Names below `localhost` are this machine; the installation must be at a domain beside it. */
export async function startOwnHost(name: string): Promise<OwnHost> {
  let proof = '';
  const server = createServer((request, response) => {
    const isAsked = request.url === '/.well-known/proscenium-domain.txt' && request.headers.host?.split(':')[0] === name;
    if (isAsked && proof !== '') response.writeHead(200, { 'content-type': 'text/plain' }).end(`# for the portal\n${proof}\n`);
    else response.writeHead(404).end();
  });
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { name, port: address.port, prove: line => void (proof = line), close: () => server.close() };
}

/** Nobody answers there before the proof is found, the portal does afterwards, and nobody again when it is let go. */
export async function hostOfOnesOwn(portal: Portal, own: OwnHost): Promise<void> {
  const host = `${own.name}:${portal.installation.port}`;
  const opens = (isThere: boolean): Look => async port => {
    const { status, text } = await portal.send(port, 'GET', '/', { host, accept: 'text/html' });
    return isThere ? status === 200 && text.includes('<title>Lively &amp; Co</title>') : status === 404;
  };
  await portal.shows('', opens(false));
  const claimed = await portal.change(`POST ${domains}`, {}, { host: own.name });
  const { proof, proofUrl } = JSON.parse(claimed.text) as { proof: string; proofUrl: string };
  assert.equal(proofUrl, `http://${own.name}:${own.port}/.well-known/proscenium-domain.txt`);
  const early = await portal.send(portal.gateways[0] ?? 0, 'POST', `${domains}/${own.name}/verify`, portal.asAdmin);
  assert.equal(early.status, 422, early.text);
  await portal.shows('', opens(false));
  own.prove(proof);
  await portal.change(`POST ${domains}/{host}/verify`, { host: own.name });
  await portal.shows("host of one's own", opens(true));
  await portal.shows('', portal.answers(200, { ...portal.asAdmin, host }, '/api/tenant-admin/v1/me'));
  await portal.change(`DELETE ${domains}/{host}`, { host: own.name });
  await portal.shows("host of one's own let go", opens(false));
}
