import { useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogHeader,
  Select,
} from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { asFailure } from '../../../api/failure';
import { provisioningApiRef } from '../../../api/provisioning';
import type {
  Provisioning,
  ProvisionedGroup,
  ScimToken,
} from '../../../api/types';
import { ConfirmDialog } from '../../../ui/ConfirmDialog';
import { CopyField } from '../../../ui/CopyField';
import { EntityChip } from '../../../ui/EntityChip';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';
import { RelativeTime } from '../../../ui/RelativeTime';
import { EmptyState, Loaded } from '../../../ui/states';
import { TextInput } from '../../../ui/TextInput';
import { useLoad } from '../../../ui/useLoad';
import { Permitted } from '../Permitted';
import { isRole, roleOptions } from '../roles';

const noRole = 'none';

/** Asks what a new token is called, then shows it once. */
function TokenForm({ onMade }: { onMade: () => void }) {
  const provisioning = useApi(provisioningApiRef);
  const [name, setName] = useState('');
  const [token, setToken] = useState<string>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!name.trim()) {
      setError('Enter the name of your directory.');
      return;
    }
    setBusy(true);
    try {
      setToken((await provisioning.addToken(name.trim())).token);
      onMade();
    } catch (thrown) {
      const failure = asFailure(thrown);
      setError(failure.fields['name'] ?? failure.message);
      setBusy(false);
    }
  };
  if (token) {
    return (
      <div className="pro-form">
        <p>
          Paste this token into your directory. It is shown this once, and can
          provision people and groups and nothing else.
        </p>
        <CopyField label="Token" text={token} awaited />
      </div>
    );
  }
  return (
    <form
      className="pro-form"
      onSubmit={event => void submit(event)}
      noValidate
    >
      <TextInput
        label="Directory"
        description="What it is called in the audit log, for example Okta."
        name="name"
        value={name}
        onChange={text => {
          setName(text);
          setError(undefined);
        }}
        error={error}
      />
      <div className="pro-form-foot">
        <Button type="submit" variant="primary" isPending={busy}>
          Make token
        </Button>
      </div>
    </form>
  );
}

function Tokens(props: { setup: Provisioning; onChanged: () => void }) {
  const provisioning = useApi(provisioningApiRef);
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<ScimToken>();
  const { tokens, baseUrl } = props.setup;
  return (
    <Panel
      title="Directory"
      introduction="Give your directory this address and a token of its own."
      flush
      actions={
        <Button size="small" variant="primary" onPress={() => setAdding(true)}>
          Make token
        </Button>
      }
    >
      <div>
        <div className="pro-panel-body">
          <CopyField label="Address of the SCIM service" text={baseUrl} />
        </div>
        {tokens.length === 0 ? (
          <EmptyState title="No directory provisions people yet">
            Make a token to let Okta, Entra ID or another directory bring people
            in and take them out.
          </EmptyState>
        ) : (
          <ul className="pro-list">
            {tokens.map(token => (
              <li key={token.id}>
                <div className="pro-grow">
                  <strong className="pro-link-strong">{token.name}</strong>
                  <div className="pro-quiet">
                    Made <RelativeTime at={token.createdAt} />,{' '}
                    {token.lastUsedAt ? (
                      <>
                        last used <RelativeTime at={token.lastUsedAt} />
                      </>
                    ) : (
                      'never used'
                    )}
                  </div>
                </div>
                <Button
                  size="small"
                  variant="tertiary"
                  destructive
                  aria-label={`Delete the token of ${token.name}`}
                  onPress={() => setLeaving(token)}
                >
                  Delete
                </Button>
              </li>
            ))}
          </ul>
        )}
      </div>
      {leaving && (
        <ConfirmDialog
          title={`Delete the token of ${leaving.name}?`}
          action="Delete token"
          onConfirm={async () => {
            await provisioning.deleteToken(leaving.id);
            props.onChanged();
          }}
          onClose={() => setLeaving(undefined)}
        >
          The directory can change nothing more here. People and groups stay as
          they are.
        </ConfirmDialog>
      )}
      {adding && (
        <Dialog isOpen onOpenChange={open => !open && setAdding(false)}>
          <DialogHeader>Make a provisioning token</DialogHeader>
          <DialogBody>
            <TokenForm onMade={props.onChanged} />
          </DialogBody>
        </Dialog>
      )}
    </Panel>
  );
}

function Groups(props: { groups: ProvisionedGroup[]; onChanged: () => void }) {
  const provisioning = useApi(provisioningApiRef);
  const [problem, setProblem] = useState<string>();
  const setRole = async (group: ProvisionedGroup, key: unknown) => {
    setProblem(undefined);
    try {
      await provisioning.setGroupRole(
        group.id,
        typeof key === 'string' && isRole(key) ? key : null,
      );
      props.onChanged();
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    }
  };
  return (
    <Panel
      title="Groups"
      introduction="Members of a group own what the group owns in the catalog. A group gives a role only when you say so here."
      flush
    >
      {problem && <Problem>{problem}</Problem>}
      {props.groups.length === 0 ? (
        <EmptyState title="No groups yet">
          Your directory sends them once you assign groups to this application
          there.
        </EmptyState>
      ) : (
        <div className="pro-table-scroll">
          <table className="pro-table">
            <thead>
              <tr>
                <th scope="col">Group</th>
                <th scope="col">In the catalog</th>
                <th scope="col">Members</th>
                <th scope="col">Role of its members</th>
              </tr>
            </thead>
            <tbody>
              {props.groups.map(group => (
                <tr key={group.id}>
                  <td>{group.name}</td>
                  <td>
                    <EntityChip entityRef={group.entityRef} />
                  </td>
                  <td>{group.members}</td>
                  <td>
                    <Select
                      aria-label={`Role of the members of ${group.name}`}
                      size="small"
                      options={[
                        { id: noRole, label: 'Their own' },
                        ...roleOptions.map(({ id, label }) => ({ id, label })),
                      ]}
                      value={group.role ?? noRole}
                      onChange={key => void setRole(group, key)}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Setup() {
  const provisioning = useApi(provisioningApiRef);
  const { load, reload } = useLoad(() => provisioning.get());
  return (
    <Loaded load={load} onRetry={reload} rows={4}>
      {setup => (
        <div className="pro-stack">
          <Tokens setup={setup} onChanged={reload} />
          <Groups groups={setup.groups} onChanged={reload} />
        </div>
      )}
    </Loaded>
  );
}

/** People and groups that a directory brings in and takes out. */
export function ProvisioningPage() {
  return (
    <PageFrame
      title="Provisioning"
      introduction="Your directory brings people in and takes them out (SCIM 2.0). Whom it deactivates is signed out within two seconds."
    >
      <Permitted
        permission="tenant.member.update"
        to="set up how people are provisioned"
      >
        <Setup />
      </Permitted>
    </PageFrame>
  );
}
