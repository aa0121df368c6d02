import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Select } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { asFailure } from '../../api/failure';
import { tenantAdminApiRef } from '../../api/tenantAdmin';
import { usePortal } from '../../app/portalApi';
import type { NewMember, Role } from '../../api/types';
import { CopyField } from '../../ui/CopyField';
import { Problem } from '../../ui/Problem';
import { RelativeTime } from '../../ui/RelativeTime';
import { TextInput } from '../../ui/TextInput';
import { isRole, roleOptions } from './roles';

/** Adds a person and shows the link to send to them. */
export function InviteForm(props: { onInvited: (member: NewMember) => void }) {
  const admin = useApi(tenantAdminApiRef);
  const portal = usePortal();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('member');
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [invited, setInvited] = useState<NewMember>();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found: Record<string, string> = {};
    if (!name.trim()) found['name'] = 'Enter the name of the person.';
    if (!/^\S+@\S+$/.test(email.trim())) {
      found['email'] = 'Enter a mail address.';
    }
    setErrors(found);
    setProblem(undefined);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      const added = await admin.addMember({
        name: name.trim(),
        email: email.trim(),
        role,
      });
      setInvited(added);
      setName('');
      setEmail('');
      props.onInvited(added);
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
      {invited && <InvitationNote invited={invited} />}
      <TextInput
        label="Name"
        name="name"
        value={name}
        onChange={setName}
        error={errors['name']}
      />
      <TextInput
        label="Mail address"
        name="email"
        type="email"
        value={email}
        onChange={setEmail}
        error={errors['email']}
      />
      <Select
        label="Role"
        options={roleOptions}
        value={role}
        onChange={key => isRole(key) && setRole(key)}
      />
      <div className="pro-form-foot">
        <Button type="submit" variant="primary" isPending={busy}>
          {portal.mail ? 'Send invitation' : 'Make invitation link'}
        </Button>
      </div>
    </form>
  );
}

export function InvitationNote({ invited }: { invited: NewMember }) {
  const { member, invitation } = invited;
  return (
    <div className="members-link" role="status">
      <p>
        {invitation.mailed ? (
          <>
            Mailed to <b>{member.email}</b>. You can also pass the link on
            yourself.
          </>
        ) : (
          <>
            Send this link to <b>{member.name}</b>.
          </>
        )}{' '}
        It works once and expires <RelativeTime at={invitation.expiresAt} />.
      </p>
      <CopyField
        label={`Invitation link for ${member.name}`}
        text={invitation.url}
      />
    </div>
  );
}
