import { Button } from '@backstage/ui';
import { useState, type FormEvent, type ReactNode } from 'react';
import type { AuditFilter } from '../../../api/audit';
import { TextInput } from '../../../ui/TextInput';

/** Moments as the browser's fields give them, as the API takes them. */
export function toFilter(draft: AuditFilter): AuditFilter {
  const moment = (text?: string) => {
    const date = text ? new Date(text) : undefined;
    return date && !Number.isNaN(date.getTime())
      ? date.toISOString()
      : undefined;
  };
  return { ...draft, from: moment(draft.from), until: moment(draft.until) };
}

const fields = [
  { name: 'text', label: 'Text', placeholder: 'Anywhere in the event' },
  { name: 'actor', label: 'Who', placeholder: 'user:default/jane' },
  { name: 'action', label: 'Action begins with', placeholder: 'member.' },
  { name: 'target', label: 'To what', placeholder: 'user:default/joe' },
] as const;

/** Asks which events are wanted. */
export function AuditFilters(props: {
  onApply: (filter: AuditFilter) => void;
  /** What can be done with the events that are shown. */
  actions: ReactNode;
}) {
  const [draft, setDraft] = useState<AuditFilter>({});
  const change = (name: keyof AuditFilter, value: string) =>
    setDraft({ ...draft, [name]: value });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onApply(toFilter(draft));
  };
  return (
    <form className="audit-filters" role="search" onSubmit={submit}>
      {fields.map(field => (
        <TextInput
          key={field.name}
          size="small"
          label={field.label}
          name={field.name}
          placeholder={field.placeholder}
          value={draft[field.name] ?? ''}
          onChange={value => change(field.name, value)}
        />
      ))}
      {(['from', 'until'] as const).map(name => (
        <label key={name} className="audit-moment">
          <span>{name === 'from' ? 'From' : 'Until'}</span>
          <input
            type="datetime-local"
            name={name}
            value={draft[name] ?? ''}
            onChange={event => change(name, event.target.value)}
          />
        </label>
      ))}
      <div className="pro-actions audit-filter-actions">
        <div className="pro-actions">
          <Button type="submit" size="small" variant="primary">
            Show events
          </Button>
          <Button
            size="small"
            variant="secondary"
            onPress={() => {
              setDraft({});
              props.onApply({});
            }}
          >
            Show all
          </Button>
        </div>
        <div className="pro-actions">{props.actions}</div>
      </div>
    </form>
  );
}
