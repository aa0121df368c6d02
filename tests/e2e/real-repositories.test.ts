/**
 * The catalogs that five public repositories publish, served as they are, registered in one organisation: what comes of
 * them is what the real Backstage made of each document, and the portal shows it.
 *
 * They lie beside the checkout and are no part of it; without them this test says so and is skipped.
 */
import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { launch, Visitor } from './browser.ts';
import { install } from './installation.ts';
import { inOrder } from './steps.ts';

const corpus = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../shared/corpus');

/** A document as the real Backstage judged it. */
interface Row {
  readonly verdict: string;
  readonly kind?: string;
  readonly name?: string;
  readonly placeholders?: string[];
  readonly error?: string;
}

interface Indexed {
  readonly file: string;
  readonly category: string;
  readonly path: string;
  readonly judge?: Row[];
}

/** A repository, and the file of it that a person would register first. */
interface Repository {
  readonly name: string;
  readonly root: string;
  /** A kind that it brings; where Locations lead to others, one from the end of the way. */
  readonly kind: string;
}

const REPOSITORIES: readonly Repository[] = [
  // Kinds of all sorts in 134 files; its Location files are of type `file`, which lead nowhere over HTTP.
  { name: 'ayointegral__cloud-sandbox-backstage', root: 'catalog/domains.yaml', kind: 'Domain' },
  // Locations that lead to Locations, four deep, and templates.
  { name: '7K-Group__backstage-catalog', root: 'catalog-info.yaml', kind: 'System' },
  { name: 'tetratelabs__eg-backstage-demo', root: 'examples/example-catalog/all.yaml', kind: 'Component' },
  // Documents of Kubernetes among those of the catalog.
  { name: 'cnoe-io__stacks', root: 'ref-implementation/backstage-templates/entities/catalog-info.yaml', kind: 'Template' },
  // AI resources, and an API that is an MCP server.
  { name: 'backstage__demo', root: 'examples/ai-resources.yaml', kind: 'AiResource' },
];

/** Kinds that an organisation accepts from the start. */
const ACCEPTED = ['component', 'system', 'api', 'resource', 'location', 'template', 'group', 'user', 'domain', 'airesource'];

const organization = { name: 'Public Works', slug: 'public-works' };
const admin = { name: 'Pat Public', email: 'pat@works.test', password: 'open-for-all-to-see' };

async function index(): Promise<Indexed[]> {
  const { files } = JSON.parse(await readFile(path.join(corpus, 'index.json'), 'utf8')) as { files: Indexed[] };
  return files.filter(file => file.judge && !file.path.startsWith('@history/'));
}

const inRepository = (file: Indexed, repository: Repository) => file.file.split('/')[1] === repository.name;

/** Serves `/REPOSITORY/PATH` from both folders of the corpus. */
async function serve(): Promise<{ host: string; close(): void }> {
  const server = createServer((request, response) => {
    const [, repository = '', ...rest] = decodeURIComponent(new URL(request.url ?? '/', 'http://h').pathname).split('/');
    const known = REPOSITORIES.some(({ name }) => name === repository);
    const candidates = ['descriptors', 'templates'].map(category => path.join(corpus, category, repository, ...rest));
    const found = known ? candidates.find(candidate => candidate.startsWith(corpus) && existsSync(candidate)) : undefined;
    if (!found) return void response.writeHead(404).end('not here');
    readFile(found).then(
      bytes => response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(bytes),
      () => response.writeHead(404).end('not here'),
    );
  });
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { host: `localhost:${address.port}`, close: () => server.close() };
}

/**
 * Whether an entity comes of it. The judge saw each document as it is written; before the pipeline judges it, annotations
 * that are null have become a mapping with the location in it.
 */
const passes = ({ verdict, error }: Row) =>
  verdict.startsWith('ok') || error === 'Malformed envelope, /metadata/annotations must be object';

/** What a file brings: nothing when it is no YAML or has a kind that nobody accepts. */
function brings(file: Indexed): Row[] {
  const rows = file.judge ?? [];
  const whole = rows.every(row => row.verdict !== 'yaml-error' && (!row.kind || ACCEPTED.includes(row.kind.toLowerCase())));
  return whole ? rows.filter(passes) : [];
}

const label = (kind = '', name = '') => `${kind} ${name}`.toLowerCase();

/** Whether a document includes a text from elsewhere, which this test does not reach. */
async function fromElsewhere(file: Indexed, row: Row): Promise<boolean> {
  if (!row.placeholders) return false;
  const text = await readFile(path.join(corpus, file.file), 'utf8');
  const document = text.split(/^---/m).find(part => new RegExp(`^  name: ['"]?${row.name}['"]?\\s*$`, 'm').test(part)) ?? text;
  return /\$\w+:\s*['"]?https?:/.test(document);
}

/** Requests as the portal sends them, from its own page. */
class Api {
  private readonly visitor: Visitor;

  constructor(visitor: Visitor) {
    this.visitor = visitor;
  }

  async call(method: 'GET' | 'POST', where: string, data?: unknown): Promise<{ status: number; body: unknown }> {
    return this.visitor.page.evaluate(
      async ({ method, where, data }) => {
        const refreshed = await fetch('/api/auth/proscenium/refresh', { headers: { 'x-requested-with': 'XMLHttpRequest' } });
        const { backstageIdentity } = (await refreshed.json()) as { backstageIdentity: { token: string } };
        const headers = { authorization: `Bearer ${backstageIdentity.token}`, 'content-type': 'application/json' };
        const answer = await fetch(`/api/catalog${where}`, { method, headers, body: data });
        return { status: answer.status, body: (await answer.json()) as unknown };
      },
      { method, where, data: data === undefined ? undefined : JSON.stringify(data) },
    );
  }

  /** `kind name` of every entity, those of registrations left out. */
  async entities(): Promise<Set<string>> {
    const { body } = await this.call('GET', '/entities?fields=kind,metadata.name');
    const entities = body as { kind: string; metadata: { name: string } }[];
    const own = entities.filter(({ kind, metadata }) => !(kind === 'Location' && metadata.name.startsWith('generated-')));
    return new Set(own.map(({ kind, metadata }) => label(kind, metadata.name)));
  }

  /** Waits until nothing is read any more, and tells what went wrong. */
  async settled(): Promise<{ location: { target: string }; state: string; problems: { message: string }[] }[]> {
    const deadline = Date.now() + 240_000;
    while (Date.now() < deadline) {
      const { body } = await this.call('GET', '/v1/locations');
      const { items } = body as { items: { location: { target: string }; state: string; problems: { message: string }[] }[] };
      if (items.every(({ state }) => state === 'done' || state === 'failed')) return items;
      await new Promise(wait => setTimeout(wait, 500));
    }
    throw new Error('reading does not come to an end');
  }
}

test('the catalogs of five public repositories', { skip: existsSync(path.join(corpus, 'index.json')) ? false : 'they do not lie beside this checkout' }, async context => {
  const files = (await index()).filter(file => REPOSITORIES.some(repository => inRepository(file, repository)));
  const served = await serve();
  const installation = await install({ env: { PROSCENIUM_READING__ALLOW: served.host } });
  const browser = await launch();
  try {
    const visitor = await Visitor.arrive(browser);
    const api = new Api(visitor);
    // Not with the screenshots of the documentation: what they show is other people's.
    const shots = await mkdtemp(path.join(tmpdir(), 'real-repositories-'));
    const shoot = async (name: string) => void (await visitor.page.screenshot({ path: path.join(shots, `${name}.png`) }));
    const register = async (repository: string, file: string) => {
      const target = `http://${served.host}/${repository}/${file.split('/').map(encodeURIComponent).join('/')}`;
      const { status, body } = await api.call('POST', '/locations', { type: 'url', target });
      assert.equal(status, 201, JSON.stringify(body));
    };
    const expected = new Map<string, Row>();
    const elsewhere = new Set<string>();
    for (const file of files) {
      for (const row of brings(file)) {
        if (await fromElsewhere(file, row)) elsewhere.add(label(row.kind, row.name));
        else expected.set(label(row.kind, row.name), row);
      }
    }
    await inOrder(context, [
      ['an organisation signs up', async () => {
        const headers = { 'content-type': 'application/json', origin: installation.origin };
        const body = JSON.stringify({ organization, admin });
        const answer = await fetch(`${installation.origin}/api/tenant-admin/v1/signup`, { method: 'POST', headers, body });
        await visitor.open(((await answer.json()) as { url: string }).url);
      }],
      ['what leads to other files is followed, by relative addresses', async () => {
        for (const { name, root } of REPOSITORIES) await register(name, root);
        await api.settled();
        const there = await api.entities();
        for (const repository of REPOSITORIES) {
          const own = files.filter(file => inRepository(file, repository)).flatMap(brings);
          const found = own.filter(row => row.kind === repository.kind && there.has(label(row.kind, row.name)));
          assert.ok(found.length > 0, `no ${repository.kind} of ${repository.name}`);
        }
      }],
      ['every document comes to what the real Backstage made of it', async () => {
        for (const repository of REPOSITORIES) {
          const rest = files.filter(file => inRepository(file, repository) && file.path !== repository.root);
          for (const file of rest) await register(repository.name, file.path);
        }
        const items = await api.settled();
        const there = await api.entities();
        const isLocation = (entity: string) => entity.startsWith('location ');
        const missing = [...expected.keys()].filter(entity => !there.has(entity) && !isLocation(entity));
        const surplus = [...there].filter(entity => !expected.has(entity) && !elsewhere.has(entity));
        const troubles = items.flatMap(item => item.problems.map(problem => `${item.location.target}: ${problem.message}`));
        assert.deepEqual({ missing, surplus }, { missing: [], surplus: [] }, troubles.join('\n'));
        // Those that are missing point at files of this machine, or at files that the corpus lacks.
        const locations = [...expected.keys()].filter(isLocation);
        context.diagnostic(
          `${files.length} files: ${expected.size - locations.length} entities as judged, ` +
            `${locations.filter(entity => there.has(entity)).length} of ${locations.length} Locations, ${elsewhere.size} from elsewhere, ${troubles.length} problems told`,
        );
      }],
      ['every refused document is told with its reason', async () => {
        const told = (await api.settled()).flatMap(item => item.problems.map(problem => problem.message)).join('\n');
        for (const row of files.flatMap(file => file.judge ?? []).filter(row => !passes(row) && row.name)) {
          assert.ok(told.includes(`/${row.name}`.toLowerCase()) || told.includes(String(row.name)), `nothing is told of ${row.kind} ${row.name}`);
        }
      }],
      ['the portal shows them', async () => {
        const components = [...expected.keys()].filter(entity => entity.startsWith('component ')).length;
        await visitor.open(`${installation.tenant(organization.slug)}/catalog?filters%5Bkind%5D=component&filters%5Buser%5D=all`);
        await visitor.sees(new RegExp(`\\(${components}\\)`));
        await visitor.settle();
        await shoot('components');
        await visitor.open(`${installation.tenant(organization.slug)}/catalog?filters%5Bkind%5D=airesource&filters%5Buser%5D=all`);
        const resources = [...expected.keys()].filter(entity => entity.startsWith('airesource ')).length;
        await visitor.sees(new RegExp(`\\(${resources}\\)`));
        await visitor.settle();
        await shoot('ai-resources');
        visitor.assertQuiet();
        context.diagnostic(`screenshots are in ${shots}`);
      }],
    ]);
  } finally {
    await browser.close();
    await installation.stop();
    served.close();
  }
});
