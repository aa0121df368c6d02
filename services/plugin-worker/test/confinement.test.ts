/** A front end is built of what lies in its bundle: its code names no other file of this machine, and no program. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { profileName } from './support/profiles.ts';
import { runTool } from './support/tool.ts';
import { runFolder } from './support/worker.ts';

const PACKAGE = '@acme/plugin-curious';
const only = { skip: profileName !== 'node', timeout: 120_000 };

interface Curious {
  /** The front end's code. */
  code: string;
  /** Other files of the package, by path. */
  files?: Record<string, string>;
  /** Where its feature is, by its own account. */
  target?: string;
}

/** Lays the package down as an installation would and builds it. */
async function build(curious: (outside: string) => Curious) {
  const folder = runFolder();
  const outside = join(folder, 'outside.json');
  writeFileSync(outside, JSON.stringify({ secret: 'of the host' }));
  const { code, files = {}, target = './index.js' } = curious(outside);
  const root = join(folder, 'bundle');
  const home = join(root, 'node_modules', PACKAGE);
  mkdirSync(home, { recursive: true });
  const manifest = {
    name: PACKAGE,
    version: '1.0.0',
    exports: { '.': target },
    backstage: {
      role: 'frontend-plugin',
      pluginId: 'curious',
      features: { '.': '@backstage/FrontendPlugin' },
    },
  };
  writeFileSync(join(home, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(home, 'index.js'), code);
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(home, name), text);
  }
  const shell = join(folder, 'shared-versions.json');
  writeFileSync(
    shell,
    JSON.stringify({ react: { version: '18.3.1', policy: 'always' } }),
  );
  const out = join(folder, 'remote');
  const run = await runTool(
    'build-remote',
    PACKAGE,
    ...['--root', root, '--out', out, '--shell-versions', shell],
  );
  return { ...run, out };
}

const WRITES = (file: string) =>
  `require('fs').writeFileSync(${JSON.stringify(file)}, 'ran'); module.exports = text => text;`;

const HOSTILE: Record<string, (outside: string) => Curious> = {
  'an absolute path': outside => ({
    code: `import x from ${JSON.stringify(outside)}; export default x;`,
  }),
  'a path that leads out': () => ({
    code: `import x from '../../../../outside.json'; export default x;`,
  }),
  'an asset of the host': outside => ({
    code: `export default new URL(${JSON.stringify(outside)}, import.meta.url).href;`,
  }),
  'a file address': outside => ({
    code: `import x from ${JSON.stringify(`file://${outside}`)}; export default x;`,
  }),
  'an address of the network': () => ({
    code: `import x from 'https://example.com/x.js'; export default x;`,
  }),
  'a loader of its own': outside => ({
    code: `import x from '!!./loader.cjs!./x.js'; export default x;`,
    files: { 'loader.cjs': WRITES(`${outside}.ran`), 'x.js': 'export {}' },
  }),
  'a loader under another name': outside => ({
    code: `import x from './x.css!=!./loader.cjs!./x.js'; export default x;`,
    files: { 'loader.cjs': WRITES(`${outside}.ran`), 'x.js': 'export {}' },
  }),
  'a loader of the build': () => ({
    code: `import x from 'builtin:swc-loader!./x.js'; export default x;`,
    files: { 'x.js': 'export {}' },
  }),
  'a style sheet of the host': outside => ({
    code: `import './x.css'; export default {};`,
    files: { 'x.css': `@import url(${JSON.stringify(outside)});` },
  }),
  'a picture of the host in a style sheet': outside => ({
    code: `import './x.css'; export default {};`,
    files: { 'x.css': `a { background: url(${JSON.stringify(outside)}) }` },
  }),
  'an entry outside': () => ({
    code: 'export default {};',
    target: './../../../../outside.json',
  }),
};

describe('what a front end may be built of', only, () => {
  test('its own files, styles, pictures and polyfills', async () => {
    const { code, output, out } = await build(() => ({
      code: `import React from 'react'; import { join } from 'path';
        import './x.css'; import icon from './icon.svg';
        export default { $$type: '@backstage/FrontendPlugin', id: 'curious', at: [React, join, icon] };`,
      files: {
        'x.css': `a { background: url('./icon.svg') }`,
        'icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      },
    }));
    assert.equal(code, 0, JSON.stringify(output));
    assert.ok(readFileSync(join(out, 'proscenium-plugin.json'), 'utf8'));
  });

  for (const [what, curious] of Object.entries(HOSTILE)) {
    test(`not of ${what}`, async () => {
      let outside = '';
      const { code, output, out } = await build(path => {
        outside = path;
        return curious(path);
      });
      assert.equal(code, 1, `it was built: ${JSON.stringify(output)}`);
      assert.throws(() => readFileSync(`${outside}.ran`), /ENOENT/);
      assert.throws(
        () => readFileSync(join(out, 'proscenium-plugin.json')),
        /ENOENT/,
      );
    });
  }
});
