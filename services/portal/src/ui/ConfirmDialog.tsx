import {
  Button,
  Dialog,
  DialogBody,
  DialogFooter,
  DialogHeader,
} from '@backstage/ui';
import { useState, type ReactNode } from 'react';
import { asFailure } from '../api/failure';
import { Problem } from './Problem';

export interface ConfirmDialogProps {
  title: string;
  /** What the button says: the act, not "OK". */
  action: string;
  /** Whether nothing is taken away. */
  harmless?: boolean;
  children: ReactNode;
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

/** Asks before something is taken away. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const confirm = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await props.onConfirm();
      props.onClose();
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
      setBusy(false);
    }
  };
  return (
    <Dialog isOpen onOpenChange={open => !open && props.onClose()} width={480}>
      <DialogHeader>{props.title}</DialogHeader>
      <DialogBody>
        {problem && <Problem>{problem}</Problem>}
        {props.children}
      </DialogBody>
      <DialogFooter>
        <Button
          variant="primary"
          destructive={!props.harmless}
          isPending={busy}
          onPress={() => void confirm()}
        >
          {props.action}
        </Button>
        <Button variant="secondary" onPress={props.onClose}>
          Cancel
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
