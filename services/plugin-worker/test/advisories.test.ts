/** Advisories of a bundle's packages, from a stand-in of the registry's endpoint. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import {
  askAdvisories,
  LIMITS,
  type Packages,
} from '../src/bundle/advisories.ts';
import { packagesIn } from '../src/bundle/report.ts';
import { runFolder } from './support/worker.ts';

let server: Server;
let base = '';
let asked: unknown;

const advisories = {
  left: [
    {
      id: 1,
      url: 'https://github.com/advisories/GHSA-1',
      title: 'Bad\nthing',
      severity: 'moderate',
      vulnerable_versions: '<1.2.0',
    },
    {
      id: 2,
      url: 'javascript:alert(1)',
      title: 'Worse',
      severity: 'critical',
      vulnerable_versions: '>=2.0.0-0 <2.1.0',
    },
    { id: 3, title: 'Unreadable', severity: 'none', vulnerable_versions: '?' },
  ],
  'not-asked-about': [{ severity: 'critical', vulnerable_versions: '*' }],
};

before(async () => {
  server = createServer((request, response) => {
    const [, kind = ''] = (request.url ?? '').split('/');
    void answer(kind, request).then(([status, body]) => {
      response.statusCode = status;
      if (status === 302) response.setHeader('location', `${base}good/`);
      if (kind !== 'silent') response.end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

async function answer(
  kind: string,
  request: IncomingMessage,
): Promise<[number, string]> {
  const body = await text(request);
  if (request.url !== `/${kind}/-/npm/v1/security/advisories/bulk`) {
    return [500, 'another address'];
  }
  if (kind === 'good') {
    asked = { method: request.method, body: JSON.parse(body) as unknown };
    return [200, JSON.stringify(advisories)];
  }
  if (kind === 'missing') return [404, '{"error":"Not found"}'];
  if (kind === 'elsewhere') return [302, ''];
  if (kind === 'prose') return [200, '<html>'];
  if (kind === 'list') return [200, '[]'];
  if (kind === 'large') return [200, `{"x":"${'x'.repeat(2_000)}"}`];
  return [200, '{}'];
}

const packages: Packages = new Map([
  ['left', new Set(['1.1.0', '2.0.0'])],
  ['@acme/right', new Set(['1.0.0'])],
]);
const small = { ...LIMITS, timeoutMs: 500, bytes: 1_000 };

test('versions that an advisory concerns are told, the worst first', async () => {
  const { checkedAt, ...told } = await askAdvisories(`${base}good`, packages);
  assert.ok(Date.now() - Date.parse(checkedAt) < 60_000);
  assert.deepEqual(asked, {
    method: 'POST',
    body: { left: ['1.1.0', '2.0.0'], '@acme/right': ['1.0.0'] },
  });
  const of = { package: 'left' };
  assert.deepEqual(told, {
    left: 0,
    findings: [
      { ...of, version: '2.0.0', severity: 'critical', title: 'Worse' },
      { ...of, version: '1.1.0', severity: 'high', title: 'Unreadable' },
      { ...of, version: '2.0.0', severity: 'high', title: 'Unreadable' },
      {
        ...of,
        version: '1.1.0',
        severity: 'moderate',
        title: 'Bad thing',
        url: 'https://github.com/advisories/GHSA-1',
      },
    ],
  });
});

test('no more are listed than a page shows', async () => {
  const limits = { ...LIMITS, findings: 1 };
  const told = await askAdvisories(`${base}good/`, packages, limits);
  assert.deepEqual([told.findings.length, told.left], [1, 3]);
  assert.equal(told.findings[0]?.severity, 'critical');
});

for (const [kind, message] of [
  ['missing', 'The registry answers 404.'],
  ['silent', 'The registry did not answer within 0.5 seconds.'],
  ['elsewhere', 'The registry cannot be asked.'],
  ['prose', "The registry's answer is no JSON."],
  ['list', "The registry's answer is none."],
] as const) {
  test(`a registry that is ${kind} leaves a bundle unchecked, with the reason`, async () => {
    const told = await askAdvisories(`${base}${kind}/`, packages, small);
    assert.deepEqual([told.notChecked, told.findings], [message, []]);
  });
}

test('an answer that is too large, a registry that is away, a bundle that is too large', async () => {
  const large = await askAdvisories(`${base}large/`, packages, small);
  assert.match(large.notChecked ?? '', /^The registry's answer has more than/);
  const away = await askAdvisories('http://127.0.0.1:1/', packages, small);
  assert.match(away.notChecked ?? '', /^The registry cannot be asked/);
  const limits = { ...small, packages: 1 };
  const many = await askAdvisories(`${base}good/`, packages, limits);
  assert.equal(many.notChecked, 'The bundle has more than 1 packages.');
});

test('a registry that warns of nothing leaves nothing to say', async () => {
  const told = await askAdvisories(`${base}clean/`, packages);
  assert.deepEqual([told.notChecked, told.findings], [undefined, []]);
});

test('what a bundle contains is asked about by name and version, without what is uploaded', () => {
  const folder = runFolder();
  const lay = (path: string, manifest: object) => {
    mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, path, 'package.json'), JSON.stringify(manifest));
  };
  lay('node_modules/left', { name: 'left', version: '1.0.0' });
  lay('node_modules/a/node_modules/left', { name: 'left', version: '2.0.0' });
  lay('node_modules/a', { name: 'a', version: '1.0.0' });
  lay('node_modules/b', { name: 'b', version: 'workspace:*' });
  lay('node_modules/c', { name: 'C and more', version: '1.0.0' });
  lay('node_modules/@acme/own', { name: '@acme/own', version: '1.0.0' });
  const found = packagesIn(join(folder, 'node_modules'), '@acme/own');
  assert.deepEqual(
    [...found].map(([name, versions]) => [name, [...versions].sort()]).sort(),
    [
      ['a', ['1.0.0']],
      ['left', ['1.0.0', '2.0.0']],
    ],
  );
});
