import {
  getCompoundEntityRef,
  stringifyEntityRef,
  type Entity,
} from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import {
  Button,
  ButtonLink,
  TextAreaField,
  ToggleButton,
  ToggleButtonGroup,
} from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router-dom';
import { ApiFailure, asFailure } from '../../api/failure';
import {
  fieldErrors,
  unshownErrors,
  type FieldErrors,
} from '../../api/fieldPath';
import { managedEntitiesApiRef } from '../../api/managedEntities';
import { focusFirstError } from '../../ui/focusFirstError';
import { Panel } from '../../ui/Panel';
import { Problem } from '../../ui/Problem';
import { parseYamlObject, toYaml } from '../../ui/yamlText';
import { draftProblems, toEntity, type Draft } from './draft';
import { EntityForm, isShownInForm } from './EntityForm';
import type { KindForm } from './fields';
import './managed.css';
import { entityPagePath } from './paths';

type View = 'form' | 'yaml';

export interface EntityEditorProps {
  forms: KindForm[];
  start: Draft;
  /** The set that it is written to. */
  set: string;
  isNew: boolean;
  cancelHref: string;
}

function formOf(forms: KindForm[], draft: Draft): KindForm | undefined {
  return forms.find(({ kind }) => kind === draft['kind']);
}

/** Keeps the draft, its text in the YAML view and what is wrong with either. */
function useDraft({ forms, start }: EntityEditorProps) {
  const [draft, setDraft] = useState(start);
  const [view, setView] = useState<View>('form');
  const [text, setText] = useState('');
  const [textProblem, setTextProblem] = useState<string>();
  const [errors, setErrors] = useState<FieldErrors>({});

  const change = (changed: Draft) => {
    setDraft(changed);
    setErrors({});
  };
  const changeText = (changed: string) => {
    setText(changed);
    const parsed = parseYamlObject(changed);
    setTextProblem('problem' in parsed ? parsed.problem : undefined);
    if ('value' in parsed) change(parsed.value);
  };
  const show = (wanted: View) => {
    if (wanted === 'form' && textProblem) return;
    if (wanted === 'yaml')
      setText(toYaml(toEntity(draft, formOf(forms, draft))));
    setView(wanted);
  };
  const form = formOf(forms, draft);
  return {
    draft,
    form,
    view,
    text,
    textProblem,
    errors,
    setErrors,
    change,
    changeText,
    show,
  };
}

function useSave(props: EntityEditorProps, kept: ReturnType<typeof useDraft>) {
  const managed = useApi(managedEntitiesApiRef);
  const catalog = useApi(catalogApiRef);
  const navigate = useNavigate();
  const [problems, setProblems] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);

  // By references, because that answers without an error when there is none.
  const isThere = async (entityRef: string) => {
    const { items } = await catalog.getEntitiesByRefs({
      entityRefs: [entityRef],
      fields: ['kind'],
    });
    return Boolean(items[0]);
  };
  const write = async (entity: Entity) => {
    const entityRef = stringifyEntityRef(entity);
    if (props.isNew && (await isThere(entityRef))) {
      throw new ApiFailure(`There is a ${entityRef} already.`, {
        status: 409,
        fields: { 'entity.metadata.name': `There is a ${entityRef} already.` },
      });
    }
    await managed.save(entity, props.set);
    navigate(entityPagePath(getCompoundEntityRef(entity)));
  };
  const fail = (failure: ApiFailure) => {
    const found = fieldErrors(failure, 'entity');
    kept.setErrors(found);
    const isShown =
      kept.view === 'form' ? isShownInForm(kept.form) : () => false;
    const unshown = unshownErrors(found, isShown);
    const named = Object.keys(found).length > 0;
    setProblems(named ? unshown : [failure.message]);
  };
  const save = async () => {
    if (kept.textProblem && kept.view === 'yaml') return;
    const wrong = draftProblems(kept.draft, kept.form);
    kept.setErrors(wrong);
    setProblems(kept.view === 'yaml' ? Object.values(wrong) : []);
    if (Object.keys(wrong).length > 0) return;
    setBusy(true);
    try {
      await write(toEntity(kept.draft, kept.form));
    } catch (thrown) {
      fail(asFailure(thrown));
    } finally {
      setBusy(false);
    }
  };
  return { save, busy, problems };
}

/** Writes an entity that lives in the catalog itself, as a form or as text. */
export function EntityEditor(props: EntityEditorProps) {
  const kept = useDraft(props);
  const { save, busy, problems } = useSave(props, kept);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    void save().then(() => focusFirstError(form));
  };
  return (
    <form onSubmit={submit} noValidate>
      <Panel
        title={kept.view === 'form' ? 'The entity' : 'The entity as text'}
        introduction={
          kept.view === 'form'
            ? undefined
            : 'YAML or JSON. What the form does not ask can be written here.'
        }
        actions={
          <ToggleButtonGroup
            aria-label="How to write"
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[kept.view]}
            onSelectionChange={keys => kept.show([...keys][0] as View)}
          >
            <ToggleButton id="form" isDisabled={Boolean(kept.textProblem)}>
              Form
            </ToggleButton>
            <ToggleButton id="yaml">YAML</ToggleButton>
          </ToggleButtonGroup>
        }
      >
        {kept.view === 'form' ? (
          <EntityForm
            forms={props.forms}
            form={kept.form}
            draft={kept.draft}
            errors={kept.errors}
            isNew={props.isNew}
            onChange={kept.change}
          />
        ) : (
          <>
            <TextAreaField
              aria-label="The entity as YAML or JSON"
              className="pro-mono-area"
              rows={24}
              value={kept.text}
              onChange={kept.changeText}
              isInvalid={Boolean(kept.textProblem)}
            />
            {kept.textProblem && (
              <p className="pro-field-error" role="alert">
                {kept.textProblem}
              </p>
            )}
          </>
        )}
        <div className="managed-foot">
          {problems.length > 0 && <Problem>{problems.join(' ')}</Problem>}
          <div className="pro-form-foot">
            <Button type="submit" variant="primary" isPending={busy}>
              {props.isNew ? 'Create entity' : 'Save entity'}
            </Button>
            <ButtonLink variant="secondary" href={props.cancelHref}>
              Cancel
            </ButtonLink>
          </div>
        </div>
      </Panel>
    </form>
  );
}
