import { useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
} from '@backstage/ui';
import { useState } from 'react';
import { asFailure } from '../../../api/failure';
import { tenantAdminApiRef } from '../../../api/tenantAdmin';
import type { Deleted, Tenant } from '../../../api/types';
import { Panel } from '../../../ui/Panel';
import { PasswordInput } from '../../../ui/PasswordInput';
import { Problem } from '../../../ui/Problem';
import { TextInput } from '../../../ui/TextInput';

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });

function Gone({ deleted, apexUrl }: { deleted: Deleted; apexUrl: string }) {
  return (
    <DialogBody>
      <p>
        The portal is closed. Until {day.format(new Date(deleted.deleteAfter))}{' '}
        the people who run this installation can bring it back; then everything
        is erased.
      </p>
      <p>
        <a href={apexUrl}>Go to the start page</a>
      </p>
    </DialogBody>
  );
}

function DeleteDialog(props: {
  tenant: Tenant;
  apexUrl: string;
  onClose: () => void;
}) {
  const admin = useApi(tenantAdminApiRef);
  const [slug, setSlug] = useState('');
  const [password, setPassword] = useState('');
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [deleted, setDeleted] = useState<Deleted>();
  const confirm = async () => {
    setBusy(true);
    setErrors({});
    setProblem(undefined);
    try {
      setDeleted(await admin.deleteTenant({ slug, password }));
    } catch (thrown) {
      const failure = asFailure(thrown);
      setErrors(failure.fields);
      if (Object.keys(failure.fields).length === 0) setProblem(failure.message);
    }
    setBusy(false);
  };
  return (
    <Dialog
      isOpen
      width={480}
      onOpenChange={open => !open && !deleted && props.onClose()}
    >
      <DialogHeader>Delete {props.tenant.name}?</DialogHeader>
      {deleted ? (
        <Gone deleted={deleted} apexUrl={props.apexUrl} />
      ) : (
        <>
          <DialogBody>
            {problem && <Problem>{problem}</Problem>}
            <p>
              The portal closes at once for everybody. After a period of grace
              its keys are destroyed and everything in it is erased: members,
              catalog, plugins, secrets, audit log.
            </p>
            <TextInput
              label={`Type ${props.tenant.slug} to confirm`}
              name="confirm-slug"
              autoComplete="off"
              value={slug}
              onChange={setSlug}
              error={errors['slug']}
            />
            <PasswordInput
              label="Your password"
              name="confirm-password"
              autoComplete="current-password"
              value={password}
              onChange={setPassword}
              error={errors['password']}
            />
          </DialogBody>
          <DialogFooter>
            <Button
              variant="primary"
              destructive
              isPending={busy}
              isDisabled={slug !== props.tenant.slug || !password}
              onPress={() => void confirm()}
            >
              Delete organisation
            </Button>
            <Button variant="secondary" onPress={props.onClose}>
              Cancel
            </Button>
          </DialogFooter>
        </>
      )}
    </Dialog>
  );
}

/** What cannot be undone here. */
export function DangerPanel(props: { tenant: Tenant; apexUrl: string }) {
  const [open, setOpen] = useState(false);
  return (
    <Panel
      title="Delete this organisation"
      introduction="Closes the portal at once and erases everything in it after a period of grace."
      actions={
        <Button variant="secondary" destructive onPress={() => setOpen(true)}>
          Delete organisation
        </Button>
      }
    >
      {open && (
        <DeleteDialog
          tenant={props.tenant}
          apexUrl={props.apexUrl}
          onClose={() => setOpen(false)}
        />
      )}
    </Panel>
  );
}
