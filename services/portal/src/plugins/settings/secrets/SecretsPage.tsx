import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Dialog, DialogBody, DialogHeader } from '@backstage/ui';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router-dom';
import { secretsApiRef } from '../../../api/secrets';
import type { Secret } from '../../../api/types';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { RelativeTime } from '../../../ui/RelativeTime';
import { EmptyState, Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { Permitted } from '../Permitted';
import { useMay } from '../useMe';
import { grantWords, scopeTitle } from './secretDraft';
import { NewSecretForm } from './SecretForms';

function SecretItem({ secret }: { secret: Secret }) {
  return (
    <li className="hosts-item">
      <div className="pro-grow">
        <Link
          className="pro-link pro-mono pro-any-break"
          to={`/settings/secrets/${secret.id}`}
        >
          {secret.name}
        </Link>{' '}
        <span className="pro-quiet">{scopeTitle(secret.scope)}</span>
        {secret.description && <div>{secret.description}</div>}
        <div className="sources-facts">
          <span>{grantWords(secret.grants)}</span>
          <span>
            Version {secret.version}, <RelativeTime at={secret.changedAt} />
          </span>
          <span>
            {secret.lastUsedAt ? (
              <>
                Used <RelativeTime at={secret.lastUsedAt} /> by{' '}
                <code className="pro-mono">{secret.lastUsedBy}</code>
              </>
            ) : (
              'Never used'
            )}
          </span>
        </div>
      </div>
    </li>
  );
}

function Secrets() {
  const secrets = useApi(secretsApiRef);
  const { load, reload } = useLoad(() => secrets.list());
  return (
    <Panel flush>
      <Loaded load={load} onRetry={reload}>
        {items =>
          items.length === 0 ? (
            <EmptyState title="No secrets yet">
              Add a token or a key that a template or a plugin needs, then grant
              it to exactly those that shall use it.
            </EmptyState>
          ) : (
            <ul className="pro-list">
              {items.map(secret => (
                <SecretItem key={secret.id} secret={secret} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

/** What the organisation keeps secret, and who uses it. */
export function SecretsPage() {
  const mayChange = useMay('tenant.secret.update');
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  return (
    <PageFrame
      title="Secrets"
      introduction="Tokens and keys that templates and plugins use. A value is stored encrypted and never shown again; only who is granted a secret gets it."
      actions={
        mayChange && (
          <Button variant="primary" onPress={() => setAdding(true)}>
            Add secret
          </Button>
        )
      }
    >
      <Permitted permission="tenant.secret.read" to="see secrets">
        <Secrets />
      </Permitted>
      {adding && (
        <Dialog isOpen width={520} onOpenChange={open => setAdding(open)}>
          <DialogHeader>Add a secret</DialogHeader>
          <DialogBody>
            <NewSecretForm
              onMade={secret => void navigate(`/settings/secrets/${secret.id}`)}
            />
          </DialogBody>
        </Dialog>
      )}
    </PageFrame>
  );
}
