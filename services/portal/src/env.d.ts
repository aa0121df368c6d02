declare module '*.css';
declare module '@backstage/ui/css/styles.css';

/** Versions of the libraries that the shell lends to remotes; put in by the build. */
declare const SHARED_VERSIONS: Readonly<Record<string, string>>;

// The stock files that src/stock/ stands in for, under names that the build resolves to the originals.
declare module 'stock-part/MarkdownContent' {
  export { MarkdownContent } from '@backstage/core-components';
}
declare module 'stock-part/OpenApiDefinition' {
  import type { ComponentType } from 'react';
  export const OpenApiDefinition: ComponentType<{
    definition: string;
    plugins?: unknown[];
  }>;
}
declare module 'stock-part/SearchResult' {
  export { SearchResult } from '@backstage/plugin-search-react';
}
declare module 'stock-part/Table' {
  export { Table } from '@backstage/core-components';
}
declare module 'stock-part/ToastContainer' {
  import type { ComponentType } from 'react';
  export const ToastContainer: ComponentType<{ queue: unknown }>;
}

// Parts of the stock template editor that its package does not export.
declare module 'stock-part/EditorSubPage' {
  import type {
    FormField,
    StepperProps,
  } from '@backstage/plugin-scaffolder-react/alpha';
  type Options = StepperProps['extensions'][number];
  /** The fields of plugins, and the stock ones that none of them replaces. */
  export function buildEditorFieldExtensions(formFields?: Options[]): Options[];
  export function toFieldExtensionOptions(formField: FormField): Options;
}
declare module 'stock-part/useFormDecorators' {
  export function useFormDecorators(): {
    run(options: {
      formState: Record<string, unknown>;
      secrets: Record<string, string>;
      manifest?: unknown;
    }): Promise<{
      formState: Record<string, unknown>;
      secrets: Record<string, string>;
    }>;
  };
}
