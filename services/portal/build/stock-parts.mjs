// Files of stock packages that are heavy and rarely needed at once. Each is replaced by one of ours in src/stock/,
// which loads the original when it is first drawn; `stock-part/NAME` is the original.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rspack } from '@rspack/core';

const local = path => fileURLToPath(new URL(`../${path}`, import.meta.url));

const parts = {
  MarkdownContent:
    '@backstage/core-components/dist/components/MarkdownContent/MarkdownContent.esm.js',
  ToastContainer:
    '@backstage/plugin-app/dist/components/Toast/ToastContainer.esm.js',
};

const originalOf = part => local(`node_modules/${part}`);

for (const part of Object.values(parts)) {
  if (!existsSync(originalOf(part))) {
    throw new Error(`${part} is gone: src/stock/ stands in for nothing`);
  }
}

/** `resolve.alias` entries. */
export const stockAliases = {
  ...Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [
      `stock-part/${name}$`,
      originalOf(part),
    ]),
  ),
  // Azure DevOps credentials are a matter of the back end; @backstage/integration imports the client library all the same.
  '@azure/identity': false,
};

/** One replacement plugin for each part. */
export const stockReplacements = Object.keys(parts).map(
  name =>
    new rspack.NormalModuleReplacementPlugin(
      new RegExp(`/${name}\\.esm\\.js$`),
      request => {
        if (!request.request.startsWith('.')) return;
        request.request = local(`src/stock/${name}.tsx`);
      },
    ),
);
