/**
 * Every setting of an organisation, changed under 200 requests a second with two gateways and two catalogs: each change
 * shows by its effect at both gateways within two seconds, and no request fails.
 *
 * Limits: `limits.per_token` is 1,200 a minute by default, and 200 a second are 12,000: while the organisation has a plan
 * with limits, the traffic's token needs more. So this installation's operator allows more; the same for attempts to sign
 * in, of which the steps about providers and sessions make many.
 */
import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type Files, serveFiles } from './fixtures.ts';
import * as access from './hot-apply-access.ts';
import * as catalog from './hot-apply-catalog.ts';
import { hostOfOnesOwn, type OwnHost, startOwnHost } from './hot-apply-hosts.ts';
import { type Neighbours, startNeighbours } from './hot-apply-neighbours.ts';
import * as organisation from './hot-apply-organisation.ts';
import { Portal } from './hot-apply-portal.ts';
import * as programs from './hot-apply-programs.ts';
import { startProvider, type TestProvider } from './idp/provider.mjs';
import { install } from './installation.ts';
import { keysHaveOwners } from './keys.ts';
import { inOrder } from './steps.ts';
import { Traffic } from './traffic.ts';

interface Ground {
  readonly files: Files;
  readonly neighbours: Neighbours;
  readonly provider: TestProvider;
  readonly own: OwnHost;
}

type Setting = readonly [name: string, run: (portal: Portal, ground: Ground) => Promise<void>];

const settings: readonly Setting[] = [
  ['the name, in the title of the page', organisation.name],
  ['a change taken back from the audit log', organisation.undo],
  ['the accents of both modes, on the page', organisation.accents],
  ['logo and icon, on the page', organisation.pictures],
  ["a host of one's own: claimed, proven, let go", (portal, { own }) => hostOfOnesOwn(portal, own)],
  ['the plan (the operator changes it): limits of the gateways, usage', organisation.plan],
  ["a member's role: what they may do", organisation.roleOfAMember],
  ['a member removed: their token', organisation.memberRemoved],
  ['roles and policies published and reverted: a permission appears and goes, a condition narrows', organisation.policies],
  ['provisioning: a SCIM token made and revoked, the role of a group', organisation.provisioning],
  ['a sign-in provider added, off, on, required, not required, removed', (portal, { provider }) =>
    access.signInProvider(portal, provider)],
  ["sessions revoked: one, a member's, everybody's", access.sessions],
  ['a service token made and revoked', access.serviceToken],
  ["a member's token revoked", access.memberToken],
  ['the policy about tokens: how long a new one may live', access.tokenPolicy],
  ['the kinds that the catalog accepts', catalog.allowedKinds],
  ["a kind of one's own: made, changed, removed", catalog.ownKind],
  ['what becomes of orphans', (portal, { files }) => catalog.orphans(portal, files)],
  ['from how large a removal on it waits', catalog.removalGuard],
  ['how long deleted entities can be brought back, and history is kept', catalog.retention],
  ['a source host and its token', (portal, { neighbours }) => catalog.sourceHost(portal, neighbours)],
  ['from where files are read', (portal, { neighbours }) => catalog.reading(portal, neighbours)],
  ['a secret: granted, rotated, no longer granted, removed', (portal, { neighbours }) => programs.secret(portal, neighbours)],
  ['how long the audit log is kept', programs.auditRetention],
  ['a plugin: installed, configured twice, removed', programs.plugin],
  ['a stream of the audit log: on, off, on again', (portal, { neighbours }) => programs.auditStream(portal, neighbours)],
];

/**
 * What only administrators may do and no setting above changes, and why. Not theirs and not here: the hosts that may be read
 * although they are private (`reading.allow`), which the operator sets at the start.
 */
const leftOut: Readonly<Record<string, string>> = {
  'DELETE /api/tenant-admin/v1/policies/draft': 'a draft counts for nothing before it is published',
  'POST /api/tenant-admin/v1/policies/import': 'the same',
  'POST /api/auth/v1/view-as': 'an act of the moment, no setting; tests of the gateway',
  'POST /api/integrations/v1/source-hosts/{id}/test': 'changes nothing; asked for along the way',
  'POST /api/plugins/v1/installed': 'the command `plugin install` is what sends it',
  'POST /api/plugins/v1/installed/{plugin_id}/restart': 'changes nothing but the process',
  'POST /api/plugins/v1/uploads': 'a version, no setting; `uploads.test.ts`',
  'POST /api/plugins/v1/uploads/{id}/publish': 'the same',
  'PUT /api/plugins/v1/uploads/{id}/previewers': 'the same',
  'DELETE /api/plugins/v1/uploads/{id}': 'the same',
  'POST /api/plugins/v1/installed/{plugin_id}/tasks/run': 'an act of the moment, no setting; tests of plugin-host',
  'POST /api/scaffolder/v1/gates/{gateId}/approve': 'an act of the moment, for whoever is named; `approvals.test.ts`',
  'POST /api/scaffolder/v1/gates/{gateId}/reject': 'the same',
  'POST /api/tenant-admin/v1/members/{id}/invitation': 'a link, no setting; `accounts.test.ts`',
  'POST /api/tenant-admin/v1/members/{id}/password-reset': 'the same',
  'POST /api/tenant-admin/v1/sign-in-providers/discover': 'changes nothing',
  'POST /api/tenant-admin/v1/sign-in-providers/preview': 'changes nothing',
  'POST /api/tenant-admin/v1/sign-in-tests': 'saves nothing; asked for along the way',
  'POST /api/tenant-admin/v1/tenant/deletion': 'there would be nothing left to look at; `accounts.test.ts`',
};

/** What only administrators may do, without what only reads. */
async function routesOfAdministrators(): Promise<string[]> {
  const table = await readFile(new URL('../authz/authz_matrix.txt', import.meta.url), 'utf8');
  const lines = table.split('\n').filter(line => / maintainer:403 admin:allow /.test(line) && !line.startsWith('GET '));
  return lines.map(line => line.split(' ').slice(0, 2).join(' '));
}

const perSecond = 200;
const traffic = [
  '/api/catalog/entities/by-query?limit=5',
  '/api/catalog/entity-facets?facet=kind',
  '/api/tenant-admin/v1/me',
  '/',
];

test('each setting is live within two seconds under 200 requests a second, and none of them fails', async context => {
  const ground = {
    files: await serveFiles(),
    neighbours: await startNeighbours(),
    provider: await startProvider(),
    own: await startOwnHost('doors-of-lively.localhost'),
  };
  const { files, neighbours, provider, own } = ground;
  const allowed = [files.host, neighbours.host, new URL(provider.issuer).host, `${own.name}:${own.port}`];
  const env = {
    PROSCENIUM_READING__ALLOW: allowed.join(','),
    PROSCENIUM_TENANTS__PROOF_PORT: String(own.port),
    PROSCENIUM_LIMITS__PER_TOKEN: '60000',
    PROSCENIUM_GATEWAY__SIGN_IN_PER_ACCOUNT: '1000',
    PROSCENIUM_GATEWAY__SIGN_IN_PER_ADDRESS: '1000',
  };
  const installation = await install({ layout: 'pairs', domain: 'stage.localhost', env });
  try {
    const portal = await Portal.open(installation, 'lively');
    assert.equal(portal.gateways.length, 2);
    await catalog.seed(portal);
    const flow = new Traffic(portal.gateways, traffic, portal.asAdmin, perSecond);
    try {
      await flow.during(() => inOrder(context, settings.map(([name, run]) => [name, () => run(portal, ground)] as const)));
    } finally {
      report(portal, flow, line => context.diagnostic(line));
    }
    assert.deepEqual(flow.failed, []);
    assert.ok(flow.perSecond > perSecond * 0.98, `only ${flow.perSecond.toFixed(0)} requests a second were answered`);
    const expected = await routesOfAdministrators();
    const forgotten = expected.filter(route => !portal.made.has(route) && !(route in leftOut));
    assert.deepEqual(forgotten, [], 'settings that no step changes');
    assert.deepEqual(Object.keys(leftOut).filter(route => !expected.includes(route)), []);
    await inOrder(context, [keysHaveOwners(installation)]);
  } finally {
    await installation.stop();
    await provider.stop();
    own.close();
    neighbours.close();
    files.close();
  }
});

function report(portal: Portal, flow: Traffic, say: (line: string) => void): void {
  for (const { what, ms } of portal.measured) say(`${what}: ${ms} ms`);
  const times = [0.5, 0.95, 0.99].map(share => `p${share * 100} ${flow.percentileMs(share)} ms`).join(', ');
  say(`${flow.answers.length} requests, ${flow.perSecond.toFixed(0)} a second, ${flow.failed.length} failed; ${times}`);
  for (const { path, status, problem } of flow.failed.slice(0, 5)) say(`failed: ${path} ${status} ${problem ?? ''}`);
}
