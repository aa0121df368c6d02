import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useId, useState } from 'react';
import { asFailure } from '../../../api/failure';
import { signInSettingsApiRef } from '../../../api/signInSettings';
import type { MappingPreview } from '../../../api/types';
import { Panel } from '../../../ui/Panel';
import { Meaning } from './Meaning';
import { settingsWithScopes, type ProviderDraft } from './providerDraft';

/** Applies the mapping, as it is in the form, to a token that was pasted. */
export function PreviewPanel({ draft }: { draft: ProviderDraft }) {
  const settings = useApi(signInSettingsApiRef);
  const id = useId();
  const [token, setToken] = useState('');
  const [error, setError] = useState<string>();
  const [shown, setShown] = useState<MappingPreview>();
  const [busy, setBusy] = useState(false);
  const show = async () => {
    setBusy(true);
    setError(undefined);
    setShown(undefined);
    try {
      setShown(
        await settings.preview({
          kind: draft.kind,
          settings: settingsWithScopes(draft),
          token,
        }),
      );
    } catch (thrown) {
      const failure = asFailure(thrown);
      setError(failure.fields['token'] ?? failure.message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel
      title="Preview"
      introduction="Paste an ID token, or claims as JSON, to see what the mapping makes of them. The token is decoded, not believed, and not kept."
    >
      <div className="pro-form">
        <div className="pro-field">
          <label className="settings-label signin-token-label" htmlFor={id}>
            ID token or claims
          </label>
          <textarea
            id={id}
            className="signin-token pro-mono"
            rows={4}
            value={token}
            spellCheck={false}
            aria-invalid={error ? true : undefined}
            onChange={event => setToken(event.target.value)}
          />
          {error && (
            <p className="pro-field-error" role="alert">
              {error}
            </p>
          )}
        </div>
        <div className="pro-form-foot">
          <Button
            variant="secondary"
            isPending={busy}
            isDisabled={!token.trim()}
            onPress={() => void show()}
          >
            Show what it means
          </Button>
        </div>
        {shown && (
          <Meaning
            role={shown.role}
            groups={shown.groups}
            entity={shown.entity}
            claims={shown.claims}
          />
        )}
      </div>
    </Panel>
  );
}
