/** A small front end in several versions, laid down as npm would have, some of which throw. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const portal = path.join(here, '../../services/portal');

export const PACKAGE = '@acme/plugin-notes';

/** Where a version throws. */
export type Fault = 'nowhere' | 'import' | 'page' | 'entity';

const source = (version: string, fault: Fault) => `
import { createElement } from 'react';
import { createFrontendPlugin, PageBlueprint } from '@backstage/frontend-plugin-api';
import { EntityContentBlueprint } from '@backstage/plugin-catalog-react/alpha';
const FAULT = '${fault}';
if (FAULT === 'import') throw new Error('notes cannot be loaded');
function Page() {
  if (FAULT === 'page') throw new Error('notes has lost its page');
  return createElement('h2', null, 'Notes ${version}');
}
function Tab() {
  if (FAULT === 'entity') throw new Error('notes knows no entities');
  return createElement('h2', null, 'Notes of it, ${version}');
}
export default createFrontendPlugin({
  pluginId: 'notes',
  extensions: [
    PageBlueprint.make({ params: { path: '/notes', loader: async () => createElement(Page) } }),
    EntityContentBlueprint.make({
      params: { path: '/notes', title: 'Notes', filter: { kind: 'component' }, loader: async () => createElement(Tab) },
    }),
  ],
});
`;

/** Lays a version down where the server looks for bundles before it asks a registry. */
export async function layDown(dataDir: string, version: string, fault: Fault): Promise<void> {
  const bundle = path.join(dataDir, 'bundles', `${PACKAGE.replaceAll('/', '+')}@${version}`);
  const folder = path.join(bundle, 'node_modules', PACKAGE);
  await mkdir(folder, { recursive: true });
  const manifest = {
    name: PACKAGE,
    version,
    license: 'Apache-2.0',
    exports: { './alpha': './alpha.mjs' },
    backstage: { role: 'frontend-plugin', pluginId: 'notes', features: { './alpha': '@backstage/FrontendPlugin' } },
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'alpha.mjs'), source(version, fault));
  // The versions that it was made for; the code is the portal's.
  for (const name of ['@backstage/frontend-plugin-api', '@backstage/plugin-catalog-react']) {
    const own = JSON.parse(await readFile(path.join(portal, 'node_modules', name, 'package.json'), 'utf8')) as { version: string };
    const there = path.join(bundle, 'node_modules', name);
    await mkdir(there, { recursive: true });
    await writeFile(path.join(there, 'package.json'), JSON.stringify({ name, version: own.version, license: 'Apache-2.0' }));
  }
  const described = {
    package: PACKAGE,
    version,
    description: 'Notes',
    role: 'frontend-plugin',
    pluginId: 'notes',
    backendFeatures: [],
    hasBackend: false,
    hasFrontend: true,
    lockDigest: version,
  };
  await writeFile(path.join(bundle, 'bundle.json'), JSON.stringify(described));
}
