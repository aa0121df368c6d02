/* A plugin that tries everything it should not. Each route says what came of it. */
const { createBackendPlugin, coreServices } = require('@backstage/backend-plugin-api');
const { execFile } = require('node:child_process');
const dns = require('node:dns');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');

const attempt = run => {
  try {
    return run();
  } catch (error) {
    return error.code ?? String(error);
  }
};

const attacks = {
  ok: () => ({ pid: process.pid }),
  // Every path that is asked for: DONE when it can be read or listed.
  files: query => {
    const read = file => (fs.statSync(file).isDirectory() ? fs.readdirSync(file) : fs.readFileSync(file)) && 'DONE';
    return Object.fromEntries(query.getAll('path').map(file => [file, attempt(() => read(file))]));
  },
  write: query =>
    Object.fromEntries(query.getAll('path').map(file => [file, attempt(() => fs.writeFileSync(file, 'x') ?? 'DONE')])),
  sockets: async query => {
    const one = file =>
      new Promise(resolve => {
        const socket = net.connect({ path: file }, () => {
          socket.destroy();
          resolve('DONE');
        });
        socket.on('error', error => resolve(error.code));
      });
    const found = {};
    for (const file of query.getAll('path')) found[file] = await one(file);
    return found;
  },
  env: () => ({
    own: Object.keys(process.env),
    others: fs
      .readdirSync('/proc')
      .filter(name => Number(name) && Number(name) !== process.pid)
      .map(name => [name, attempt(() => fs.readFileSync(`/proc/${name}/environ`, 'utf8'))]),
  }),
  dns: () => new Promise(resolve => dns.lookup('example.com', error => resolve({ dns: error?.code ?? 'DONE' }))),
  native: (query, folder) =>
    new Promise(resolve => {
      execFile(path.join(folder, 'attack'), query.getAll('arg'), (error, stdout) => {
        resolve({ error: error?.code, lines: stdout.trim().split('\n') });
      });
    }),
  reach: async query => {
    const url = query.get('url');
    return attemptLater(async () => (await fetch(url, { signal: AbortSignal.timeout(5000) })).text());
  },
  memory: () => {
    const kept = [];
    for (let megabytes = 0; megabytes < 2048; megabytes += 16) kept.push(Buffer.alloc(16 << 20, 1));
    return { megabytes: kept.length * 16 };
  },
  disk: query => {
    const most = Number(query.get('most'));
    const file = fs.openSync(path.join(process.env.TMPDIR, 'fill'), 'w');
    const block = Buffer.alloc(1 << 20, 1);
    let megabytes = 0;
    const code = attempt(() => {
      for (; megabytes < most; megabytes += 1) fs.writeSync(file, block);
      return 'DONE';
    });
    if (!query.has('keep')) fs.unlinkSync(path.join(process.env.TMPDIR, 'fill'));
    fs.closeSync(file);
    return { megabytes, code };
  },
  loop: () => {
    for (;;);
  },
  flood: query => {
    const line = `${'x'.repeat(1000)}\n`;
    for (let i = 0; i < Number(query.get('lines')); ) {
      try {
        fs.writeSync(1, line);
        i += 1;
      } catch (error) {
        if (error.code !== 'EAGAIN') throw error;
      }
    }
    return {};
  },
};

async function attemptLater(run) {
  try {
    return { text: await run() };
  } catch (error) {
    return { code: error.cause?.code ?? error.name };
  }
}

exports.default = createBackendPlugin({
  pluginId: 'battery',
  register(env) {
    env.registerInit({
      deps: { http: coreServices.httpRouter, config: coreServices.rootConfig },
      async init({ http, config }) {
        if (config.getOptionalString('battery.start') === 'hang') for (;;);
        http.use((req, res, next) => {
          const url = new URL(req.url, 'http://x');
          const attack = attacks[url.pathname.slice(1)];
          if (!attack) {
            next();
            return;
          }
          Promise.resolve()
            .then(() => attack(url.searchParams, __dirname))
            .then(result => res.json(result))
            .catch(error => res.status(500).json({ error: String(error) }));
        });
        http.addAuthPolicy({ path: '/', allow: 'unauthenticated' });
      },
    });
  },
});
