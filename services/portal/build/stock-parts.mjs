// Files of stock packages that one of ours in src/stock/ stands in for: heavy ones that are rarely needed at once, which
// ours load when they are first drawn, and ones that bar people. `stock-part/NAME` is the original.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rspack } from '@rspack/core';

const local = path => fileURLToPath(new URL(`../${path}`, import.meta.url));

const parts = {
  MarkdownContent:
    '@backstage/core-components/dist/components/MarkdownContent/MarkdownContent.esm.js',
  OpenApiDefinition:
    '@backstage/plugin-api-docs/dist/components/OpenApiDefinitionWidget/OpenApiDefinition.esm.js',
  SearchResult:
    '@backstage/plugin-search-react/dist/components/SearchResult/SearchResult.esm.js',
  Table: '@backstage/core-components/dist/components/Table/Table.esm.js',
  TemplateDetailButton:
    '@backstage/plugin-scaffolder-react/dist/next/components/TemplateCard/TemplateDetailButton.esm.js',
  ToastContainer:
    '@backstage/plugin-app/dist/components/Toast/ToastContainer.esm.js',
};

/** Files of stock packages that ours use although the packages do not export them: `stock-part/NAME`, as above. */
const borrowed = {
  EditorSubPage:
    '@backstage/plugin-scaffolder/dist/alpha/components/EditorSubPage.esm.js',
  useFormDecorators:
    '@backstage/plugin-scaffolder/dist/alpha/hooks/useFormDecorators.esm.js',
};

const originalOf = part => local(`node_modules/${part}`);

for (const part of [...Object.values(parts), ...Object.values(borrowed)]) {
  if (!existsSync(originalOf(part))) {
    throw new Error(
      `${part} is gone: nothing is left to stand in for or to use`,
    );
  }
}

/** `resolve.alias` entries. */
export const stockAliases = {
  ...Object.fromEntries(
    Object.entries({ ...parts, ...borrowed }).map(([name, part]) => [
      `stock-part/${name}$`,
      originalOf(part),
    ]),
  ),
  // Azure DevOps credentials are a matter of the back end; @backstage/integration imports the client library all the same.
  '@azure/identity': false,
};

/** One replacement plugin for each part. */
export const stockReplacements = Object.entries(parts).map(
  ([name, part]) =>
    new rspack.NormalModuleReplacementPlugin(
      new RegExp(`/${name}\\.esm\\.js$`),
      request => {
        if (!request.request.startsWith('.')) return;
        // Other packages have files of the same name.
        if (!join(request.context, request.request).endsWith(`/${part}`))
          return;
        request.request = local(`src/stock/${name}.tsx`);
      },
    ),
);
