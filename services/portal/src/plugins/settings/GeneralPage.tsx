import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { isHexColour } from '../../accent';
import { asFailure } from '../../api/failure';
import { tenantAdminApiRef } from '../../api/tenantAdmin';
import type { Tenant } from '../../api/types';
import { usePortal } from '../../app/portalApi';
import { applyAccent } from '../../firstTheme';
import { PageFrame } from '../../ui/PageFrame';
import { Panel } from '../../ui/Panel';
import { Problem } from '../../ui/Problem';
import { RelativeTime } from '../../ui/RelativeTime';
import { Status } from '../../ui/Status';
import { Loaded } from '../../ui/states';
import { TextInput } from '../../ui/TextInput';
import { useLoad } from '../../ui/useLoad';
import { ChangesPanel } from './audit/ChangesPanel';
import { useMe } from './useMe';

const standardAccent = '#5746d9';
const offered = [
  standardAccent,
  '#0b6bcb',
  '#0f766e',
  '#1e7f4f',
  '#b45309',
  '#b4232f',
  '#a21caf',
  '#374151',
];

function AccentPicker(props: {
  accent: string;
  disabled: boolean;
  onChange: (accent: string) => void;
}) {
  return (
    <div>
      <div id="accent-label" className="settings-label">
        Accent colour
      </div>
      <p className="pro-quiet settings-hint">
        Links, primary buttons and selections. Where it would be hard to read it
        is made darker, or lighter in the dark theme.
      </p>
      <div
        className="settings-swatches"
        role="group"
        aria-labelledby="accent-label"
      >
        {offered.map(colour => (
          <button
            key={colour}
            type="button"
            className="settings-swatch"
            style={{ background: colour }}
            aria-label={colour}
            aria-pressed={props.accent === colour}
            disabled={props.disabled}
            onClick={() => props.onChange(colour)}
          />
        ))}
        <input
          type="color"
          className="settings-colour"
          aria-label="Another colour"
          value={props.accent}
          disabled={props.disabled}
          onChange={event => props.onChange(event.target.value)}
        />
      </div>
    </div>
  );
}

function GeneralForm(props: {
  tenant: Tenant;
  mayChange: boolean;
  onSaved: (tenant: Tenant) => void;
}) {
  const admin = useApi(tenantAdminApiRef);
  const stored = props.tenant.branding.accent?.toLowerCase();
  const [name, setName] = useState(props.tenant.name);
  const [accent, setAccent] = useState(
    stored && isHexColour(stored) ? stored : standardAccent,
  );
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!name.trim()) {
      setErrors({ name: 'Enter the name of your organisation.' });
      return;
    }
    setBusy(true);
    setProblem(undefined);
    setErrors({});
    try {
      const tenant = await admin.changeTenant({
        name: name.trim(),
        branding: { accent },
      });
      applyAccent(accent);
      setSaved(true);
      props.onSaved(tenant);
    } catch (thrown) {
      const failure = asFailure(thrown);
      setErrors(failure.fields);
      setProblem(failure.message);
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
      <TextInput
        label="Name of the organisation"
        name="name"
        value={name}
        onChange={text => {
          setName(text);
          setSaved(false);
        }}
        isDisabled={!props.mayChange}
        error={errors['name']}
      />
      <AccentPicker
        accent={accent}
        disabled={!props.mayChange}
        onChange={colour => {
          setAccent(colour);
          setSaved(false);
        }}
      />
      {props.mayChange ? (
        <div className="pro-form-foot">
          <Button type="submit" variant="primary" isPending={busy}>
            Save changes
          </Button>
          {saved && (
            <Status tone="good">
              Saved. Everyone sees it at the next page.
            </Status>
          )}
        </div>
      ) : (
        <p className="pro-quiet">Only an administrator can change this.</p>
      )}
    </form>
  );
}

/** Name and looks of the organisation. */
export function GeneralPage() {
  const admin = useApi(tenantAdminApiRef);
  const portal = usePortal();
  const me = useMe();
  const { load, reload, set } = useLoad(() => admin.getTenant());
  // The form begins anew with what taking a change back left.
  const [turn, setTurn] = useState(0);
  const readAgain = async () => {
    set(await admin.getTenant());
    setTurn(turn + 1);
  };
  return (
    <PageFrame
      title="General"
      introduction="How your organisation is called and how its portal looks."
    >
      <div className="pro-stack">
        <Panel>
          <Loaded load={load} onRetry={reload} rows={4}>
            {tenant => (
              <GeneralForm
                key={turn}
                tenant={tenant}
                mayChange={me?.role === 'admin'}
                onSaved={set}
              />
            )}
          </Loaded>
        </Panel>
        {load.state === 'ready' && (
          <Panel title="About this portal">
            <dl className="settings-facts">
              <dt>Address</dt>
              <dd className="pro-mono">
                {load.value.slug}.{portal.domain}
              </dd>
              <dt>Since</dt>
              <dd>
                <RelativeTime at={load.value.createdAt} />
              </dd>
              <dt>Plan</dt>
              <dd>{load.value.plan}</dd>
            </dl>
          </Panel>
        )}
        <ChangesPanel
          action="tenant.update"
          onUndone={() => void readAgain()}
        />
      </div>
    </PageFrame>
  );
}
