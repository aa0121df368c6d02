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
import type { Member, NewMember, Role } from '../../api/types';
import { ConfirmDialog } from '../../ui/ConfirmDialog';
import { PageFrame } from '../../ui/PageFrame';
import { Panel } from '../../ui/Panel';
import { Problem } from '../../ui/Problem';
import { RelativeTime } from '../../ui/RelativeTime';
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
  onRemove: () => void;
  onViewAs?: () => void;
}

function MemberRow(props: MemberRowProps) {
  const { member, mayChange } = props;
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
        {member.status === 'active' && <Status tone="good">Active</Status>}
        {member.status === 'invited' && <Status tone="warning">Invited</Status>}
        {member.status === 'deactivated' && (
          <Status tone="quiet">Deactivated by the directory</Status>
        )}
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
                New link
              </Button>
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
  | { name: 'link'; invited: NewMember };

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
    <Dialog isOpen width={480} onOpenChange={isOpen => !isOpen && onClose()}>
      <DialogHeader>
        {open.name === 'invite' ? 'Invite a person' : 'New invitation link'}
      </DialogHeader>
      <DialogBody>
        {open.name === 'invite' ? (
          <InviteForm onInvited={onChanged} />
        ) : (
          <InvitationNote invited={open.invited} />
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

  const attempt = async (act: () => Promise<void>) => {
    setProblem(undefined);
    try {
      await act();
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    }
    reload();
  };
  const viewAs = (member: Member) =>
    attempt(async () => {
      await policies.viewAs(member.id);
      location.assign('/');
    });
  const makeLink = (member: Member) =>
    attempt(async () => {
      const invitation = await admin.renewInvitation(member.id);
      setOpen({ name: 'link', invited: { member, invitation } });
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
