import { useApi } from '@backstage/frontend-plugin-api';
import {
  Avatar,
  Button,
  Dialog,
  DialogBody,
  DialogHeader,
  Select,
} from '@backstage/ui';
import { useState } from 'react';
import { asFailure } from '../../api/failure';
import { policiesApiRef } from '../../api/policies';
import { tenantAdminApiRef } from '../../api/tenantAdmin';
import type {
  Member,
  NewMember,
  PasswordResetLink,
  Role,
} from '../../api/types';
import { usePortal } from '../../app/portalApi';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { CopyField } from '../../ui/CopyField';
import { PageFrame } from '../../ui/PageFrame';
import { Panel } from '../../ui/Panel';
import { Problem } from '../../ui/Problem';
import { RelativeTime } from '../../ui/RelativeTime';
import { SessionsList } from '../../ui/SessionsList';
import { Status } from '../../ui/Status';
import { Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import { ChangesPanel } from './audit/ChangesPanel';
import { InvitationNote, InviteForm } from './InviteForm';
import './members.css';
import { isRole, roleLabel, roleOptions } from './roles';
import { useMe } from './useMe';

interface MemberRowProps {
  member: Member;
  mayChange: boolean;
  onRole: (role: Role) => void;
  onNewLink: () => void;
  onSessions: () => void;
  onNewPassword: () => void;
  onRemove: () => void;
  onViewAs?: () => void;
}

function MemberState({ member }: { member: Member }) {
  if (member.status === 'active') return <Status tone="good">Active</Status>;
  if (member.status === 'invited') {
    return <Status tone="warning">Invited</Status>;
  }
  return (
    <>
      <Status tone="quiet">Deactivated</Status>
      <div className="pro-quiet">by the directory</div>
    </>
  );
}

function MemberRow(props: MemberRowProps) {
  const { member, mayChange } = props;
  const portal = usePortal();
  return (
    <tr>
      <td>
        <div className="members-person">
          <Avatar src="" name={member.name} size="small" purpose="decoration" />
          <div className="pro-grow">
            <div className="pro-cut">{member.name}</div>
            <div className="pro-quiet pro-cut">{member.email}</div>
          </div>
        </div>
      </td>
      <td className="members-role">
        {mayChange ? (
          <Select
            aria-label={`Role of ${member.name}`}
            size="small"
            options={roleOptions.map(({ id, label }) => ({ id, label }))}
            value={member.role}
            onChange={key => isRole(key) && props.onRole(key)}
          />
        ) : (
          roleLabel(member.role)
        )}
      </td>
      <td>
        <MemberState member={member} />
      </td>
      <td className="pro-quiet">
        {member.lastSignInAt ? (
          <RelativeTime at={member.lastSignInAt} />
        ) : (
          'Never'
        )}
      </td>
      <td>
        {mayChange && (
          <div className="members-acts">
            {props.onViewAs && (
              <Button
                size="small"
                variant="secondary"
                aria-label={`View as ${member.name}`}
                onPress={props.onViewAs}
              >
                View as
              </Button>
            )}
            {member.status === 'invited' && (
              <Button
                size="small"
                variant="secondary"
                onPress={props.onNewLink}
              >
                {portal.mail ? 'Send again' : 'New link'}
              </Button>
            )}
            {member.status === 'active' && (
              <>
                <Button
                  size="small"
                  variant="tertiary"
                  aria-label={`Sessions of ${member.name}`}
                  onPress={props.onSessions}
                >
                  Sessions
                </Button>
                <Button
                  size="small"
                  variant="tertiary"
                  aria-label={`New password for ${member.name}`}
                  onPress={props.onNewPassword}
                >
                  New password
                </Button>
              </>
            )}
            <Button
              size="small"
              variant="tertiary"
              destructive
              aria-label={`Remove ${member.name}`}
              onPress={props.onRemove}
            >
              Remove
            </Button>
          </div>
        )}
      </td>
    </tr>
  );
}

type Open =
  | { name: 'invite' }
  | { name: 'remove'; member: Member }
  | { name: 'sessions'; member: Member }
  | { name: 'password'; member: Member; link: PasswordResetLink }
  | { name: 'link'; invited: NewMember };

function titleOf(open: Exclude<Open, { name: 'remove' }>): string {
  switch (open.name) {
    case 'invite':
      return 'Invite a person';
    case 'link':
      return 'New invitation link';
    case 'password':
      return 'Link for a new password';
    case 'sessions':
      return `Sessions of ${open.member.name}`;
  }
}

function NewPasswordNote(props: { member: Member; link: PasswordResetLink }) {
  const { member, link } = props;
  return (
    <div className="members-link" role="status">
      <p>
        {link.mailed ? (
          <>
            Mailed to <b>{member.email}</b>. You can also pass the link on
            yourself.
          </>
        ) : (
          <>
            Send this link to <b>{member.name}</b>.
          </>
        )}{' '}
        Whoever opens it can choose a new password, once; it expires{' '}
        <RelativeTime at={link.expiresAt} />. The present password works until
        then.
      </p>
      <CopyField
        label={`Link for a new password of ${member.name}`}
        text={link.url}
      />
    </div>
  );
}

function MemberDialog(props: {
  open: Open;
  onClose: () => void;
  onChanged: () => void;
}) {
  const admin = useApi(tenantAdminApiRef);
  const { open, onClose, onChanged } = props;
  if (open.name === 'remove') {
    return (
      <ConfirmDialog
        title={`Remove ${open.member.name}?`}
        action="Remove member"
        onConfirm={async () => {
          await admin.removeMember(open.member.id);
          onChanged();
        }}
        onClose={onClose}
      >
        {open.member.name} can no longer sign in. What they own in the catalog
        stays.
      </ConfirmDialog>
    );
  }
  return (
    <Dialog isOpen width={520} onOpenChange={isOpen => !isOpen && onClose()}>
      <DialogHeader>{titleOf(open)}</DialogHeader>
      <DialogBody>
        {open.name === 'invite' && <InviteForm onInvited={onChanged} />}
        {open.name === 'link' && <InvitationNote invited={open.invited} />}
        {open.name === 'password' && (
          <NewPasswordNote member={open.member} link={open.link} />
        )}
        {open.name === 'sessions' && (
          <SessionsList
            owner={{ memberId: open.member.id }}
            all={`Sign ${open.member.name} out everywhere`}
          />
        )}
      </DialogBody>
    </Dialog>
  );
}

/** Who belongs to the organisation. */
export function MembersPage() {
  const admin = useApi(tenantAdminApiRef);
  const policies = useApi(policiesApiRef);
  const me = useMe();
  const { load, reload } = useLoad(() => admin.listMembers());
  const [open, setOpen] = useState<Open>();
  const [problem, setProblem] = useState<string>();
  const mayChange = me?.role === 'admin';

  const report = (act: () => Promise<void>) => {
    setProblem(undefined);
    return act().catch(thrown => setProblem(asFailure(thrown).message));
  };
  const attempt = (act: () => Promise<void>) => report(act).then(reload);
  // Nothing is loaded again: whoever views as somebody else may not see this page any more.
  const viewAs = (member: Member) =>
    report(() => policies.viewAs(member.id).then(() => location.assign('/')));
  const makeLink = (member: Member) =>
    attempt(async () => {
      const invitation = await admin.renewInvitation(member.id);
      setOpen({ name: 'link', invited: { member, invitation } });
    });
  const makePasswordLink = (member: Member) =>
    attempt(async () => {
      const link = await admin.openPasswordReset(member.id);
      setOpen({ name: 'password', member, link });
    });

  return (
    <PageFrame
      title="Members"
      introduction="The people who can sign in to this portal, and what they may do."
      actions={
        mayChange && (
          <Button variant="primary" onPress={() => setOpen({ name: 'invite' })}>
            Invite a person
          </Button>
        )
      }
    >
      {problem && <Problem>{problem}</Problem>}
      <div className="pro-stack">
        <Panel flush>
          <Loaded load={load} onRetry={reload} rows={4}>
            {members => (
              <div className="pro-table-scroll">
                <table className="pro-table">
                  <thead>
                    <tr>
                      <th scope="col">Person</th>
                      <th scope="col">Role</th>
                      <th scope="col">State</th>
                      <th scope="col">Last sign-in</th>
                      <th aria-label="Actions" />
                    </tr>
                  </thead>
                  <tbody>
                    {members.map(member => (
                      <MemberRow
                        key={member.id}
                        member={member}
                        mayChange={mayChange}
                        onRole={role =>
                          void attempt(() => admin.setRole(member.id, role))
                        }
                        onNewLink={() => void makeLink(member)}
                        onSessions={() => setOpen({ name: 'sessions', member })}
                        onNewPassword={() => void makePasswordLink(member)}
                        onRemove={() => setOpen({ name: 'remove', member })}
                        onViewAs={
                          member.status === 'active' && member.id !== me?.id
                            ? () => void viewAs(member)
                            : undefined
                        }
                      />
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </Loaded>
        </Panel>
        <ChangesPanel action="member.update" onUndone={reload} />
      </div>
      {open && (
        <MemberDialog
          open={open}
          onClose={() => setOpen(undefined)}
          onChanged={reload}
        />
      )}
    </PageFrame>
  );
}
