import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { asFailure } from '../../../api/failure';
import { tenantAdminApiRef } from '../../../api/tenantAdmin';
import type { Domain } from '../../../api/types';
import { ConfirmDialog } from '../../../ui/ConfirmDialog';
import { CopyField } from '../../../ui/CopyField';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';
import { Status } from '../../../ui/Status';
import { Loaded } from '../../../ui/states';
import { TextInput } from '../../../ui/TextInput';
import { useLoad } from '../../../ui/useLoad';

function DomainRow(props: {
  domain: Domain;
  mayChange: boolean;
  onChanged: () => void;
  onRemove: () => void;
}) {
  const admin = useApi(tenantAdminApiRef);
  const { domain, mayChange } = props;
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const verify = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await admin.verifyDomain(domain.host);
      props.onChanged();
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    }
    setBusy(false);
  };
  return (
    <li className="settings-domain">
      <div className="settings-domain-head">
        <span className="pro-mono pro-grow">
          {domain.verified ? (
            <a href={domain.url}>{domain.host}</a>
          ) : (
            domain.host
          )}
        </span>
        {domain.verified ? (
          <Status tone="good">Your portal answers there</Status>
        ) : (
          <Status tone="warning">Waits for its proof</Status>
        )}
        {mayChange && (
          <Button
            size="small"
            variant="tertiary"
            destructive
            aria-label={`Remove ${domain.host}`}
            onPress={props.onRemove}
          >
            Remove
          </Button>
        )}
      </div>
      {!domain.verified && mayChange && (
        <>
          <p className="pro-quiet">
            Serve a text file with this line at{' '}
            <span className="pro-mono">{domain.proofUrl}</span>, and check.
            After that, point the name at this installation.
          </p>
          {problem && <Problem>{problem}</Problem>}
          <CopyField label={`Proof for ${domain.host}`} text={domain.proof} />
          <Button
            size="small"
            variant="secondary"
            isPending={busy}
            onPress={() => void verify()}
          >
            Check the proof
          </Button>
        </>
      )}
    </li>
  );
}

function AddDomain({ onAdded }: { onAdded: () => void }) {
  const admin = useApi(tenantAdminApiRef);
  const [host, setHost] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await admin.addDomain(host);
      setHost('');
      onAdded();
    } catch (thrown) {
      const failure = asFailure(thrown);
      setError(failure.fields['host'] ?? failure.message);
    }
    setBusy(false);
  };
  return (
    <form
      className="pro-form"
      onSubmit={event => void submit(event)}
      noValidate
    >
      <TextInput
        label="Host name"
        name="host"
        placeholder="portal.acme.example"
        value={host}
        onChange={setHost}
        error={error}
      />
      <div className="pro-form-foot">
        <Button type="submit" variant="secondary" isPending={busy}>
          Add host name
        </Button>
      </div>
    </form>
  );
}

/** Host names of the organisation's own. */
export function DomainsPanel({ mayChange }: { mayChange: boolean }) {
  const admin = useApi(tenantAdminApiRef);
  const { load, reload } = useLoad(() => admin.listDomains());
  const [removing, setRemoving] = useState<Domain>();
  return (
    <Panel
      title="Host names"
      introduction="Your portal can answer at host names of your own, beside its address here."
    >
      <Loaded load={load} onRetry={reload} rows={1}>
        {domains => (
          <div className="pro-stack">
            {domains.length === 0 && (
              <p className="pro-quiet">There is none yet.</p>
            )}
            <ul className="settings-domains">
              {domains.map(domain => (
                <DomainRow
                  key={domain.host}
                  domain={domain}
                  mayChange={mayChange}
                  onChanged={reload}
                  onRemove={() => setRemoving(domain)}
                />
              ))}
            </ul>
            {mayChange && <AddDomain onAdded={reload} />}
          </div>
        )}
      </Loaded>
      {removing && (
        <ConfirmDialog
          title={`Remove ${removing.host}?`}
          action="Remove host name"
          onConfirm={async () => {
            await admin.removeDomain(removing.host);
            reload();
          }}
          onClose={() => setRemoving(undefined)}
        >
          The portal no longer answers there. Links to it stop working.
        </ConfirmDialog>
      )}
    </Panel>
  );
}
