import { useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  ButtonLink,
  Dialog,
  DialogBody,
  DialogHeader,
} from '@backstage/ui';
import { useState } from 'react';
import { Link, Navigate, useParams } from 'react-router-dom';
import {
  policiesApiRef,
  type PermissionCatalogue,
  type Policies,
  type PolicyRole,
} from '../../../api/policies';
import { tenantAdminApiRef } from '../../../api/tenantAdmin';
import { ConfirmDialog } from '../../../ui/ConfirmDialog';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { RelativeTime } from '../../../ui/RelativeTime';
import { Status, type Tone } from '../../../ui/Status';
import { EmptyState, Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { Permitted } from '../Permitted';
import { roleOptions } from '../roles';
import { useMay } from '../useMe';
import {
  edited,
  emptyRole,
  roleStates,
  withoutRole,
  type RoleState,
} from './draft';
import { ImportForm } from './ImportForm';
import { rulesGone } from './known';
import './policies.css';
import { RoleForm } from './RoleForm';

const stateWords: Record<RoleState, { tone: Tone; text: string }> = {
  live: { tone: 'good', text: 'Live' },
  new: { tone: 'warning', text: 'New in the draft' },
  changed: { tone: 'warning', text: 'Changed in the draft' },
  removed: { tone: 'bad', text: 'Removed in the draft' },
};

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function RoleItem(props: {
  role: PolicyRole;
  state: RoleState;
  /** How many rules are of plugins that are not installed. */
  gone: number;
  mayChange: boolean;
  onRemove: () => void;
}) {
  const { role, state, gone, mayChange } = props;
  const { tone, text } = stateWords[state];
  const isThere = state !== 'removed';
  return (
    <li>
      <div className="pro-grow">
        {mayChange && isThere ? (
          <Link
            className="pro-link pro-link-strong"
            to={`/settings/roles/edit/${encodeURIComponent(role.name)}`}
          >
            {role.name}
          </Link>
        ) : (
          <strong className="pro-link-strong">{role.name}</strong>
        )}
        {role.description && (
          <div className="pro-quiet pro-any-break">{role.description}</div>
        )}
        <div className="pro-quiet">
          {counted(role.rules.length, 'rule')} ·{' '}
          {counted(
            role.subjects.length,
            'person or group',
            'people and groups',
          )}
          {gone > 0 &&
            ` · ${counted(gone, 'rule')} of a plugin that is not installed`}
        </div>
      </div>
      <Status tone={tone}>{text}</Status>
      {mayChange && isThere && (
        <Button
          size="small"
          variant="tertiary"
          destructive
          aria-label={`Remove ${role.name}`}
          onPress={props.onRemove}
        >
          Remove
        </Button>
      )}
    </li>
  );
}

function DraftNote(props: {
  policies: Policies;
  mayChange: boolean;
  onDiscard: () => void;
}) {
  const { draft } = props.policies;
  if (!draft) return null;
  return (
    <Panel
      title="There is a draft"
      introduction="Nothing of it holds before it is published."
      actions={
        <>
          <ButtonLink href="/settings/roles/review" variant="primary">
            Review changes
          </ButtonLink>
          {props.mayChange && (
            <Button variant="secondary" onPress={props.onDiscard}>
              Discard draft
            </Button>
          )}
        </>
      }
    >
      <p className="pro-quiet">
        Last changed <RelativeTime at={draft.changedAt} /> by{' '}
        <span className="pro-mono">{draft.changedBy}</span>.
      </p>
    </Panel>
  );
}

function BuiltInRoles() {
  return (
    <Panel
      title="Built-in roles"
      introduction="Everybody has one of these, on the members page. They cannot be changed; a role of your own can add to them and take away. Nothing can be taken from administrators."
      flush
    >
      <ul className="pro-list">
        {roleOptions.map(({ id, label, description }) => (
          <li key={id}>
            <div className="pro-grow">
              <strong className="pro-link-strong">{label}</strong>
              <div className="pro-quiet">{description}</div>
            </div>
            <code className="pro-mono">{id}</code>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

type Open = { name: 'discard' | 'import' } | { name: 'remove'; role: string };

function RolesDialog(props: {
  open: Open;
  policies: Policies;
  onClose: () => void;
  onChanged: () => void;
}) {
  const api = useApi(policiesApiRef);
  const { open, policies, onClose, onChanged } = props;
  if (open.name === 'import') {
    const done = () => {
      onChanged();
      onClose();
    };
    return (
      <Dialog isOpen width={640} onOpenChange={is => !is && onClose()}>
        <DialogHeader>Import roles</DialogHeader>
        <DialogBody>
          <ImportForm onImported={done} />
        </DialogBody>
      </Dialog>
    );
  }
  if (open.name === 'remove') {
    return (
      <ConfirmDialog
        title={`Remove ${open.role}?`}
        action="Remove role"
        onConfirm={async () => {
          const without = withoutRole(edited(policies), open.role);
          await api.setDraft(policies.draft?.revision ?? 0, without);
          onChanged();
        }}
        onClose={onClose}
      >
        The role goes from the draft. Those who have it keep it until the draft
        is published.
      </ConfirmDialog>
    );
  }
  return (
    <ConfirmDialog
      title="Discard the draft?"
      action="Discard draft"
      onConfirm={async () => {
        await api.discardDraft();
        onChanged();
      }}
      onClose={onClose}
    >
      All changes since the last publication are lost. What holds stays as it
      is.
    </ConfirmDialog>
  );
}

function download(text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/yaml' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'roles.yaml';
  link.click();
  URL.revokeObjectURL(url);
}

function OwnRoles(props: {
  policies: Policies;
  catalogue: PermissionCatalogue | undefined;
  mayChange: boolean;
  onOpen: (open: Open) => void;
}) {
  const { policies, catalogue, mayChange, onOpen } = props;
  const api = useApi(policiesApiRef);
  const roles = roleStates(policies);
  return (
    <Panel
      title="Roles of your own"
      introduction={
        policies.version > 0
          ? `Version ${policies.version} is live in all processes.`
          : 'Nothing was published yet.'
      }
      actions={
        <>
          <ButtonLink href="/settings/roles/why" variant="secondary">
            Why?
          </ButtonLink>
          <ButtonLink href="/settings/roles/history" variant="secondary">
            History
          </ButtonLink>
          <Button
            variant="secondary"
            onPress={() => void api.exportText().then(download)}
          >
            Export
          </Button>
          {mayChange && (
            <Button
              variant="secondary"
              onPress={() => onOpen({ name: 'import' })}
            >
              Import
            </Button>
          )}
        </>
      }
      flush
    >
      {roles.length === 0 ? (
        <EmptyState title="No roles of your own">
          A role allows and denies permissions, for people and groups that you
          choose. Make one, or import the CSV file of Backstage&apos;s RBAC
          plugin.
        </EmptyState>
      ) : (
        <ul className="pro-list">
          {roles.map(({ role, state }) => (
            <RoleItem
              key={role.name}
              role={role}
              state={state}
              gone={catalogue ? rulesGone(catalogue, role) : 0}
              mayChange={mayChange}
              onRemove={() => onOpen({ name: 'remove', role: role.name })}
            />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Roles() {
  const api = useApi(policiesApiRef);
  // The roles are shown also while it is not known what can be granted.
  const { load, reload } = useLoad(() =>
    Promise.all([api.get(), api.listPermissions().catch(() => undefined)]),
  );
  const mayChange = useMay('tenant.policy.update') ?? false;
  const [open, setOpen] = useState<Open>();
  return (
    <Loaded load={load} onRetry={reload} rows={6}>
      {([policies, catalogue]) => (
        <div className="pro-stack">
          <DraftNote
            policies={policies}
            mayChange={mayChange}
            onDiscard={() => setOpen({ name: 'discard' })}
          />
          <OwnRoles
            policies={policies}
            catalogue={catalogue}
            mayChange={mayChange}
            onOpen={setOpen}
          />
          <BuiltInRoles />
          {open && (
            <RolesDialog
              open={open}
              policies={policies}
              onClose={() => setOpen(undefined)}
              onChanged={reload}
            />
          )}
        </div>
      )}
    </Loaded>
  );
}

/** Roles: the built-in ones and the organisation's own. */
export function RolesPage() {
  const mayChange = useMay('tenant.policy.update');
  return (
    <PageFrame
      title="Roles and policies"
      introduction="Who may do what. Changes are drafted, reviewed and published; each version can be taken back."
      actions={
        mayChange && (
          <ButtonLink href="/settings/roles/new" variant="primary">
            Make a role
          </ButtonLink>
        )
      }
    >
      <Permitted permission="tenant.policy.read" to="see roles and policies">
        <Roles />
      </Permitted>
    </PageFrame>
  );
}

const toRoles = { href: '/settings/roles', label: 'Roles and policies' };

function EditRole({ name }: { name?: string }) {
  const api = useApi(policiesApiRef);
  const admin = useApi(tenantAdminApiRef);
  const { load, reload } = useLoad(() =>
    Promise.all([api.get(), api.listPermissions(), admin.listMembers()]),
  );
  return (
    <Loaded load={load} onRetry={reload} rows={6}>
      {([policies, catalogue, members]) => {
        const known = edited(policies).roles.find(role => role.name === name);
        if (name !== undefined && !known) {
          return <Navigate to="/settings/roles" replace />;
        }
        return (
          <RoleForm
            policies={policies}
            catalogue={catalogue}
            members={members}
            start={known ?? emptyRole}
            isNew={!known}
          />
        );
      }}
    </Loaded>
  );
}

/** Makes a role, or changes one. */
export function RolePage() {
  const { name } = useParams();
  return (
    <PageFrame title={name ?? 'Make a role'} back={toRoles}>
      <Permitted
        permission="tenant.policy.update"
        to="change roles and policies"
      >
        <EditRole name={name} />
      </Permitted>
    </PageFrame>
  );
}
