import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Dialog, DialogBody, DialogHeader } from '@backstage/ui';
import { useState } from 'react';
import { auditApiRef } from '../../../api/audit';
import { asFailure } from '../../../api/failure';
import type { AuditVerification } from '../../../api/types';
import { CopyField } from '../../../ui/CopyField';
import { Problem } from '../../../ui/Problem';
import { Status } from '../../../ui/Status';
import { TextInput } from '../../../ui/TextInput';

function Result({ found }: { found: AuditVerification }) {
  const events = found.rows === 1 ? '1 event' : `${found.rows} events`;
  return (
    <div role="status">
      <p>
        <Status tone={found.intact ? 'good' : 'bad'}>
          {found.intact
            ? `Intact: ${events}, each as it was written and none missing.`
            : (found.broken?.message ?? 'The log is not as it was written.')}
        </Status>
      </p>
      {found.intact && (
        <>
          <p className="pro-quiet">
            Keep this fingerprint outside of the portal. With it you can tell
            later that nothing up to event {found.seq} was written anew.
          </p>
          <CopyField label="Fingerprint" text={found.fingerprint} />
        </>
      )}
    </div>
  );
}

/** Tells whether the log is as it was written. */
export function VerifyDialog({ onClose }: { onClose: () => void }) {
  const audit = useApi(auditApiRef);
  const [kept, setKept] = useState('');
  const [found, setFound] = useState<AuditVerification>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const verify = async () => {
    setBusy(true);
    setProblem(undefined);
    setFound(undefined);
    try {
      setFound(await audit.verify(kept));
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog isOpen onOpenChange={open => !open && onClose()} width={560}>
      <DialogHeader>Verify the audit log</DialogHeader>
      <DialogBody>
        <div className="pro-form">
          <TextInput
            label="Fingerprint that you kept (optional)"
            description="From an earlier verification: a number, a colon and 64 digits."
            name="kept"
            value={kept}
            onChange={setKept}
          />
          {problem && <Problem>{problem}</Problem>}
          {found && <Result found={found} />}
          <div className="pro-form-foot">
            <Button
              variant="primary"
              isPending={busy}
              onPress={() => void verify()}
            >
              Verify now
            </Button>
          </div>
        </div>
      </DialogBody>
    </Dialog>
  );
}
