/** Which packages say what can be configured, and the schema that comes of it. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  aboutPackage,
  MAX_README_BYTES,
  readmeOf,
} from '../src/bundle/about.ts';
import { configSchema, MAX_SCHEMA_BYTES } from '../src/bundle/configSchema.ts';
import { runFolder } from './support/worker.ts';

interface Package {
  name: string;
  configSchema?: unknown;
  dependencies?: Record<string, string>;
  backstage?: Record<string, unknown>;
  /** Other files. */
  files?: Record<string, string>;
}

/** A bundle with these packages beside each other; the first is the plugin. */
function bundle(...packages: Package[]): string {
  const dir = runFolder();
  for (const { files = {}, ...pkg } of packages) {
    const folder = join(dir, 'node_modules', pkg.name);
    mkdirSync(folder, { recursive: true });
    const manifest = JSON.stringify({ version: '1.0.0', ...pkg });
    writeFileSync(join(folder, 'package.json'), manifest);
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), text);
    }
  }
  return dir;
}

const stage: Package = {
  name: '@acme/plugin-stage-backend',
  backstage: { role: 'backend-plugin', pluginId: 'stage' },
  dependencies: { '@acme/stage-lights': '*', '@backstage/integration': '*' },
  configSchema: 'config.d.ts',
  files: {
    'config.d.ts': `
/** Where a play is. */
export interface Hall {
  /** Its name. */
  name: string;
  seats?: number;
}
export interface Config {
  stage?: {
    /**
     * Address of the box office.
     * @visibility frontend
     */
    baseUrl: string;
    /** @visibility secret */
    token?: string;
    /** @deprecated Use halls. */
    hall?: Hall;
    halls?: Hall[];
    mode?: 'matinee' | 'evening';
    labels?: { [name: string]: string };
    source?: { kind: 'file'; path: string } | { kind: 'url'; url: string };
    /** @deepVisibility frontend */
    look?: { colour?: string; dark?: boolean };
  };
}`,
  },
};

const lights: Package = {
  name: '@acme/stage-lights',
  backstage: { role: 'node-library' },
  configSchema: {
    type: 'object',
    properties: {
      stage: { type: 'object', properties: { lamps: { type: 'number' } } },
    },
  },
};

const integration: Package = {
  name: '@backstage/integration',
  backstage: { role: 'common-library' },
  dependencies: { '@acme/beyond': '*' },
  configSchema: 'config.json',
  files: {
    'config.json': JSON.stringify({
      type: 'object',
      properties: { integrations: { type: 'object' } },
    }),
  },
};

type Properties = Record<string, Record<string, unknown>>;

/** Properties of a schema, at a path of keys. */
function at(schema: unknown, ...path: string[]): Properties {
  const found = path.reduce<unknown>(
    (value, key) => (value as Properties)['properties']?.[key],
    schema,
  );
  return (found as Record<string, Properties>)['properties'] ?? {};
}

describe('the schema of a plugin’s configuration', () => {
  test('is made from declarations, values and files, its own before its libraries’', async () => {
    const beyond = { ...lights, name: '@acme/beyond' };
    const dir = bundle(stage, lights, integration, beyond);
    const found = await configSchema(dir, stage.name);
    assert.deepEqual(found.notes, []);
    assert.deepEqual(
      found.packages.map(({ name }) => name),
      [stage.name, '@acme/stage-lights', '@backstage/integration'],
    );
    assert.deepEqual(found.ownKeys, ['stage']);
    const own = at(found.schema, 'stage');
    assert.equal(own['baseUrl']?.['visibility'], 'frontend');
    assert.equal(own['baseUrl']['description'], 'Address of the box office.');
    assert.equal(own['token']?.['visibility'], 'secret');
    assert.equal(own['hall']?.['deprecated'], 'Use halls.');
    assert.equal(own['look']?.['deepVisibility'], 'frontend');
    assert.deepEqual(own['mode']?.['enum'], ['matinee', 'evening']);
    assert.deepEqual(own['labels']?.['additionalProperties'], {
      type: 'string',
    });
    assert.ok(Array.isArray(own['source']?.['anyOf']));
    assert.equal(own['lamps']?.['type'], 'number');
    assert.ok(at(found.schema)['integrations']);
  });

  test('is the same wherever the bundle lies', async () => {
    const files = {
      'config.d.ts': `export interface Act { title: string; then?: Act }
export interface Config { play?: Act }`,
    };
    const play = { ...stage, dependencies: {}, files };
    const [one, other] = await Promise.all(
      [bundle(play), bundle(play)].map(dir => configSchema(dir, play.name)),
    );
    assert.deepEqual(one, other);
    const text = JSON.stringify(one?.schema);
    assert.match(text, /"definitions":\{"Type-1":/);
    assert.match(text, /"#\/definitions\/Type-1"/);
  });

  test('is not looked for in the framework, in other plugins, and outside of the package', async () => {
    const outside = join(runFolder(), 'keys.json');
    writeFileSync(outside, '{"type":"object","title":"not for you"}');
    const leads = { ...stage, configSchema: outside };
    const others: Package[] = ['../../../keys.json', 'link.json'].map(
      (file, n) => ({
        name: `@acme/lib-${n}`,
        backstage: { role: 'node-library' },
        configSchema: file,
      }),
    );
    const dependencies = Object.fromEntries(
      [...others.map(({ name }) => name), '@backstage/x', '@acme/y'].map(
        name => [name, '*'],
      ),
    );
    const schema = { type: 'object' };
    const dir = bundle(
      { ...leads, dependencies },
      ...others,
      { name: '@backstage/x', configSchema: schema },
      {
        name: '@acme/y',
        backstage: { role: 'backend-plugin' },
        configSchema: schema,
      },
    );
    symlinkSync(outside, join(dir, 'node_modules/@acme/lib-1/link.json'));
    assert.deepEqual(await configSchema(dir, stage.name), {
      ownKeys: [],
      packages: [],
      notes: [],
    });
  });

  test('leaves out what cannot be used and says so', async () => {
    const strange = {
      ...lights,
      configSchema: { type: 'object', properties: { a: { type: 'thing' } } },
    };
    const found = await configSchema(bundle(stage, strange), stage.name);
    assert.deepEqual(
      found.packages.map(({ name }) => name),
      [stage.name],
    );
    assert.match(
      found.notes.join(),
      /stage-lights cannot be used: Error: schema is invalid: .*type/,
    );
    assert.ok(at(found.schema, 'stage')['baseUrl']);
    const nameless = {
      ...stage,
      files: { 'config.d.ts': 'export interface Settings { a: string }' },
    };
    const none = await configSchema(bundle(nameless), stage.name);
    assert.equal(none.schema, undefined);
    assert.match(none.notes.join(), /does not export a Config type/);
  });

  test('cannot read what is beside the bundle by a declaration', async () => {
    const outside = join(runFolder(), 'secret.d.ts');
    writeFileSync(outside, "export type Secret = 'the-secret';");
    const files = {
      'config.d.ts': `import { Secret } from '${outside.replace('.d.ts', '')}';
export interface Config { play?: Secret }`,
    };
    const dir = bundle({ ...stage, dependencies: {}, files });
    const found = await configSchema(dir, stage.name);
    assert.doesNotMatch(JSON.stringify(found), /the-secret/);
  });

  test('is not kept when it is too long', async () => {
    const description = 'x'.repeat(MAX_SCHEMA_BYTES);
    const long = { ...lights, configSchema: { type: 'object', description } };
    const found = await configSchema(bundle(long), long.name);
    assert.equal(found.schema, undefined);
    assert.match(found.notes.join(), /at most 262144 are kept/);
  });
});

describe('what a package says about itself', () => {
  test('is taken over in part, and only addresses that a browser may follow', () => {
    const about = aboutPackage({
      name: '@acme/plugin-stage',
      version: '1.2.3',
      description: 'y'.repeat(600),
      license: 'MIT',
      keywords: ['play', 7, 'z'.repeat(100)],
      homepage: 'javascript:alert(1)',
      repository: {
        url: 'git+https://github.com/acme/stage.git',
        directory: 'plugins/stage',
      },
      backstage: {
        role: 'frontend-plugin',
        pluginId: 'stage',
        pluginPackages: ['@acme/plugin-stage', '@acme/plugin-stage-backend'],
      },
    });
    assert.equal(about.description?.length, 500);
    assert.deepEqual(about.keywords, ['play', 'z'.repeat(60)]);
    assert.equal(about.homepage, undefined);
    const code = 'https://github.com/acme/stage/tree/HEAD/plugins/stage';
    assert.equal(about.repository, code);
    assert.deepEqual(about.siblings, ['@acme/plugin-stage-backend']);
  });

  test('has a README of limited length', () => {
    const folder = runFolder();
    assert.equal(readmeOf(folder), undefined);
    writeFileSync(join(folder, 'readme.MD'), '# Stage');
    assert.equal(readmeOf(folder), '# Stage');
    writeFileSync(join(folder, 'readme.MD'), 'é'.repeat(MAX_README_BYTES));
    const long = readmeOf(folder) ?? '';
    assert.ok(long.endsWith('é\n\n…'));
    assert.ok(Buffer.byteLength(long) < MAX_README_BYTES + 10);
  });
});
