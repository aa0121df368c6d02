/** The bundle tool's judgement of packages, without a registry. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { digestFolder } from '../src/bundle/digest.ts';
import { parseSpec } from '../src/bundle/npm.ts';
import {
  describePackage,
  exportFile,
  type PackageJson,
} from '../src/bundle/package.ts';
import { prune } from '../src/bundle/prune.ts';
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
