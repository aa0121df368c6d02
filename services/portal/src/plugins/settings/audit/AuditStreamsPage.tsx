import { useApi } from '@backstage/frontend-plugin-api';
import {
  Button,
  Dialog,
  DialogBody,
  DialogHeader,
  Select,
} from '@backstage/ui';
import { useState } from 'react';
import { auditApiRef } from '../../../api/audit';
import { asFailure } from '../../../api/failure';
import type { AuditStream } from '../../../api/types';
import { ConfirmDialog } from '../../../ui/ConfirmDialog';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';
import { RelativeTime } from '../../../ui/RelativeTime';
import { Status } from '../../../ui/Status';
import { EmptyState, Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { Permitted } from '../Permitted';
import { useMay } from '../useMe';
import { AuditTabs } from './AuditTabs';
import { ChangesPanel } from './ChangesPanel';
import { SigningKeyNote, StreamForm } from './StreamForm';
import { streamKindTitles } from './streamDraft';
import './audit.css';

const refreshMs = 5_000;
const periods = [
  { id: 'ever', label: 'For ever' },
  { id: '90', label: '90 days' },
  { id: '180', label: 'Half a year' },
  { id: '365', label: 'A year' },
  { id: '730', label: 'Two years' },
  { id: '2555', label: 'Seven years' },
];

function RetentionPanel({ mayChange }: { mayChange: boolean }) {
  const audit = useApi(auditApiRef);
  const { load, reload, set } = useLoad(() => audit.getSettings());
  const [problem, setProblem] = useState<string>();
  const [saved, setSaved] = useState(false);
  const save = async (days: number | null) => {
    setProblem(undefined);
    setSaved(false);
    try {
      set(await audit.setRetention(days));
      setSaved(true);
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    }
  };
  return (
    <Panel
      title="Keeping"
      introduction="Older events are removed. What remains can still be verified."
    >
      {problem && <Problem>{problem}</Problem>}
      <Loaded load={load} onRetry={reload} rows={1}>
        {({ retentionDays }) => {
          const chosen = retentionDays ? String(retentionDays) : 'ever';
          const options = periods.some(period => period.id === chosen)
            ? periods
            : [...periods, { id: chosen, label: `${chosen} days` }];
          return (
            <div className="audit-retention">
              <Select
                label="Keep events"
                isDisabled={!mayChange}
                options={options}
                value={chosen}
                onChange={key => void save(key === 'ever' ? null : Number(key))}
              />
              {saved && <Status tone="good">Saved</Status>}
            </div>
          );
        }}
      </Loaded>
    </Panel>
  );
}

function StreamState({ stream }: { stream: AuditStream }) {
  if (!stream.enabled) return <Status tone="quiet">Switched off</Status>;
  if (stream.failingSince) {
    return (
      <span>
        <Status tone="bad">Failing</Status> since{' '}
        <RelativeTime at={stream.failingSince} />. {stream.lastError} It is
        tried again; nothing is left out.
      </span>
    );
  }
  if (stream.waiting > 0)
    return <Status tone="busy">{stream.waiting} events wait</Status>;
  return <Status tone="good">Everything is sent</Status>;
}

interface StreamItemProps {
  stream: AuditStream;
  mayChange: boolean;
  onSwitch: () => void;
  onRemove: () => void;
}

function StreamItem(props: StreamItemProps) {
  const { stream } = props;
  return (
    <li className="audit-stream">
      <div className="pro-grow">
        <strong className="pro-link-strong">{stream.name}</strong>{' '}
        <span className="pro-quiet">{streamKindTitles[stream.kind]}</span>
        <div className="pro-mono pro-any-break">
          {stream.url}
          {stream.bucket && ` ${stream.bucket}/${stream.prefix ?? ''}`}
        </div>
        <StreamState stream={stream} />
        {stream.deliveredAt && (
          <div className="pro-quiet">
            Last confirmed <RelativeTime at={stream.deliveredAt} />, through
            event {stream.sentThrough}
          </div>
        )}
      </div>
      {props.mayChange && (
        <div className="pro-actions">
          <Button size="small" variant="secondary" onPress={props.onSwitch}>
            {stream.enabled ? 'Switch off' : 'Switch on'}
          </Button>
          <Button
            size="small"
            variant="tertiary"
            destructive
            aria-label={`Remove ${stream.name}`}
            onPress={props.onRemove}
          >
            Remove
          </Button>
        </div>
      )}
    </li>
  );
}

type Open =
  | { name: 'add' }
  | { name: 'key'; signingKey: string }
  | { name: 'remove'; stream: AuditStream };

function StreamsPanel({ mayChange }: { mayChange: boolean }) {
  const audit = useApi(auditApiRef);
  const { load, reload } = useLoad(
    () => audit.listStreams(),
    '',
    () => refreshMs,
  );
  const [open, setOpen] = useState<Open>();
  const [problem, setProblem] = useState<string>();
  const close = () => setOpen(undefined);
  const toggle = async (stream: AuditStream) => {
    setProblem(undefined);
    try {
      await audit.changeStream(stream.id, { enabled: !stream.enabled });
      reload();
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    }
  };
  return (
    <Panel
      title="Sending"
      introduction="Every event goes out in order and at least once, each with its number and hash."
      flush
      actions={
        mayChange && (
          <Button
            size="small"
            variant="primary"
            onPress={() => setOpen({ name: 'add' })}
          >
            Send it somewhere
          </Button>
        )
      }
    >
      {problem && <Problem>{problem}</Problem>}
      <Loaded load={load} onRetry={reload} rows={2}>
        {streams =>
          streams.length === 0 ? (
            <EmptyState title="The log stays here">
              Send it to a webhook or an S3 bucket to keep a copy of your own.
            </EmptyState>
          ) : (
            <ul className="pro-list">
              {streams.map(stream => (
                <StreamItem
                  key={stream.id}
                  stream={stream}
                  mayChange={mayChange}
                  onSwitch={() => void toggle(stream)}
                  onRemove={() => setOpen({ name: 'remove', stream })}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      {open?.name === 'remove' && (
        <ConfirmDialog
          title={`Stop sending to ${open.stream.name}?`}
          action="Stop sending"
          onConfirm={async () => {
            await audit.removeStream(open.stream.id);
            reload();
          }}
          onClose={close}
        >
          What was sent stays there. Nothing more is sent.
        </ConfirmDialog>
      )}
      {(open?.name === 'add' || open?.name === 'key') && (
        <Dialog isOpen onOpenChange={isOpen => !isOpen && close()} width={560}>
          <DialogHeader>Send the audit log somewhere</DialogHeader>
          <DialogBody>
            {open.name === 'key' ? (
              <SigningKeyNote signingKey={open.signingKey} />
            ) : (
              <StreamForm
                onAdded={({ signingKey }) => {
                  reload();
                  setOpen(signingKey ? { name: 'key', signingKey } : undefined);
                }}
              />
            )}
          </DialogBody>
        </Dialog>
      )}
    </Panel>
  );
}

function Keeping() {
  const mayChange = useMay('tenant.audit.update') ?? false;
  return (
    <div className="pro-stack">
      <RetentionPanel mayChange={mayChange} />
      <StreamsPanel mayChange={mayChange} />
      <ChangesPanel
        action="audit.settings.update"
        onUndone={() => window.location.reload()}
      />
    </div>
  );
}

/** How long events are kept, and where a copy goes. */
export function AuditStreamsPage() {
  return (
    <PageFrame
      title="Audit log"
      introduction="How long events are kept, and where a copy of your own goes."
    >
      <AuditTabs />
      <Permitted permission="tenant.audit.read" to="see the audit log">
        <Keeping />
      </Permitted>
    </PageFrame>
  );
}
