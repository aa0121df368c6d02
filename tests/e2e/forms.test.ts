/**
 * The parameter forms of fifty templates that public repositories publish, each opened in the portal and gone through
 * page by page: none of them makes the browser complain.
 *
 * The templates lie beside the checkout and are no part of it; without them this test says so and is skipped.
 */
import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { launch, Visitor } from './browser.ts';
import { install } from './installation.ts';
import { inOrder } from './steps.ts';

const here = path.dirname(fileURLToPath(import.meta.url));
const corpus = path.resolve(here, '../../../shared/corpus');
/** Values for the same templates, made from their forms. */
const recorded = path.resolve(here, '../../services/scaffolder/tests/recorded/corpus.json');

const MANY = 50;
/** Pages of one form that are looked at. */
const PAGES = 8;

interface Indexed {
  readonly file: string;
  readonly category: string;
  readonly docs: number;
  readonly judge?: { verdict: string; kind?: string; name?: string; placeholders?: string[] }[];
}

interface Template {
  readonly file: string;
  readonly name: string;
  readonly values?: Record<string, unknown>;
}

const organization = { name: 'Form Works', slug: 'form-works' };
const admin = { name: 'Fay Form', email: 'fay@forms.test', password: 'every-field-has-a-label' };

/** Fifty of the templates that the real Backstage accepts, from as many repositories as there are, in turn. */
async function choose(): Promise<Template[]> {
  const { files } = JSON.parse(await readFile(path.join(corpus, 'index.json'), 'utf8')) as { files: Indexed[] };
  const { cases } = JSON.parse(await readFile(recorded, 'utf8')) as {
    cases: { template: string; values: Record<string, unknown>; status: number }[];
  };
  const repositories = new Map<string, Template[]>();
  const names = new Set<string>();
  for (const { file, category, docs, judge = [] } of files) {
    const [only] = judge;
    const fits = category === 'templates' && docs === 1 && only?.verdict === 'ok' && only.kind === 'Template';
    if (!fits || !only.name || only.placeholders || names.has(only.name.toLowerCase())) continue;
    names.add(only.name.toLowerCase());
    const values = cases.filter(one => one.template === file).sort((a, b) => a.status - b.status)[0]?.values;
    const repository = file.split('/')[1] ?? '';
    repositories.set(repository, [...(repositories.get(repository) ?? []), { file, name: only.name, values }]);
  }
  const chosen: Template[] = [];
  for (let turn = 0; chosen.length < MANY; turn++) {
    const next = [...repositories.values()].flatMap(templates => templates.slice(turn, turn + 1));
    assert.ok(next.length > 0, `only ${chosen.length} templates fit`);
    chosen.push(...next.slice(0, MANY - chosen.length));
  }
  return chosen;
}

/** Serves the templates, and `all.yaml`, which leads to them. */
async function serve(templates: readonly Template[]): Promise<{ origin: string; host: string; close(): void }> {
  const server = createServer((request, response) => {
    const wanted = decodeURIComponent(new URL(request.url ?? '/', 'http://h').pathname).slice(1);
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    if (wanted === 'all.yaml') {
      const targets = templates.map(({ file }) => `./${file.split('/').map(encodeURIComponent).join('/')}`);
      const location = { apiVersion: 'backstage.io/v1alpha1', kind: 'Location', metadata: { name: 'all-forms' }, spec: { targets } };
      return void response.end(JSON.stringify(location));
    }
    if (!templates.some(({ file }) => file === wanted)) return void response.writeHead(404).end('not here');
    readFile(path.join(corpus, wanted)).then(
      bytes => response.end(bytes),
      () => response.writeHead(404).end('not here'),
    );
  });
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const host = `localhost:${address.port}`;
  return { host, origin: `http://${host}`, close: () => server.close() };
}

/** A request as the portal sends it, from its own page. */
async function call(visitor: Visitor, method: 'GET' | 'POST', where: string, data?: unknown): Promise<unknown> {
  return visitor.page.evaluate(
    async ({ method, where, body }) => {
      const refreshed = await fetch('/api/auth/proscenium/refresh', { headers: { 'x-requested-with': 'XMLHttpRequest' } });
      const { backstageIdentity } = (await refreshed.json()) as { backstageIdentity: { token: string } };
      const headers = { authorization: `Bearer ${backstageIdentity.token}`, 'content-type': 'application/json' };
      const answer = await fetch(`/api/catalog${where}`, { method, headers, body });
      return (await answer.json()) as unknown;
    },
    { method, where, body: data === undefined ? undefined : JSON.stringify(data) },
  );
}

/** Goes somewhere as a link in the page does, without loading everything anew. */
async function walk(visitor: Visitor, where: string): Promise<void> {
  await visitor.page.evaluate(to => {
    window.history.pushState({}, '', to);
    window.dispatchEvent(new PopStateEvent('popstate', { state: {} }));
  }, where);
}

/** Opens a template's form and goes on while its pages let one; gives how many pages were seen, of how many. */
async function goThrough(visitor: Visitor, { name, values = {} }: Template): Promise<{ seen: number; pages: number }> {
  const { page } = visitor;
  await walk(visitor, `/create/templates/default/${name}?formData=${encodeURIComponent(JSON.stringify(values))}`);
  const steps = page.locator('.MuiStepper-root .MuiStep-root');
  const active = page.locator('.MuiStepLabel-active');
  await steps.last().waitFor();
  const pages = (await steps.count()) - 1;
  for (let seen = 0; seen < pages; seen++) {
    const forward = page.locator('form button[type=submit]');
    await forward.waitFor();
    if (seen === 0) await visitor.settle();
    if (seen === PAGES - 1) return { seen: PAGES, pages };
    const before = await active.innerText();
    await forward.click();
    // It goes on, unless something that the values lack is asked for.
    const goesOn = await page
      .waitForFunction(
        label => {
          const now = document.querySelector<HTMLElement>('.MuiStepLabel-active')?.innerText;
          if (now !== label) return 'on';
          return document.querySelector('form :invalid, form .Mui-error, form .MuiSvgIcon-colorError') ? 'refused' : undefined;
        },
        before,
        { timeout: 3_000, polling: 50 },
      )
      .then(async said => (await said.jsonValue()) === 'on', () => false);
    if (!goesOn) return { seen: seen + 1, pages };
  }
  await page.getByRole('button').last().waitFor();
  return { seen: pages, pages };
}

test('the forms of fifty templates of public repositories', { skip: existsSync(path.join(corpus, 'index.json')) ? false : 'they do not lie beside this checkout' }, async context => {
  const templates = await choose();
  const served = await serve(templates);
  const installation = await install({ env: { PROSCENIUM_READING__ALLOW: served.host } });
  const browser = await launch();
  try {
    const visitor = await Visitor.arrive(browser);
    await inOrder(context, [
      ['an organisation signs up and registers them', async () => {
        const headers = { 'content-type': 'application/json', origin: installation.origin };
        const body = JSON.stringify({ organization, admin });
        const answer = await fetch(`${installation.origin}/api/tenant-admin/v1/signup`, { method: 'POST', headers, body });
        await visitor.open(((await answer.json()) as { url: string }).url);
        await call(visitor, 'POST', '/locations', { type: 'url', target: `${served.origin}/all.yaml` });
        const known = async () => {
          const found = (await call(visitor, 'GET', '/entities?filter=kind=template&fields=metadata.name')) as { metadata: { name: string } }[];
          return new Set(found.map(({ metadata }) => metadata.name));
        };
        const deadline = Date.now() + 60_000;
        let missing = templates;
        while (missing.length > 0 && Date.now() < deadline) {
          await new Promise(wait => setTimeout(wait, 500));
          const there = await known();
          missing = templates.filter(({ name }) => !there.has(name));
        }
        assert.deepEqual(missing.map(({ file }) => file), []);
      }],
      ['each form is there, and the browser has nothing to complain about', async () => {
        await visitor.open(`${installation.tenant(organization.slug)}/create`);
        // What the form says to itself when it holds somebody up whose values do not fit.
        visitor.excuse(/^console: Form validation failed/);
        const wrong: string[] = [];
        let [seen, pages] = [0, 0];
        for (const template of templates) {
          try {
            const went = await goThrough(visitor, template);
            [seen, pages] = [seen + went.seen, pages + went.pages];
            visitor.assertQuiet();
            if (process.env.E2E_FORMS) context.diagnostic(`${template.file}: ${went.seen} of ${went.pages}`);
          } catch (error) {
            wrong.push(`${template.file}: ${error instanceof Error ? error.message : String(error)}`);
          }
          await walk(visitor, '/create');
          await visitor.page.locator('.MuiStepper-root').waitFor({ state: 'detached' });
        }
        assert.deepEqual(wrong, []);
        context.diagnostic(`${templates.length} forms, ${seen} of their ${pages} pages were seen`);
      }],
    ]);
  } finally {
    await browser.close();
    await installation.stop();
    served.close();
  }
});
