import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Checkbox, Select, TextAreaField } from '@backstage/ui';
import { useState, type ChangeEvent, type FormEvent } from 'react';
import { asFailure } from '../../../api/failure';
import { policiesApiRef, type PolicyFormat } from '../../../api/policies';
import { lineProblems } from './changes';

/** Reads roles from a text into the draft. */
export function ImportForm({ onImported }: { onImported: () => void }) {
  const api = useApi(policiesApiRef);
  const [format, setFormat] = useState<PolicyFormat>('csv');
  const [replace, setReplace] = useState(false);
  const [text, setText] = useState('');
  const [problems, setProblems] = useState<
    { place: string; problem: string }[]
  >([]);
  const [busy, setBusy] = useState(false);
  const read = async (event: ChangeEvent<HTMLInputElement>) => {
    const [file] = event.target.files ?? [];
    if (!file) return;
    setFormat(/\.ya?ml$/i.test(file.name) ? 'yaml' : 'csv');
    setText(await file.text());
  };
  const send = async () => {
    setBusy(true);
    setProblems([]);
    try {
      await api.importText(format, replace ? 'replace' : 'merge', text);
      onImported();
    } catch (thrown) {
      const failure = asFailure(thrown);
      const told = lineProblems(failure.fields);
      setProblems(
        told.length > 0 ? told : [{ place: '', problem: failure.message }],
      );
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void send();
  };
  return (
    <form className="pro-form" onSubmit={submit} noValidate>
      <label className="policies-file">
        A file
        <input
          type="file"
          accept=".csv,.yaml,.yml,text/csv,text/yaml"
          onChange={event => void read(event)}
        />
      </label>
      <Select
        label="Format"
        options={[
          { id: 'csv', label: 'CSV of Backstage’s RBAC plugin' },
          { id: 'yaml', label: 'YAML, as exported here' },
        ]}
        value={format}
        onChange={key => (key === 'csv' || key === 'yaml') && setFormat(key)}
      />
      <TextAreaField
        label="Text"
        className="pro-mono-area"
        rows={10}
        value={text}
        onChange={setText}
        isInvalid={problems.length > 0}
        validationBehavior="aria"
      />
      {problems.length > 0 && (
        <ul className="policies-problems" role="alert">
          {problems.map(({ place, problem }) => (
            <li key={`${place} ${problem}`}>
              {place && <strong>{place}: </strong>}
              {problem}
            </li>
          ))}
        </ul>
      )}
      <Checkbox isSelected={replace} onChange={setReplace}>
        Remove the roles that are not in the text
      </Checkbox>
      <div className="pro-form-foot">
        <Button type="submit" variant="primary" isPending={busy}>
          Import into the draft
        </Button>
      </div>
    </form>
  );
}
