import { useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  Checkbox,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
} from '@backstage/ui';
import { useState } from 'react';
import { asFailure } from '../../../api/failure';
import { tenantAdminApiRef } from '../../../api/tenantAdmin';
import type { Member, UploadedVersion } from '../../../api/types';
import { uploadsApiRef } from '../../../api/uploads';
import { Problem } from '../../../ui/Problem';
import { Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';

function Choice(props: {
  members: readonly Member[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}) {
  const { chosen } = props;
  return (
    <div className="uploads-members" role="group" aria-label="Members">
      {props.members.map(({ id, name, email }) => (
        <Checkbox
          key={id}
          isSelected={chosen.includes(id)}
          onChange={on =>
            props.onChange(
              on ? [...chosen, id] : chosen.filter(other => other !== id),
            )
          }
        >
          {name} <span className="pro-quiet">{email}</span>
        </Checkbox>
      ))}
    </div>
  );
}

/** Asks who may look at a version before it is published. */
export function SharePreview(props: {
  version: UploadedVersion;
  onChanged: (version: UploadedVersion) => void;
  onClose: () => void;
}) {
  const admin = useApi(tenantAdminApiRef);
  const api = useApi(uploadsApiRef);
  const { version } = props;
  const { load, reload } = useLoad(() => admin.listMembers());
  const [chosen, setChosen] = useState(() =>
    version.previewers.map(({ memberId }) => memberId),
  );
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      props.onChanged(await api.setPreviewers(version.id, chosen));
      props.onClose();
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
      setBusy(false);
    }
  };
  return (
    <Dialog isOpen onOpenChange={open => !open && props.onClose()} width={480}>
      <DialogHeader>
        Who may preview {version.package}@{version.version}?
      </DialogHeader>
      <DialogBody>
        {problem && <Problem>{problem}</Problem>}
        <p className="pro-quiet">
          They turn it on themselves, under Settings, Plugins. Everybody else
          keeps the published version.
        </p>
        <Loaded load={load} onRetry={reload}>
          {members => (
            <Choice members={members} chosen={chosen} onChange={setChosen} />
          )}
        </Loaded>
      </DialogBody>
      <DialogFooter>
        <Button
          variant="primary"
          isPending={busy}
          isDisabled={load.state !== 'ready'}
          onPress={() => void save()}
        >
          Save members
        </Button>
        <Button variant="secondary" onPress={props.onClose}>
          Cancel
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
