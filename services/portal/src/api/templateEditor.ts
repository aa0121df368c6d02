import { createApiRef } from '@backstage/frontend-plugin-api';
import { requestJson, type Fetch } from './request';

/** A file as dry runs and tests take it. */
export interface SentFile {
  path: string;
  base64Content: string;
}

/** A template of the catalog with the files of its folder. */
export interface TemplateFiles {
  entityRef: string;
  /** The file that describes it. */
  templatePath: string;
  /** Where the folder is, or the file where only that can be read. */
  url?: string;
  commit?: string;
  /** The set of the catalog that holds it, where it has no file. */
  set?: string;
  wholeFolder: boolean;
  files: (SentFile & { executable: boolean })[];
  /** Too large for an editor. */
  leftOut: { path: string; bytes: number }[];
}

export interface DryRun {
  log: {
    body: { message: string; stepId?: string; status?: string };
  }[];
  directoryContents: (SentFile & { executable: boolean })[];
  output: Record<string, unknown>;
}

/** Something that is not as a test expects, and where. */
export interface Finding {
  file: string;
  line?: number | null;
  message: string;
}

export interface CaseReport {
  name: string;
  line?: number | null;
  passed: boolean;
  failures: Finding[];
  log: string[];
  durationMs: number;
}

/** What came of a test file. */
export interface TestReport {
  file: string;
  passed: boolean;
  /** What is wrong with the file itself; then no case was run. */
  mistakes: Finding[];
  cases: CaseReport[];
}

/** What came of a template's tests when they were run by themselves. */
export interface TestOutcome {
  templateRef: string;
  state: 'pending' | 'passed' | 'failed' | 'none' | 'unreadable';
  /** Why nothing could be run. */
  problem?: string;
  cases: number;
  failed: number;
  /** The first things that were not as expected. */
  findings: Finding[];
  ranAt?: string;
  /** When it was looked whether something changed. */
  checkedAt?: string;
}

const base = 'plugin://scaffolder';

/** Reads templates to edit them, and tries what somebody makes of them. */
export class TemplateEditorClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  files(namespace: string, name: string): Promise<TemplateFiles> {
    return requestJson(this.#fetch, `${this.#url(namespace, name)}/files`);
  }

  /** What came of the tests of all templates. */
  async outcomes(): Promise<TestOutcome[]> {
    const { items } = await requestJson<{ items: TestOutcome[] }>(
      this.#fetch,
      `${base}/v1/template-tests`,
    );
    return items;
  }

  outcome(namespace: string, name: string): Promise<TestOutcome> {
    return requestJson(this.#fetch, `${this.#url(namespace, name)}/tests`);
  }

  /** Has the tests of a template run now; the outcome comes later. */
  askForTests(namespace: string, name: string): Promise<TestOutcome> {
    return requestJson(this.#fetch, `${this.#url(namespace, name)}/tests`, {
      method: 'POST',
    });
  }

  /** Runs a template that is sent along, without effects. */
  dryRun(order: {
    template: unknown;
    values: Record<string, unknown>;
    secrets?: Record<string, string>;
    directoryContents: SentFile[];
  }): Promise<DryRun> {
    return requestJson(this.#fetch, `${base}/v2/dry-run`, {
      method: 'POST',
      body: order,
    });
  }

  /** Runs the tests in one of the files that are sent along. */
  runTests(
    testPath: string,
    directoryContents: SentFile[],
  ): Promise<TestReport> {
    return requestJson(this.#fetch, `${base}/v1/template-tests/run`, {
      method: 'POST',
      body: { testPath, directoryContents },
    });
  }

  #url(namespace: string, name: string): string {
    const parts = [namespace, name].map(encodeURIComponent).join('/');
    return `${base}/v1/templates/${parts}`;
  }
}

export const templateEditorApiRef = createApiRef<TemplateEditorClient>().with({
  id: 'plugin.settings.template-editor',
  pluginId: 'settings',
});
