/**
 * Stand-ins for the services that plugins talk to, on loopback: each answers the few requests of its API that the cases
 * make, in that API's own shape, and refuses a caller without the token that the plugin was configured with.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The token that every stand-in wants to see. */
export const token = 'the-token-of-the-stand-in';

/** The running stand-ins. */
export interface Upstream {
  readonly host: string;
  readonly origin: string;
  close(): void;
}

type Answer = { status?: number; type?: string; body: unknown };
type Route = readonly [pattern: RegExp, answer: (found: RegExpExecArray, origin: string) => Answer];

const json = (body: unknown): Answer => ({ body });

/** By path, host and method left out: what each service says. */
const routes: readonly Route[] = [
  [/^\/catalog-info\.yaml/, () => ({ type: 'text/plain', body: catalog() })],
  // SonarQube
  [/^\/sonar\/api\/metrics\/search/, () => json({ metrics: [{ key: 'bugs' }, { key: 'coverage' }], total: 2, p: 1, ps: 500 })],
  [
    /^\/sonar\/api\/measures\/component/,
    () => json({ component: { measures: [{ metric: 'bugs', value: '3' }, { metric: 'coverage', value: '87.5' }] } }),
  ],
  [
    /^\/sonar\/api\/components\/show/,
    () => json({ component: { analysisDate: '2026-11-01T10:00:00+0000', key: 'stage', name: 'Stage' } }),
  ],
  // Jenkins
  [/^\/jenkins\/job\/theatre\/api\/json/, (_, origin) => json({ jobs: [jenkinsJob(origin)] })],
  [/^\/jenkins\/job\/theatre\/job\/stage\/api\/json/, (_, origin) => json(jenkinsJob(origin))],
  // Argo CD
  [
    /^\/argocd\/api\/v1\/applications(\/|\?|$)/,
    () => json({ metadata: { name: 'stage' }, items: [argoApp], status: argoApp.status, spec: {} }),
  ],
  // Vault
  [/^\/v1\/secrets\/metadata\/theatre/, () => json({ data: { keys: ['box-office'] } })],
  // Periskop
  [/^\/periskop\/services\/stage\/errors/, () => json([{ aggregation_key: 'curtain@1', total_count: 2, severity: 'error' }])],
  // Kubernetes
  [/^\/k8s\/api\/v1\/(namespaces\/[^/]+\/)?pods/, () => json({ kind: 'PodList', apiVersion: 'v1', items: [pod] })],
  [/^\/k8s\/(apis\/[^/]+\/[^/]+|api\/v1)\/.*/, () => json({ kind: 'List', items: [] })],
  // Matomo, Mend's neighbours, GitLab
  [/^\/matomo\/index\.php/, () => json({ value: 42 })],
  [/^\/gitlab\/api\/v4\/projects\/([^/?]+)$/, found => json({ id: 7, path_with_namespace: decodeURIComponent(found[1] ?? '') })],
  // Terraform, Harbor, Wiz, ReportPortal, endoflife.date
  [
    /^\/terraform\/(api\/v2\/)?organizations\/acme\/runs/,
    () =>
      json({
        data: [
          {
            id: 'run-1',
            attributes: { message: 'Raise the curtain', status: 'applied', 'created-at': '2026-11-01T10:00:00Z' },
            relationships: {},
          },
        ],
      }),
  ],
  [
    /^\/harbor\/api\/v2.0\/projects\/theatre\/repositories\/stage\/artifacts/,
    () => json([{ project_id: 3, digest: 'sha256:0', size: 4_096_000, push_time: '2026-11-01', pull_time: '2026-11-02', tags: [{ name: 'v7' }] }]),
  ],
  [/^\/wiz\/token/, () => json({ access_token: token, refresh_token: token, expires_in: 3600 })],
  [/^\/wiz\/graphql/, () => json({ data: { issues: { nodes: [{ id: '1', sourceRule: { name: 'Loose board' } }] } } })],
  [/^\/report-portal\/v1\/project\/list/, () => json({ content: [{ projectName: 'stage' }] })],
  [/^\/endoflife\.json/, () => json([{ cycle: '24', eol: '2028-04-30' }])],
  // GitHub, read by plugins that look into repositories
  [/^\/github\/repos\/acme\/stage$/, () => json({ name: 'stage', default_branch: 'main', archive_url: '' })],
  [/^\/github\/repos\/acme\/stage\/branches\/(main|master)$/, () => json({ name: 'main', commit: { sha: 'f'.repeat(40) } })],
  [/^\/github\/repos\/acme\/stage\/commits\/(main|master)\/status/, (_, origin) =>
      json({
        sha: 'f'.repeat(40),
        state: 'success',
        repository: { archive_url: `${origin}/github/repos/acme/stage/{archive_format}{/ref}` },
      }),
  ],
  [/^\/github\/repos\/acme\/stage\/(tarball|archive)/, () => ({ type: 'application/x-gzip', body: archive() })],
  [
    /^\/github\/repos\/acme\/stage\/contents\/(.+?)(\?|$)/,
    found => ({ type: 'text/plain', body: sources[found[1] ?? ''] ?? '' }),
  ],
];

/** What the repository acme/stage holds. */
const sources: Readonly<Record<string, string>> = {
  'README.md': '# Stage\n\nWhere the play is.\n',
  'src/curtain.ts': '// TODO: oil the curtain\nexport const curtain = 1;\n',
  'api/stage/uptime.json': '{"schemaVersion":1,"label":"uptime","message":"99.98%"}',
  'catalog-info.yaml': 'apiVersion: backstage.io/v1alpha1\n',
};

function catalog(): string {
  const file = path.join(path.dirname(fileURLToPath(import.meta.url)), 'fixtures/catalog-info.yaml');
  return readFileSync(file, 'utf8');
}

function jenkinsJob(origin: string): Record<string, unknown> {
  const url = `${origin}/jenkins/job/theatre/job/stage/`;
  const lastBuild = {
    number: 7,
    url: `${url}7/`,
    fullDisplayName: 'theatre » stage #7',
    displayName: '#7',
    building: false,
    result: 'SUCCESS',
    timestamp: 1_760_000_000_000,
    duration: 1_000,
    actions: [],
  };
  return { name: 'stage', fullName: 'theatre/stage', displayName: 'stage', fullDisplayName: 'theatre » stage', url, inQueue: false, actions: [], lastBuild };
}

const argoApp = {
  metadata: { name: 'stage', labels: { 'backstage-name': 'stage' } },
  status: { sync: { status: 'Synced' }, health: { status: 'Healthy' }, operationState: {}, history: [] },
};

const pod = {
  metadata: { name: 'stage-0', namespace: 'default', labels: { 'backstage.io/kubernetes-id': 'stage' } },
  spec: { containers: [] },
  status: { phase: 'Running', containerStatuses: [] },
};

/** The repository as GitHub packs it: one folder named after the commit. */
function archive(): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), 'proscenium-archive-'));
  try {
    const top = `acme-stage-${'f'.repeat(7)}`;
    for (const [name, text] of Object.entries(sources)) {
      mkdirSync(path.dirname(path.join(folder, top, name)), { recursive: true });
      writeFileSync(path.join(folder, top, name), text);
    }
    return execFileSync('tar', ['-cz', '-C', folder, top]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Files of a catalog are public; everything else wants the token, in whichever place its service has it. */
function isKnown(incoming: IncomingMessage): boolean {
  const { authorization = '', 'x-vault-token': vault, 'private-token': gitlab } = incoming.headers;
  const basic = Buffer.from(authorization.replace(/^Basic /i, ''), 'base64').toString();
  return [authorization, basic, String(vault), String(gitlab), incoming.url ?? ''].some(text => text.includes(token));
}

const free = /^\/(catalog-info|periskop|matomo|endoflife|wiz\/token)/;

/** Starts the stand-ins on a free port. */
export async function startUpstream(): Promise<Upstream> {
  const server = createServer((incoming, outgoing) => {
    incoming.resume();
    const url = incoming.url ?? '/';
    const found = routes.map(([pattern, answer]) => [pattern.exec(url), answer] as const).find(([match]) => match !== null);
    const refused = !free.test(url) && !isKnown(incoming);
    if (found?.[0] == null || refused) {
      const status = refused ? 401 : 404;
      outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message: `${status}` }));
      return;
    }
    const { status = 200, type = 'application/json', body } = found[1](found[0], origin);
    const bytes = Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
    outgoing.writeHead(status, { 'content-type': type }).end(bytes);
  });
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const host = `localhost:${address.port}`;
  const origin = `http://${host}`;
  return {
    host,
    origin,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
