import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Checkbox, Radio, RadioGroup } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { Link } from 'react-router-dom';
import {
  catalogSettingsApiRef,
  type CatalogKind,
  type CatalogSettings,
} from '../../../api/catalogSettings';
import { asFailure } from '../../../api/failure';
import { fieldErrors, type FieldErrors } from '../../../api/fieldPath';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';
import { Status } from '../../../ui/Status';
import { FailureState, Skeleton } from '../../../ui/states';
import { TextInput } from '../../../ui/TextInput';
import { useLoad } from '../../../ui/useLoad';
import { useMe } from '../useMe';
import {
  fromRulesDraft,
  rulesErrors,
  toRulesDraft,
  type RulesDraft,
} from './rulesDraft';

interface PartProps {
  draft: RulesDraft;
  errors: FieldErrors;
  mayChange: boolean;
  onChange: (draft: RulesDraft) => void;
}

function Orphans({ draft, mayChange, onChange }: PartProps) {
  return (
    <RadioGroup
      label="When no file names an entity any more"
      value={draft.orphanStrategy}
      isDisabled={!mayChange}
      onChange={value =>
        onChange({
          ...draft,
          orphanStrategy: value === 'keep' ? 'keep' : 'delete',
        })
      }
    >
      <Radio value="delete">Remove it from the catalog</Radio>
      <Radio value="keep">Keep it, marked as an orphan</Radio>
    </RadioGroup>
  );
}

function NumberInput(
  props: PartProps & {
    name: keyof RulesDraft & string;
    path: string;
    label: string;
    hint?: string;
  },
) {
  const { draft, name } = props;
  return (
    <TextInput
      label={props.label}
      description={props.hint}
      name={name}
      inputMode="numeric"
      isDisabled={!props.mayChange}
      value={String(draft[name])}
      onChange={value => props.onChange({ ...draft, [name]: value })}
      error={props.errors[props.path]}
    />
  );
}

function Guard(props: PartProps) {
  return (
    <fieldset className="rules-group">
      <legend>Hold large removals</legend>
      <p className="pro-quiet">
        A change of a file or provider that would remove more than both limits
        waits for a decision. What a person deletes goes at once.
      </p>
      <div className="rules-pair">
        <NumberInput
          {...props}
          name="percent"
          path="removalGuard.percent"
          label="Percent of a source’s entities"
        />
        <NumberInput
          {...props}
          name="entities"
          path="removalGuard.entities"
          label="And more entities than"
        />
      </div>
    </fieldset>
  );
}

function Retention(props: PartProps) {
  return (
    <fieldset className="rules-group">
      <legend>Keep the past</legend>
      <p className="pro-quiet">
        Older versions are forgotten, and what was deleted longer ago cannot be
        brought back.
      </p>
      <div className="rules-pair">
        <NumberInput
          {...props}
          name="historyDays"
          path="historyDays"
          label="Days of history"
        />
        <NumberInput
          {...props}
          name="undeleteDays"
          path="undeleteDays"
          label="Days to restore deleted entities"
        />
      </div>
    </fieldset>
  );
}

function Kinds(props: PartProps & { kinds: CatalogKind[] }) {
  const { draft, kinds } = props;
  return (
    <fieldset className="rules-group">
      <legend>Kinds that files and people may bring</legend>
      <p className="pro-quiet">
        Entities of other kinds are refused, with the reason at their file. Your
        own kinds are on the <Link to="/settings/kinds">kinds page</Link>.
      </p>
      <div className="rules-kinds">
        {kinds.map(({ kind, title }) => (
          <Checkbox
            key={kind}
            isDisabled={!props.mayChange}
            isSelected={draft.allowedKinds.includes(kind)}
            onChange={checked =>
              props.onChange({
                ...draft,
                allowedKinds: checked
                  ? [...draft.allowedKinds, kind]
                  : draft.allowedKinds.filter(other => other !== kind),
              })
            }
          >
            {title ?? kind}
          </Checkbox>
        ))}
      </div>
      {props.errors['allowedKinds'] && (
        <p className="pro-field-error" role="alert">
          {props.errors['allowedKinds']}
        </p>
      )}
    </fieldset>
  );
}

function RulesForm(props: {
  settings: CatalogSettings;
  kinds: CatalogKind[];
  mayChange: boolean;
}) {
  const api = useApi(catalogSettingsApiRef);
  const [draft, setDraft] = useState(() => toRulesDraft(props.settings));
  const [errors, setErrors] = useState<FieldErrors>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);
  const { mayChange } = props;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found = rulesErrors(draft);
    setErrors(found);
    setProblem(undefined);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      setDraft(toRulesDraft(await api.change(fromRulesDraft(draft))));
      setSaved(true);
    } catch (thrown) {
      const failure = asFailure(thrown);
      setErrors(fieldErrors(failure));
      setProblem(failure.message);
    } finally {
      setBusy(false);
    }
  };
  const part: PartProps = {
    draft,
    errors,
    mayChange,
    onChange: changed => {
      setDraft(changed);
      setErrors({});
      setSaved(false);
    },
  };
  return (
    <form
      className="rules-form"
      onSubmit={event => void submit(event)}
      noValidate
    >
      {problem && <Problem>{problem}</Problem>}
      <Orphans {...part} />
      <Guard {...part} />
      <Retention {...part} />
      <Kinds {...part} kinds={props.kinds} />
      {mayChange ? (
        <div className="pro-form-foot">
          <Button type="submit" variant="primary" isPending={busy}>
            Save changes
          </Button>
          {saved && <Status tone="good">Saved. It holds from now on.</Status>}
        </div>
      ) : (
        <p className="pro-quiet">Only an administrator can change this.</p>
      )}
    </form>
  );
}

/** How the organisation's catalog behaves. */
export function CatalogRulesPage() {
  const api = useApi(catalogSettingsApiRef);
  const me = useMe();
  const { load, reload } = useLoad(async () => {
    const [settings, kinds] = await Promise.all([api.get(), api.kinds()]);
    return { settings, kinds };
  });
  return (
    <PageFrame
      title="Catalog rules"
      introduction="What the catalog accepts, what it keeps, and when it asks before it removes."
    >
      <Panel>
        {load.state === 'loading' && <Skeleton rows={6} />}
        {load.state === 'failed' && (
          <FailureState failure={load.failure} onRetry={reload} />
        )}
        {load.state === 'ready' && (
          <RulesForm {...load.value} mayChange={me?.role === 'admin'} />
        )}
      </Panel>
    </PageFrame>
  );
}
