import { Button, Select } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import type { RunFilter } from '../../api/scaffolderRuns';
import { EntityRefInput } from '../managedEntities/EntityRefInput';
import { useMe } from '../settings/useMe';
import { statusTitles } from './runFilter';

const anyStatus = 'any';

const statusOptions = [
  { id: anyStatus, label: 'Any' },
  ...Object.entries(statusTitles).map(([id, label]) => ({ id, label })),
];

/** Asks which runs are wanted. */
export function RunFilters(props: {
  filter: RunFilter;
  onApply: (filter: RunFilter) => void;
}) {
  const me = useMe();
  const [draft, setDraft] = useState(props.filter);
  const setStatus = (id: string) =>
    setDraft({
      ...draft,
      status: id in statusTitles ? (id as RunFilter['status']) : undefined,
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onApply(draft);
  };
  return (
    <form className="runs-filters" role="search" onSubmit={submit}>
      <EntityRefInput
        label="Template"
        kinds={['template']}
        placeholder="Any"
        value={draft.template ?? ''}
        onChange={template => setDraft({ ...draft, template })}
      />
      <EntityRefInput
        label="Started by"
        kinds={['user']}
        placeholder="Anybody"
        value={draft.createdBy ?? ''}
        onChange={createdBy => setDraft({ ...draft, createdBy })}
      />
      <Select
        label="State"
        options={statusOptions}
        value={draft.status ?? anyStatus}
        onChange={key => setStatus(String(key ?? anyStatus))}
      />
      <div className="pro-actions">
        <Button type="submit" size="small" variant="primary">
          Show runs
        </Button>
        {me && (
          <Button
            size="small"
            variant="secondary"
            onPress={() => props.onApply({ createdBy: me.userEntityRef })}
          >
            Show mine
          </Button>
        )}
        <Button
          size="small"
          variant="secondary"
          onPress={() => props.onApply({})}
        >
          Show all
        </Button>
      </div>
    </form>
  );
}
