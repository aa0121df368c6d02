// The libraries that the shell lends to plugin remotes at run time.
// src/remotes/sharedLibraries.ts must import exactly these (a unit test compares), and dist/shared-versions.json
// tells the remote builder their versions.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `always`: carries React context or a global registry, so a remote must use the shell's copy whatever version it asked for.
 *  `compatible`: a remote uses the shell's copy only when that satisfies `^(the version the remote resolved)`. */
export const sharedLibraries = {
  react: 'always',
  'react/jsx-runtime': 'always',
  'react-dom': 'always',
  'react-router': 'always',
  'react-router-dom': 'always',
  '@material-ui/core': 'always',
  '@material-ui/core/styles': 'always',
  '@material-ui/styles': 'always',
  '@backstage/core-plugin-api': 'compatible',
  '@backstage/frontend-plugin-api': 'compatible',
  '@backstage/core-components': 'compatible',
  '@backstage/core-compat-api': 'compatible',
  '@backstage/plugin-catalog-react': 'compatible',
  '@backstage/plugin-catalog-react/alpha': 'compatible',
};

const packageOf = name =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

/** The installed version of the package that `name` belongs to. */
export function installedVersion(name) {
  const manifest = new URL(
    `../node_modules/${packageOf(name)}/package.json`,
    import.meta.url,
  );
  return JSON.parse(readFileSync(fileURLToPath(manifest), 'utf8')).version;
}

/** `{name: {version, policy}}` of everything the shell shares. */
export function sharedVersions() {
  return Object.fromEntries(
    Object.entries(sharedLibraries).map(([name, policy]) => [
      name,
      { version: installedVersion(name), policy },
    ]),
  );
}
