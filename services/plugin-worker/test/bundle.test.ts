/** The bundle tool's judgement of packages, without a registry. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { digestFolder } from '../src/bundle/digest.ts';
import {
  declaredFeatures,
  unsaidDependencies,
} from '../src/bundle/features.ts';
import { clientEnvironment, parseSpec, reason } from '../src/bundle/npm.ts';
import {
  describePackage,
  exportFile,
  type PackageJson,
} from '../src/bundle/package.ts';
import { prune } from '../src/bundle/prune.ts';
import { reportOn } from '../src/bundle/report.ts';
import { remoteName } from '../src/remote/build.ts';
import { decideSharing, parseShellVersions } from '../src/remote/sharing.ts';
import { runFolder } from './support/worker.ts';

const published: PackageJson = {
  name: '@acme/plugin-thing',
  version: '1.2.3',
  main: 'dist/index.esm.js',
  exports: {
    '.': { import: './dist/index.esm.js', default: './dist/index.cjs.js' },
    './alpha': { default: './dist/alpha.esm.js' },
  },
  backstage: {
    role: 'frontend-plugin',
    pluginId: 'thing',
    features: {
      './alpha': '@backstage/FrontendPlugin',
      './translations': '@backstage/TranslationRef',
    },
  },
};

describe('what a package is', () => {
  test('a front end by its role and recorded features', () => {
    const described = describePackage(published);
    assert.deepEqual(described.frontendFeatures, ['./alpha']);
    assert.equal(described.hasBackend, false);
    assert.equal(described.legacyFrontend, false);
    assert.equal(exportFile(published, './alpha'), './dist/alpha.esm.js');
    assert.equal(exportFile(published, '.'), './dist/index.esm.js');
  });

  test('a back end by its role, with its main entry when it recorded no feature', () => {
    const role = 'backend-plugin';
    const described = describePackage({
      ...published,
      backstage: { role, pluginId: 'thing' },
    });
    assert.deepEqual(described.backendFeatures, ['@acme/plugin-thing']);
    const recorded = describePackage({
      ...published,
      backstage: {
        role,
        pluginId: 'thing',
        features: { './alpha': '@backstage/BackendFeature' },
      },
    });
    assert.deepEqual(recorded.backendFeatures, ['@acme/plugin-thing/alpha']);
    const twice = describePackage({
      ...published,
      backstage: {
        role,
        pluginId: 'thing',
        features: {
          '.': '@backstage/BackendFeature',
          './alpha': '@backstage/BackendFeature',
        },
      },
    });
    assert.deepEqual(twice.backendFeatures, ['@acme/plugin-thing']);
  });

  test('what cannot be hosted says why', () => {
    const { backstage: _, ...plain } = published;
    const refused: [PackageJson, RegExp][] = [
      [plain, /not a Backstage plugin/],
      [{ ...plain, backstage: { role: 'cli' } }, /role cli/],
      [{ ...plain, backstage: { role: 'backend-plugin' } }, /pluginId/],
    ];
    for (const [pkg, message] of refused) {
      assert.throws(() => describePackage(pkg), { message });
    }
  });

  test('a package name is not a command line', () => {
    assert.deepEqual(parseSpec('@acme/plugin-thing@^1.2'), {
      name: '@acme/plugin-thing',
      range: '^1.2',
    });
    assert.deepEqual(parseSpec('thing'), { name: 'thing', range: 'latest' });
    for (const spec of [
      '--registry=x',
      '../up',
      'git+ssh://host/x',
      'a@file:../b',
      'a@https://host/x.tgz',
      'a b',
      '@acme',
      '',
    ]) {
      assert.throws(() => parseSpec(spec), { name: 'NpmError' }, spec);
    }
  });
});

describe('what a back end’s code declares', () => {
  const folder = runFolder();
  mkdirSync(join(folder, 'dist'));
  mkdirSync(join(folder, 'node_modules/other'), { recursive: true });
  writeFileSync(
    join(folder, 'dist/index.cjs.js'),
    `var api = require('@backstage/backend-plugin-api');
    require("@backstage/plugin-catalog-node/alpha"); require('express'); require('./own'); require('knex');
    const a = api.createBackendPlugin({ pluginId: "thing", register(env) {} });
    const b = api.createBackendModule({ moduleId: 'x', pluginId: 'catalog', register(env) {} });`,
  );
  writeFileSync(
    join(folder, 'node_modules/other/index.js'),
    `createBackendPlugin({ pluginId: 'other' })`,
  );

  test('its plugins, and what its modules extend', () => {
    const declared = declaredFeatures(folder);
    assert.deepEqual(declared, {
      plugins: ['thing'],
      modules: [{ extends: 'catalog', id: 'x' }],
      any: true,
    });
    const old = {
      name: '@acme/plugin-thing-backend',
      version: '0.1.0',
      backstage: { role: 'backend-plugin' },
    };
    const described = describePackage(old, undefined, declared);
    assert.equal(described.pluginId, 'thing');
    assert.deepEqual(described.extends, ['catalog']);
  });

  test('code without a feature is refused', () => {
    const none = { plugins: [], modules: [], any: false };
    const old = {
      name: '@acme/plugin-thing-backend',
      version: '0.1.0',
      backstage: { role: 'backend-plugin', pluginId: 'thing' },
    };
    assert.throws(() => describePackage(old, undefined, none), {
      message: /exports no back-end feature/,
    });
  });

  test('what it loads and does not say is found, with its own range', () => {
    const unsaid = unsaidDependencies(
      folder,
      {
        dependencies: { express: '^4' },
        peerDependencies: { knex: '^3.0.0' },
        devDependencies: { express: '^4', jest: '*' },
      },
      name => name === '@backstage/backend-plugin-api',
    );
    assert.deepEqual(unsaid, {
      '@backstage/plugin-catalog-node': '*',
      knex: '^3.0.0',
    });
  });
});

describe('what comes with a bundle', () => {
  test('licences, compiled code and scripts that were not run', () => {
    const modules = join(runFolder(), 'node_modules');
    const put = (name: string, manifest: object, ...files: string[]) => {
      mkdirSync(join(modules, name, 'build'), { recursive: true });
      writeFileSync(
        join(modules, name, 'package.json'),
        JSON.stringify({ name, version: '1.0.0', ...manifest }),
      );
      for (const file of files) writeFileSync(join(modules, name, file), '');
    };
    put('plain', { license: 'MIT' });
    put('@acme/either', { license: '(GPL-2.0 OR MIT)' });
    put('@acme/both', { license: '(GPL-2.0 AND MIT)' });
    put('silent', {}, 'build/package.json');
    put(
      'compiled',
      { license: { type: 'ISC' }, scripts: { install: 'node-gyp rebuild' } },
      'build/x.node',
    );
    assert.deepEqual(reportOn(modules), {
      packages: 5,
      licences: {
        '(GPL-2.0 AND MIT)': 1,
        '(GPL-2.0 OR MIT)': 1,
        ISC: 1,
        MIT: 1,
        unknown: 1,
      },
      unusualLicences: [
        { package: '@acme/both@1.0.0', licence: '(GPL-2.0 AND MIT)' },
        { package: 'silent@1.0.0', licence: 'unknown' },
      ],
      nativeCode: ['compiled@1.0.0'],
      installScripts: ['compiled@1.0.0'],
    });
  });
});

describe('the registry’s client', () => {
  test('gets the operator’s settings for npm under its own names', () => {
    const env = clientEnvironment({
      NPM_CONFIG_REGISTRY: 'https://npm.acme.test/',
      PATH: '/bin',
    });
    assert.equal(env['pnpm_config_registry'], 'https://npm.acme.test/');
    assert.equal(env['PATH'], '/bin');
  });

  test('says what failed in a line, with npm’s name for what may pass', () => {
    assert.equal(
      reason(
        '{"error":{"code":"ERR_PNPM_FETCH_404","message":"GET x: Not Found - 404"}}',
        '',
      ),
      'ERR_PNPM_FETCH_404: GET x: Not Found - 404',
    );
    assert.equal(
      reason(
        '',
        'Error: ERR_PNPM_X\n\n  × installing\n  ╰─▶ Connection refused',
      ),
      'ECONNREFUSED: ERR_PNPM_X installing Connection refused',
    );
    assert.equal(
      reason(
        'Progress: resolved 1, reused 0\n ERR_PNPM_FETCH_404  GET x: Not Found\n\nx is not in the registry.\n',
        '',
      ),
      'ERR_PNPM_FETCH_404 GET x: Not Found x is not in the registry.',
    );
    assert.match(
      reason('{"error":{"code":"ERR_PNPM_FETCH_503","message":"busy"}}', ''),
      /^E503: /,
    );
  });
});

describe('what a remote shares', () => {
  const shell = parseShellVersions(
    JSON.stringify({
      react: { version: '18.3.1', policy: 'always' },
      '@backstage/core-components': {
        version: '0.18.14',
        policy: 'compatible',
      },
      '@backstage/frontend-plugin-api': '0.18.1',
      '@backstage/plugin-catalog-react/alpha': '3.2.3',
      '@backstage/theme': '0.7.0',
    }),
  );
  const resolved: Record<string, string> = {
    react: '17.0.2',
    '@backstage/core-components': '0.18.4',
    '@backstage/frontend-plugin-api': '0.13.4',
    '@backstage/plugin-catalog-react': '3.1.0',
  };

  test('React always, Backstage only what fits, nothing that the plugin does not use', () => {
    const decisions = decideSharing(shell, name => resolved[name]);
    assert.deepEqual(
      Object.entries(decisions).map(([name, d]) => [name, d.from]),
      [
        ['react', 'shell'],
        ['@backstage/core-components', 'shell'],
        ['@backstage/frontend-plugin-api', 'plugin'],
        ['@backstage/plugin-catalog-react/alpha', 'shell'],
      ],
    );
  });

  test('the container’s name is an identifier', () => {
    assert.equal(remoteName('@acme/plugin-thing.x'), 'acme__plugin_thing_x');
  });
});

describe('folders', () => {
  test('equal content has an equal digest, other content another', () => {
    const make = (content: string) => {
      const dir = runFolder();
      mkdirSync(join(dir, 'c'));
      writeFileSync(join(dir, 'c/b.js'), content);
      writeFileSync(join(dir, 'a.js'), 'a');
      writeFileSync(join(dir, 'manifest.json'), String(Math.random()));
      return digestFolder(dir, ['manifest.json']);
    };
    const one = make('b');
    assert.deepEqual(Object.keys(one.files), ['a.js', 'c/b.js']);
    assert.equal(one.bytes, 2);
    assert.equal(one.digest, make('b').digest);
    assert.notEqual(one.digest, make('B').digest);
  });

  test('pruning keeps code and licences', () => {
    const dir = runFolder();
    for (const name of [
      'index.js',
      'index.js.map',
      'index.d.ts',
      'README.md',
      'LICENSE.md',
      'data.json',
    ]) {
      writeFileSync(join(dir, name), 'x');
    }
    assert.equal(prune(dir), 3);
    assert.deepEqual(readdirSync(dir).sort(), [
      'LICENSE.md',
      'data.json',
      'index.js',
    ]);
  });
});
