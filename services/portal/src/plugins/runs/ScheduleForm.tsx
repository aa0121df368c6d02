import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Checkbox, TextAreaField } from '@backstage/ui';
import { useRef, useState, type FormEvent } from 'react';
import { asFailure } from '../../api/failure';
import { scaffolderRunsApiRef, type Schedule } from '../../api/scaffolderRuns';
import { focusFirstError } from '../../ui/focusFirstError';
import { Problem } from '../../ui/Problem';
import { SuggestInput } from '../../ui/SuggestInput';
import { TextInput } from '../../ui/TextInput';
import { EntityRefInput } from '../managedEntities/EntityRefInput';
import { CronPreview, usePreview } from './CronPreview';
import {
  draftOf,
  emptySchedule,
  inputOf,
  type DraftErrors,
  type ScheduleDraft,
} from './scheduleDraft';

const timeZones = ['UTC', ...Intl.supportedValuesOf('timeZone')]
  .filter((zone, at, all) => all.indexOf(zone) === at)
  .map(id => ({ id }));

interface FieldsProps {
  draft: ScheduleDraft;
  onChange: (change: Partial<ScheduleDraft>) => void;
  errors: DraftErrors;
}

function When({ draft, onChange, errors }: FieldsProps) {
  const preview = usePreview(draft.cron, draft.timeZone);
  return (
    <>
      <TextInput
        label="When"
        name="cron"
        description="As in cron: minute, hour, day of month, month, day of week."
        placeholder="0 8 * * 1"
        value={draft.cron}
        onChange={cron => onChange({ cron })}
        error={errors.cron ?? preview?.errors['cron']}
      />
      <SuggestInput
        label="Time zone"
        suggestions={timeZones}
        value={draft.timeZone}
        onChange={timeZone => onChange({ timeZone })}
        error={errors.timeZone ?? preview?.errors['timeZone']}
      />
      <CronPreview preview={preview} />
    </>
  );
}

function Values({ draft, onChange, errors }: FieldsProps) {
  return (
    <div className="pro-field">
      <TextAreaField
        label="Values"
        secondaryLabel="YAML or JSON"
        description="What is filled into the template's form at each run."
        className="pro-mono-area"
        rows={6}
        value={draft.values}
        onChange={values => onChange({ values })}
        isInvalid={Boolean(errors.values)}
        validationBehavior="aria"
      />
      {errors.values && (
        <p className="pro-field-error" role="alert">
          {errors.values}
        </p>
      )}
    </div>
  );
}

/** Makes a schedule, or changes the one that is given. */
export function ScheduleForm(props: {
  schedule?: Schedule;
  onSaved: (schedule: Schedule) => void;
}) {
  const { schedule, onSaved } = props;
  const runs = useApi(scaffolderRunsApiRef);
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(() =>
    schedule ? draftOf(schedule) : emptySchedule(),
  );
  const [errors, setErrors] = useState<DraftErrors>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const onChange = (change: Partial<ScheduleDraft>) => {
    setDraft(before => ({ ...before, ...change }));
    const named = Object.keys(change);
    setErrors(before =>
      Object.fromEntries(
        Object.entries(before).filter(([name]) => !named.includes(name)),
      ),
    );
  };
  const refuse = (found: DraftErrors) => {
    setErrors(found);
    focusFirstError(form.current);
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setProblem(undefined);
    const parsed = inputOf(draft);
    if ('errors' in parsed) return refuse(parsed.errors);
    setBusy(true);
    try {
      onSaved(await runs.saveSchedule(parsed.input, schedule?.id));
    } catch (thrown) {
      const failure = asFailure(thrown);
      setBusy(false);
      if (Object.keys(failure.fields).length > 0) refuse(failure.fields);
      else setProblem(failure.message);
    }
  };
  const fields = { draft, onChange, errors };
  return (
    <form
      ref={form}
      className="pro-form"
      noValidate
      onSubmit={event => void save(event)}
    >
      {problem && <Problem>{problem}</Problem>}
      <TextInput
        label="Name"
        name="name"
        placeholder="Nightly clean-up"
        value={draft.name}
        onChange={name => onChange({ name })}
        error={errors.name}
      />
      <EntityRefInput
        label="Template"
        kinds={['template']}
        value={draft.templateRef}
        onChange={templateRef => onChange({ templateRef })}
        error={errors.templateRef}
      />
      <When {...fields} />
      <Values {...fields} />
      <Checkbox
        isSelected={draft.overlap === 'skip'}
        onChange={skips => onChange({ overlap: skips ? 'skip' : 'allow' })}
      >
        Leave a run out while the one before it is not over
      </Checkbox>
      <p className="pro-quiet">
        You own the schedule: your permissions count at each run.
      </p>
      <div className="pro-form-foot">
        <Button type="submit" variant="primary" isPending={busy}>
          {schedule ? 'Save schedule' : 'Create schedule'}
        </Button>
      </div>
    </form>
  );
}
