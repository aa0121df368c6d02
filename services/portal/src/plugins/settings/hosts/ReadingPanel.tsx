import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Radio, RadioGroup, TextAreaField } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { asFailure } from '../../../api/failure';
import { sourceHostsApiRef, type Reading } from '../../../api/sourceHosts';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';
import { Status } from '../../../ui/Status';
import { Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { ChangesPanel } from '../audit/ChangesPanel';
import { useMay } from '../useMe';
import { placesOf, textOf } from './places';

function ReadingForm({ reading }: { reading: Reading }) {
  const hosts = useApi(sourceHostsApiRef);
  const mayChange = useMay('integrations.sourceHost.update') === true;
  const [onlyListed, setOnlyListed] = useState(reading.onlyListed);
  const [text, setText] = useState(() => textOf(reading.places));
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);
  const changed = () => {
    setProblem(undefined);
    setSaved(false);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    changed();
    setBusy(true);
    try {
      const stored = await hosts.setReading({
        onlyListed,
        places: placesOf(text),
      });
      setOnlyListed(stored.onlyListed);
      setText(textOf(stored.places));
      setSaved(true);
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className="pro-form"
      onSubmit={event => void submit(event)}
      noValidate
    >
      {problem && <Problem>{problem}</Problem>}
      <RadioGroup
        label="The catalog and templates read"
        value={onlyListed ? 'listed' : 'all'}
        isDisabled={!mayChange}
        onChange={value => {
          setOnlyListed(value === 'listed');
          changed();
        }}
      >
        <Radio value="all">From every public host</Radio>
        <Radio value="listed">
          From connected source hosts and the places below only
        </Radio>
      </RadioGroup>
      {onlyListed && (
        <TextAreaField
          label="Places"
          description="One on each line: example.com, *.example.com, example.com:8443, or with a path such as example.com/specs/."
          className="pro-mono-area"
          rows={6}
          isDisabled={!mayChange}
          value={text}
          onChange={value => {
            setText(value);
            changed();
          }}
        />
      )}
      {mayChange && (
        <div className="pro-form-foot">
          <Button type="submit" variant="primary" isPending={busy}>
            Save changes
          </Button>
          {saved && <Status tone="good">Saved. It holds from now on.</Status>}
        </div>
      )}
    </form>
  );
}

/** From where files are read, and who changed that when. */
export function ReadingPanel() {
  const hosts = useApi(sourceHostsApiRef);
  const [turn, setTurn] = useState(0);
  const { load, reload } = useLoad(() => hosts.reading(), String(turn));
  return (
    <>
      <Panel
        title="What is read"
        introduction="Addresses inside private networks are never read, whatever stands here."
      >
        <Loaded load={load} onRetry={reload} rows={3}>
          {reading => <ReadingForm key={turn} reading={reading} />}
        </Loaded>
      </Panel>
      <ChangesPanel
        action="reading.update"
        onUndone={() => setTurn(n => n + 1)}
      />
    </>
  );
}
