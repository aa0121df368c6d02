import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Dialog, DialogBody, DialogHeader } from '@backstage/ui';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router-dom';
import { secretsApiRef } from '../../../api/secrets';
import type { Secret, SecretGrant } from '../../../api/types';
import { ConfirmDialog } from '../../../ui/ConfirmDialog';
import { CopyField } from '../../../ui/CopyField';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { RelativeTime } from '../../../ui/RelativeTime';
import { EmptyState, Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { Permitted } from '../Permitted';
import { useMay } from '../useMe';
import { granteeTitle, grantWords, reference, scopeTitle } from './secretDraft';
import { GrantForm, RotateForm } from './SecretForms';
import './secrets.css';

type Open =
  | { name: 'rotate' }
  | { name: 'grant' }
  | { name: 'delete' }
  | { name: 'revoke'; grant: SecretGrant };

function Facts({ secret }: { secret: Secret }) {
  return (
    <Panel title="What it is">
      <div className="pro-stack">
        <dl className="settings-facts">
          <dt>For</dt>
          <dd>{scopeTitle(secret.scope)}</dd>
          <dt>Value</dt>
          <dd>
            Hidden. Fingerprint{' '}
            <code className="pro-mono">{secret.fingerprint}</code>
          </dd>
          <dt>Made</dt>
          <dd>
            <RelativeTime at={secret.createdAt} /> by {secret.createdBy}
          </dd>
          <dt>Changed</dt>
          <dd>
            <RelativeTime at={secret.changedAt} /> by {secret.changedBy}
          </dd>
        </dl>
        <div className="secrets-reference">
          <p className="pro-quiet">
            Write this in a template&apos;s steps or a plugin&apos;s
            configuration:
          </p>
          <CopyField
            label={`Reference to ${secret.name}`}
            text={reference(secret.name)}
          />
        </div>
      </div>
    </Panel>
  );
}

function Grants(props: {
  secret: Secret;
  mayChange: boolean;
  onOpen: (open: Open) => void;
}) {
  const { secret, mayChange, onOpen } = props;
  return (
    <Panel
      flush
      title="Where it is used"
      introduction="Only these are given the value."
      actions={
        mayChange && (
          <Button
            variant="secondary"
            size="small"
            onPress={() => onOpen({ name: 'grant' })}
          >
            Grant
          </Button>
        )
      }
    >
      {secret.grants.length === 0 ? (
        <EmptyState title="Granted to nobody">
          Nothing can use this secret until it is granted.
        </EmptyState>
      ) : (
        <ul className="pro-list">
          {secret.grants.map(grant => (
            <li key={`${grant.kind} ${grant.id}`} className="hosts-item">
              <div className="pro-grow">
                {granteeTitle(grant.kind)}{' '}
                <code className="pro-mono pro-any-break">{grant.id}</code>
                <div className="sources-facts">
                  <span>
                    Granted <RelativeTime at={grant.grantedAt} /> by{' '}
                    {grant.grantedBy}
                  </span>
                  <span>
                    {grant.lastUsedAt ? (
                      <>
                        Last used <RelativeTime at={grant.lastUsedAt} />
                      </>
                    ) : (
                      'Never used'
                    )}
                  </span>
                </div>
              </div>
              {mayChange && (
                <Button
                  size="small"
                  variant="tertiary"
                  destructive
                  aria-label={`Take back the grant to ${grant.id}`}
                  onPress={() => onOpen({ name: 'revoke', grant })}
                >
                  Take back
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Versions({ secret }: { secret: Secret }) {
  return (
    <Panel flush title="Versions that can be read">
      <ul className="pro-list">
        {(secret.versions ?? []).map(version => (
          <li key={version.version} className="hosts-item">
            <div className="pro-grow">
              Version {version.version}{' '}
              <code className="pro-mono">{version.fingerprint}</code>
              <div className="sources-facts">
                <span>
                  Set <RelativeTime at={version.createdAt} /> by{' '}
                  {version.createdBy}
                </span>
                <span>
                  {version.readableUntil ? (
                    <>
                      Replaced; stops being readable{' '}
                      <RelativeTime at={version.readableUntil} />
                    </>
                  ) : (
                    'In use'
                  )}
                </span>
              </div>
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function SecretDialog(props: {
  secret: Secret;
  open: Open;
  onClose: () => void;
  onChanged: (secret?: Secret) => void;
}) {
  const secrets = useApi(secretsApiRef);
  const navigate = useNavigate();
  const { secret, open, onClose, onChanged } = props;
  const done = (changed: Secret) => {
    onChanged(changed);
    onClose();
  };
  if (open.name === 'delete') {
    return (
      <ConfirmDialog
        title={`Delete ${secret.name}?`}
        action="Delete secret"
        onConfirm={async () => {
          await secrets.remove(secret.id);
          void navigate('/settings/secrets');
        }}
        onClose={onClose}
      >
        {secret.grants.length > 0
          ? `${grantWords(secret.grants)}. What refers to it stops working. `
          : 'Nothing uses it. '}
        Its value cannot be brought back.
      </ConfirmDialog>
    );
  }
  if (open.name === 'revoke') {
    const { grant } = open;
    return (
      <ConfirmDialog
        title={`Take ${secret.name} back from ${grant.id}?`}
        action="Take back"
        onConfirm={async () => {
          await secrets.revoke(secret.id, { kind: grant.kind, id: grant.id });
          onChanged();
        }}
        onClose={onClose}
      >
        It is not given the value any more. Rotate the secret as well, if it
        must not know the present value.
      </ConfirmDialog>
    );
  }
  return (
    <Dialog isOpen width={520} onOpenChange={isOpen => !isOpen && onClose()}>
      <DialogHeader>
        {open.name === 'rotate'
          ? `Rotate ${secret.name}`
          : `Grant ${secret.name}`}
      </DialogHeader>
      <DialogBody>
        {open.name === 'rotate' ? (
          <RotateForm secret={secret} onRotated={done} />
        ) : (
          <GrantForm secret={secret} onGranted={done} />
        )}
      </DialogBody>
    </Dialog>
  );
}

const toSecrets = { href: '/settings/secrets', label: 'Secrets' };

function SecretDetails({ id }: { id: string }) {
  const secrets = useApi(secretsApiRef);
  const mayChange = useMay('tenant.secret.update') ?? false;
  const { load, reload, set } = useLoad(() => secrets.get(id), id);
  const [open, setOpen] = useState<Open>();
  const found = load.state === 'ready' ? load.value : undefined;
  return (
    <PageFrame
      title={found?.name ?? 'Secret'}
      introduction={found?.description}
      back={toSecrets}
      actions={
        found &&
        mayChange && (
          <>
            <Button
              variant="primary"
              onPress={() => setOpen({ name: 'rotate' })}
            >
              Rotate secret
            </Button>
            <Button
              variant="secondary"
              destructive
              onPress={() => setOpen({ name: 'delete' })}
            >
              Delete secret
            </Button>
          </>
        )
      }
    >
      <Loaded load={load} onRetry={reload}>
        {secret => (
          <div className="pro-stack">
            <Facts secret={secret} />
            <Grants secret={secret} mayChange={mayChange} onOpen={setOpen} />
            <Versions secret={secret} />
            {open && (
              <SecretDialog
                secret={secret}
                open={open}
                onClose={() => setOpen(undefined)}
                onChanged={changed => (changed ? set(changed) : reload())}
              />
            )}
          </div>
        )}
      </Loaded>
    </PageFrame>
  );
}

/** One secret: what it is for, where it is used, its versions. */
export function SecretPage() {
  const { id = '' } = useParams();
  const permission = 'tenant.secret.read';
  if (useMay(permission)) return <SecretDetails id={id} />;
  return (
    <PageFrame title="Secret" back={toSecrets}>
      <Permitted permission={permission} to="see secrets">
        {null}
      </Permitted>
    </PageFrame>
  );
}
