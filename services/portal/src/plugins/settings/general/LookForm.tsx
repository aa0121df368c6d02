import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { accentFor, isHexColour } from '../../../accent';
import { asFailure } from '../../../api/failure';
import { tenantAdminApiRef } from '../../../api/tenantAdmin';
import type { Tenant } from '../../../api/types';
import { applyAccent } from '../../../firstTheme';
import { Problem } from '../../../ui/Problem';
import { Status } from '../../../ui/Status';
import { TextInput } from '../../../ui/TextInput';
import { AccentPicker, standardAccent } from './AccentPicker';

function stored(colour: string | undefined, otherwise: string): string {
  const lower = colour?.toLowerCase();
  return lower && isHexColour(lower) ? lower : otherwise;
}

/** Name and colours, with how they will look. */
export function LookForm(props: {
  tenant: Tenant;
  mayChange: boolean;
  onSaved: (tenant: Tenant) => void;
}) {
  const admin = useApi(tenantAdminApiRef);
  const { branding } = props.tenant;
  const [name, setName] = useState(props.tenant.name);
  const shown = {
    accent: stored(branding.accent, standardAccent),
    accentDark: stored(branding.accentDark, accentFor('dark', branding.accent)),
  };
  const [accent, setAccent] = useState(shown.accent);
  const [accentDark, setAccentDark] = useState(shown.accentDark);
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);

  const changed =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      setSaved(false);
    };
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
        // Colours that nobody chose are not stored: they follow the standard.
        ...(accent !== shown.accent || accentDark !== shown.accentDark
          ? { branding: { accent, accentDark } }
          : {}),
      });
      applyAccent(tenant.branding);
      setSaved(true);
      props.onSaved(tenant);
    } catch (thrown) {
      const failure = asFailure(thrown);
      setErrors(failure.fields);
      if (Object.keys(failure.fields).length === 0) setProblem(failure.message);
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
        onChange={changed(setName)}
        isDisabled={!props.mayChange}
        error={errors['name']}
      />
      <AccentPicker
        mode="light"
        accent={accent}
        disabled={!props.mayChange}
        error={errors['branding.accent']}
        onChange={changed(setAccent)}
      />
      <AccentPicker
        mode="dark"
        accent={accentDark}
        disabled={!props.mayChange}
        error={errors['branding.accentDark']}
        onChange={changed(setAccentDark)}
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
