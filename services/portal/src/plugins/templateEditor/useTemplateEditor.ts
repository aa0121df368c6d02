import type { Entity } from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { useTemplateSecrets } from '@backstage/plugin-scaffolder-react';
import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import { useFormDecorators } from 'stock-part/useFormDecorators';
import { asFailure } from '../../api/failure';
import { managedEntitiesApiRef } from '../../api/managedEntities';
import {
  templateEditorApiRef,
  type DryRun,
  type TemplateFiles,
  type TestReport,
} from '../../api/templateEditor';
import {
  isChanged,
  openFiles,
  testFiles,
  testPathFor,
  toSend,
  withFile,
  withText,
} from './files';
import { readTemplate } from './templateText';
import { draftOf, keepDraft } from './drafts';
import { emptyTests } from './emptyTests';

type Json = Record<string, unknown>;

/** What is shown below the editor. */
export type Result =
  | { kind: 'dry-run'; run: DryRun }
  | { kind: 'tests'; reports: TestReport[] }
  | { kind: 'changes' }
  | { kind: 'saved' }
  | { kind: 'problem'; title: string; message: string };

/** Asks before the browser leaves with changes that are nowhere else. */
function useLeaveGuard(isDirty: boolean) {
  useEffect(() => {
    if (!isDirty) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isDirty]);
}

/** The files, kept while there is something in them that is nowhere else. */
function useDraft(opened: TemplateFiles) {
  const state = useState(() => draftOf(opened) ?? openFiles(opened));
  const [files] = state;
  const isDirty = files.some(isChanged);
  useLeaveGuard(isDirty);
  useEffect(
    () => keepDraft(opened, isDirty ? files : undefined),
    [opened, isDirty, files],
  );
  return state;
}

/** The template as it is written this moment; throws when it is none. */
function templateIn(text: string | undefined, name: string): Json {
  const current = readTemplate(text ?? '', name);
  if ('problem' in current) throw new Error(current.problem);
  return current.template;
}

/** The files of a template while somebody edits them, and what is tried with them. */
export function useTemplateEditor(opened: TemplateFiles, name: string) {
  const editor = useApi(templateEditorApiRef);
  const managed = useApi(managedEntitiesApiRef);
  const decorators = useFormDecorators();
  const { secrets } = useTemplateSecrets();
  const [files, setFiles] = useDraft(opened);
  const [selected, setSelected] = useState(opened.templatePath);
  const [result, setResult] = useState<Result>();
  const [busy, setBusy] = useState<'dry-run' | 'tests' | 'save'>();

  const text = files.find(({ path }) => path === opened.templatePath)?.text;
  const calmText = useDeferredValue(text ?? '');
  const read = useMemo(() => readTemplate(calmText, name), [calmText, name]);
  const tests = testFiles(files, opened.templatePath);

  /** Does something that takes its time; a failure is shown under `title`. */
  const attempt = async (
    what: 'dry-run' | 'tests' | 'save',
    title: string,
    act: () => Promise<Result>,
  ) => {
    setBusy(what);
    try {
      setResult(await act());
    } catch (thrown) {
      const { message } = asFailure(thrown);
      setResult({ kind: 'problem', title, message });
    } finally {
      setBusy(undefined);
    }
  };

  const dryRun = (values: Json) =>
    attempt('dry-run', 'The dry run failed', async () => {
      const template = templateIn(text, name);
      const filled = await decorators.run({
        formState: values,
        secrets,
        manifest: template.spec,
      });
      const run = await editor.dryRun({
        template,
        values: filled.formState,
        secrets: filled.secrets,
        directoryContents: toSend(files),
      });
      return { kind: 'dry-run', run };
    });
  const runTests = () =>
    attempt('tests', 'The tests could not be run', async () => {
      const sent = toSend(files);
      const reports: TestReport[] = [];
      for (const path of tests) {
        reports.push(await editor.runTests(path, sent));
      }
      return { kind: 'tests', reports };
    });
  const save = () =>
    attempt('save', 'The template was not saved', async () => {
      await managed.save(
        templateIn(text, name) as unknown as Entity,
        opened.set ?? '',
      );
      setFiles(all =>
        all.map(file =>
          file.path === opened.templatePath
            ? { path: file.path, text, original: text }
            : file,
        ),
      );
      return { kind: 'saved' };
    });
  const addFile = (path: string, content = '') => {
    setFiles(all => withFile(all, path, content));
    setSelected(path);
  };

  return {
    files,
    changed: files.filter(isChanged),
    tests,
    read,
    selected: files.find(({ path }) => path === selected) ?? files[0],
    select: setSelected,
    setText: (path: string, written: string) =>
      setFiles(all => withText(all, path, written)),
    addFile,
    addTests: () =>
      addFile(
        testPathFor(opened.templatePath),
        emptyTests(opened.templatePath),
      ),
    dryRun,
    runTests,
    save,
    showChanges: () => setResult({ kind: 'changes' }),
    discard: () => {
      setFiles(openFiles(opened));
      setResult(undefined);
    },
    result,
    busy,
  };
}

export type TemplateEditor = ReturnType<typeof useTemplateEditor>;
