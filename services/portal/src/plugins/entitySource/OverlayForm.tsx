import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState, type FormEvent, type ReactNode } from 'react';
import { entitySourceApiRef, type Overlay } from '../../api/entitySource';
import { asFailure } from '../../api/failure';
import {
  fieldErrors,
  unshownErrors,
  type FieldErrors,
} from '../../api/fieldPath';
import { focusFirstError } from '../../ui/focusFirstError';
import { Problem } from '../../ui/Problem';
import { RowsEditor } from '../../ui/RowsEditor';
import { TagsInput } from '../../ui/TagsInput';
import { TextInput } from '../../ui/TextInput';
import {
  draftErrors,
  emptyKeyed,
  emptyLink,
  fromDraft,
  isEmptyOverlay,
  rowErrors,
  toDraft,
  type KeyedRow,
  type OverlayDraft,
} from './overlayDraft';
import { FromFileLinks, FromFileMap, FromFileTags } from './FromFile';
import type { FileParts } from './fileParts';

interface KeyedEditorProps {
  part: 'annotations' | 'labels';
  legend: string;
  item: string;
  draft: OverlayDraft;
  errors: FieldErrors;
  fixed: ReactNode;
  onChange: (rows: KeyedRow[]) => void;
}

function KeyedEditor(props: KeyedEditorProps) {
  const { part, errors } = props;
  return (
    <RowsEditor
      legend={props.legend}
      item={props.item}
      rows={props.draft[part]}
      empty={emptyKeyed}
      fixed={props.fixed}
      onChange={props.onChange}
    >
      {(row, change, at) => (
        <>
          <TextInput
            aria-label={`Key of ${props.item} ${at + 1}`}
            placeholder="example.org/key"
            value={row.key}
            onChange={key => change({ ...row, key })}
            error={errors[`${part}.${at}.key`]}
          />
          <TextInput
            aria-label={`Value of ${props.item} ${at + 1}`}
            placeholder="value"
            value={row.value}
            onChange={value => change({ ...row, value })}
            error={errors[`${part}.${at}.value`]}
          />
        </>
      )}
    </RowsEditor>
  );
}

function LinksEditor(props: {
  draft: OverlayDraft;
  errors: FieldErrors;
  fixed: ReactNode;
  onChange: (draft: OverlayDraft) => void;
}) {
  const { draft, errors } = props;
  return (
    <RowsEditor
      legend="Links"
      item="link"
      rows={draft.links}
      empty={emptyLink}
      fixed={props.fixed}
      onChange={links => props.onChange({ ...draft, links })}
    >
      {(row, change, at) => (
        <>
          <TextInput
            aria-label={`Address of link ${at + 1}`}
            placeholder="https://…"
            value={row.url}
            onChange={url => change({ ...row, url })}
            error={errors[`links.${at}.url`]}
          />
          <TextInput
            aria-label={`Title of link ${at + 1}`}
            placeholder="Title"
            value={row.title}
            onChange={title => change({ ...row, title })}
            error={errors[`links.${at}.title`]}
          />
        </>
      )}
    </RowsEditor>
  );
}

const isShown = (path: string) =>
  /^(links\.\d+\.(url|title)|(annotations|labels)\.\d+\.(key|value)|tags.*)$/.test(
    path,
  );

function firstTagError(errors: FieldErrors): string | undefined {
  return Object.entries(errors).find(([path]) => path.startsWith('tags'))?.[1];
}

export interface OverlayFormProps {
  entityRef: string;
  overlay: Overlay;
  file: FileParts;
  onSaved: () => void;
  onCancel: () => void;
}

function useOverlayForm(props: OverlayFormProps) {
  const sources = useApi(entitySourceApiRef);
  const [draft, setDraft] = useState(() => toDraft(props.overlay));
  const [errors, setErrors] = useState<FieldErrors>({});
  const [problems, setProblems] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);

  const save = async () => {
    const found = draftErrors(draft, props.file);
    setErrors(found);
    setProblems([]);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      const overlay = fromDraft(draft, props.overlay);
      if (isEmptyOverlay(overlay)) await sources.removeOverlay(props.entityRef);
      else await sources.setOverlay(props.entityRef, overlay);
      props.onSaved();
    } catch (thrown) {
      const failure = asFailure(thrown);
      const named = rowErrors(fieldErrors(failure), draft);
      setErrors(named);
      const unshown = unshownErrors(named, isShown);
      setProblems(
        Object.keys(named).length === 0 ? [failure.message] : unshown,
      );
      setBusy(false);
    }
  };
  const change = (changed: OverlayDraft) => {
    setDraft(changed);
    setErrors({});
  };
  return { draft, change, errors, problems, busy, save };
}

/** Adds to an entity whose file belongs to others. */
export function OverlayForm(props: OverlayFormProps) {
  const { draft, change, errors, problems, busy, save } = useOverlayForm(props);
  const { file } = props;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    void save().then(() => focusFirstError(form));
  };
  return (
    <form className="overlay-form" onSubmit={submit} noValidate>
      {problems.length > 0 && <Problem>{problems.join(' ')}</Problem>}
      <LinksEditor
        draft={draft}
        errors={errors}
        fixed={<FromFileLinks links={file.links} />}
        onChange={change}
      />
      <TagsInput
        label="Tags"
        description="Enter or a comma adds a tag."
        tags={draft.tags}
        onChange={tags => change({ ...draft, tags })}
        error={firstTagError(errors)}
      />
      <FromFileTags tags={file.tags} />
      <KeyedEditor
        part="labels"
        legend="Labels"
        item="label"
        draft={draft}
        errors={errors}
        fixed={<FromFileMap map={file.labels} />}
        onChange={labels => change({ ...draft, labels })}
      />
      <KeyedEditor
        part="annotations"
        legend="Annotations"
        item="annotation"
        draft={draft}
        errors={errors}
        fixed={<FromFileMap map={file.annotations} />}
        onChange={annotations => change({ ...draft, annotations })}
      />
      <div className="pro-form-foot">
        <Button type="submit" variant="primary" isPending={busy}>
          Save additions
        </Button>
        <Button variant="secondary" onPress={props.onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
