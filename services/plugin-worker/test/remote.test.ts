/** An unmodified front end from npm becomes a module-federation remote: `@backstage-community/plugin-tech-radar`. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { RemoteManifest } from '../src/remote/build.ts';
import { profileName } from './support/profiles.ts';
import { installOnce, runTool } from './support/tool.ts';
import { runFolder } from './support/worker.ts';

const PACKAGE = '@backstage-community/plugin-tech-radar';
const only = { skip: profileName !== 'node', timeout: 300_000 };

/** As the portal's build writes it; the versions are those of one of its releases. */
const SHELL = {
  react: { version: '18.3.1', policy: 'always' },
  'react/jsx-runtime': { version: '18.3.1', policy: 'always' },
  'react-dom': { version: '18.3.1', policy: 'always' },
  'react-router-dom': { version: '6.30.6', policy: 'always' },
  '@material-ui/core': { version: '4.12.4', policy: 'always' },
  '@material-ui/core/styles': { version: '4.12.4', policy: 'always' },
  '@backstage/core-plugin-api': { version: '1.99.0', policy: 'compatible' },
  '@backstage/frontend-plugin-api': { version: '0.18.1', policy: 'compatible' },
};

async function build(
  shell: object,
): Promise<{ out: string; manifest: RemoteManifest }> {
  const root = await installOnce(`${PACKAGE}@1.14.0`);
  const folder = runFolder();
  const versions = join(folder, 'shared-versions.json');
  writeFileSync(versions, JSON.stringify(shell));
  const out = join(folder, 'remote');
  const { code, output } = await runTool(
    'build-remote',
    PACKAGE,
    ...['--root', root, '--out', out, '--shell-versions', versions],
  );
  assert.equal(code, 0, JSON.stringify(output));
  return { out, manifest: output as unknown as RemoteManifest };
}

describe('tech-radar from npm', only, () => {
  test('its front end becomes a remote whose manifest lists and hashes every file', async () => {
    const { out, manifest } = await build(SHELL);
    assert.equal(manifest.pluginId, 'tech-radar');
    assert.equal(manifest.version, '1.14.0');
    assert.equal(manifest.remote, 'backstage_community__plugin_tech_radar');
    assert.deepEqual(manifest.modules, [{ expose: './alpha' }]);
    assert.equal(manifest.sharing['react']?.from, 'shell');
    assert.equal(manifest.sharing['@backstage/core-plugin-api']?.from, 'shell');
    assert.equal(
      manifest.sharing['@backstage/frontend-plugin-api']?.from,
      'plugin',
    );
    assert.ok(manifest.files['remoteEntry.js']);
    assert.ok(manifest.files[manifest.entry]);
    for (const [name, digest] of Object.entries(manifest.files)) {
      const content = readFileSync(join(out, name));
      assert.equal(createHash('sha256').update(content).digest('hex'), digest);
      assert.equal(
        content.includes(out),
        false,
        `${name} names a local folder`,
      );
    }
    const written = readFileSync(join(out, 'proscenium-plugin.json'), 'utf8');
    assert.deepEqual(JSON.parse(written), manifest);
  });

  test('React is never in the remote, and the shell’s libraries make it small', async () => {
    const shared = await build(SHELL);
    const alone = await build(
      Object.fromEntries(
        Object.entries(SHELL).filter(([, v]) => v.policy === 'always'),
      ),
    );
    assert.ok(shared.manifest.bytes < alone.manifest.bytes);
    for (const name of Object.keys(shared.manifest.files)) {
      const text = readFileSync(join(shared.out, name), 'utf8');
      assert.equal(text.includes('react-dom.production'), false, name);
    }
  });

  test('the same input gives the same digest', async () => {
    const [one, two] = [await build(SHELL), await build(SHELL)];
    assert.equal(one.manifest.digest, two.manifest.digest);
  });

  test('what cannot be built says why and fails', async () => {
    const root = await installOnce(`${PACKAGE}@1.14.0`);
    const versions = join(runFolder(), 'shared-versions.json');
    writeFileSync(versions, '{}');
    const { code, output } = await runTool(
      'build-remote',
      '@backstage/config',
      ...['--root', root, '--out', runFolder(), '--shell-versions', versions],
    );
    assert.equal(code, 1);
    assert.match(JSON.stringify(output), /only plugins and their modules/);
    const usage = await runTool('build-remote', PACKAGE);
    assert.equal(usage.code, 2);
  });
});
