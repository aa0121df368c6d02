/** The render tool with a real Chromium, and a small portal in the place of ours. */
import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withRemote } from '../src/render/answers.ts';
import { parseJob, type Rendered, type Sight } from '../src/render/job.ts';

const here = dirname(fileURLToPath(import.meta.url));
const chromium = [
  process.env['CHROMIUM_BINARY'] ?? '',
  '/usr/lib/chromium/chromium',
  '/usr/lib/chromium-browser/chromium-browser',
  '/opt/google/chrome/chrome',
].find(existsSync);

const remote = (entry: string) => ({
  pluginId: 'notes',
  name: 'notes',
  remote: 'notes',
  entry,
  modules: [{ expose: '.' }],
});

/** What a page does, by its path, under the new version alone. */
const doings: Record<string, string> = {
  '/throws': `throw new Error('boom')`,
  '/rejects': `Promise.reject(new Error('nobody caught it'))`,
  '/blank': `document.querySelector('main').remove()`,
  '/broken': `document.querySelector('main').innerHTML = '<h6>Error: Error in notes</h6>'`,
  '/told': `fetch('/api/plugins/v1/beacons', { method: 'POST', body: JSON.stringify({ pluginId: 'notes', message: 'it broke' }) })`,
  '/loops': `for (;;);`,
  '/console': `console.error('Warning: %s', 'old')`,
  '/outside': `fetch('http://example.org/').catch(e => { document.title = 'refused'; })`,
  '/asks': `fetch('/api/auth/proscenium/refresh').then(r => r.json()).then(who => fetch('/api/notes/list?as=' + who.backstageIdentity.identity.userEntityRef))`,
  '/fine': ``,
  // Nothing is harder to keep small: a picture in a worse quality is taken.
  '/noise': `const c = document.createElement('canvas'); c.width = 1280; c.height = 860; const x = c.getContext('2d');
    const d = x.createImageData(1280, 860); for (let i = 0; i < d.data.length; i++) d.data[i] = i % 4 === 3 ? 255 : Math.random() * 256;
    x.putImageData(d, 0, 0); document.body.prepend(c);`,
};

const places = Object.keys(doings).map(path => ({
  pluginId: 'notes',
  kind: 'page',
  path,
}));

/** A page as the gateway writes it; what it does depends on the remote that stands in its configuration. */
function page(path: string): string {
  const config = [
    { data: { proscenium: { session: false, plugins: [remote('/former')] } } },
  ];
  return `<!doctype html><html><head><title>x</title>
    <script type="backstage.io/config">${JSON.stringify(config)}</script></head>
    <body><div id="root"><main>Text</main></div><script>
      const config = JSON.parse(document.querySelector('script').textContent)[0].data.proscenium;
      window.prosceniumPages = entities => (${JSON.stringify(places)}).concat({ pluginId: 'other', kind: 'page', path: '/other' },
        { pluginId: 'notes', kind: 'entity-content', path: '/catalog/' + entities[0].metadata.name });
      if (!config.session || !config.rendering) document.body.textContent = '';
      if (config.plugins[0].entry === '/next') { ${doings[path] ?? ''} }
    </script></body></html>`;
}

const folder = mkdtempSync(join(tmpdir(), 'pw-render-'));
const door = join(folder, 'door');
const asked: string[] = [];
let server: Server;

before(async () => {
  server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    asked.push(
      `${String(request.headers['x-proscenium-version'])} ${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''}`,
    );
    if (path.startsWith('/api/catalog/')) {
      response.setHeader('content-type', 'application/json');
      const entity = { kind: 'Component', metadata: { name: 'stage' } };
      response.end(JSON.stringify({ items: [entity] }));
    } else if (path.startsWith('/api/')) {
      response.statusCode = 403;
      response.end('{}');
    } else if (path === '/favicon.ico') {
      response.statusCode = 204;
      response.end();
    } else {
      response.setHeader('content-type', 'text/html');
      response.end(page(path));
    }
  });
  await new Promise<void>(ready => {
    server.listen(door, ready);
  });
});

after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Whether it has a JPEG of the window's width whose size is within bounds. */
function isPicture({ shot = '' }: Sight): boolean {
  const bytes = Buffer.from(shot, 'base64');
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  return (
    bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])) &&
    frame > 0 &&
    bytes.readUInt16BE(frame + 7) === 1280 &&
    bytes.length > 1_000 &&
    bytes.length <= 512 * 1024
  );
}

async function run(job: object): Promise<{ code: number; out: unknown }> {
  const child = spawn(process.execPath, [join(here, '../dist/render.js')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(job));
  const [out, code] = await Promise.all([
    text(child.stdout),
    new Promise<number>(resolve => {
      child.on('exit', status => {
        resolve(status ?? -1);
      });
    }),
  ]);
  return { code, out: JSON.parse(out) as unknown };
}

const job = {
  chromium,
  origin: 'http://acme.localhost:7007',
  door,
  pluginId: 'notes',
  former: remote('/former'),
  next: remote('/next'),
  pages: 20,
  pageMs: 20_000,
  shots: true,
};

test(
  'what breaks under the new version alone is told, page by page',
  { skip: chromium === undefined && 'there is no Chromium', timeout: 180_000 },
  async () => {
    const { code, out } = await run(job);
    assert.equal(code, 0, JSON.stringify(out));
    const { browser, former, next } = out as Rendered;
    assert.match(browser, /Chrom/);
    assert.deepEqual(
      former.flatMap(({ complaints }) => complaints),
      [],
    );
    const said = (path: string) =>
      next
        .find(sight => sight.path === path)
        ?.complaints.map(({ trouble, text }) => `${trouble} ${text}`);
    assert.deepEqual(said('/'), []);
    assert.deepEqual(said('/throws'), ['error Uncaught: Error: boom']);
    assert.deepEqual(said('/rejects'), [
      'error Uncaught (in promise): Error: nobody caught it',
    ]);
    assert.deepEqual(said('/blank'), ['blank The page is blank.']);
    assert.deepEqual(said('/broken'), ['boundary Error: Error in notes']);
    assert.deepEqual(said('/told'), ['module notes: it broke']);
    assert.match(said('/loops')?.[0] ?? '', /^crash /);
    assert.deepEqual(said('/console'), ['console Warning: %s old']);
    assert.match(said('/outside')?.join() ?? '', /console Failed to load/);
    assert.deepEqual(said('/fine'), [], 'the page after a crash');
    assert.deepEqual(said('/catalog/stage'), []);
    assert.equal(said('/other'), undefined, 'of another plugin');
    const of = (path: string) => next.find(sight => sight.path === path);
    for (const sight of former) assert.ok(isPicture(sight), sight.path);
    for (const path of ['/', '/throws', '/fine', '/noise']) {
      const sight = of(path);
      assert.ok(sight && isPicture(sight), path);
    }
    assert.match(of('/loops')?.noShot ?? '', /crashed or did not answer/);
    const list = asked.filter(line => line.includes('/api/notes/list'));
    assert.deepEqual(list, [
      'next GET /api/notes/list?as=user:proscenium/render ',
    ]);
  },
);

test('a browser that is none is named', async () => {
  const { code, out } = await run({ ...job, chromium: '/bin/false' });
  assert.equal(code, 1);
  assert.match(
    (out as { error: { message: string } }).error.message,
    /^The browser did not start: /,
  );
});

test('a job that is none is refused with its field', () => {
  for (const [change, message] of [
    [{ door: '' }, /^door must be a text/],
    [{ pages: 0 }, /^pages must be a whole number/],
    [{ next: { pluginId: 'x' } }, /^next must be a front end/],
  ] as const) {
    assert.throws(
      () => parseJob(JSON.stringify({ ...job, chromium: 'x', ...change })),
      { name: 'JobError', message },
    );
  }
});

test('a page gets one remote in the place of another, and nothing ends its script', () => {
  const told = withRemote(page('/'), 'notes', remote('</script>'));
  assert.ok(!told.includes('"entry":"</script>'));
  assert.match(told, /"entry":"\\u003c\/script>"/);
  assert.match(told, /"session":true/);
  assert.ok(!withRemote(page('/'), 'notes', undefined).includes('"/former"'));
});
