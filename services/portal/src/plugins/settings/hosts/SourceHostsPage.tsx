import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Dialog, DialogBody, DialogHeader } from '@backstage/ui';
import { useState } from 'react';
import { asFailure } from '../../../api/failure';
import {
  sourceHostsApiRef,
  type SourceHost,
  type SourceHostTest,
} from '../../../api/sourceHosts';
import { ConfirmDialog } from '../../../ui/ConfirmDialog';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { RelativeTime } from '../../../ui/RelativeTime';
import { Status } from '../../../ui/Status';
import { EmptyState, Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { Permitted } from '../Permitted';
import { useMay } from '../useMe';
import { budgetWords, kindTitles } from './hostDraft';
import { HostForm, ReplaceTokenForm } from './HostForm';
import { ReadingPanel } from './ReadingPanel';
import './hosts.css';

function Budget({ host }: { host: SourceHost }) {
  const words = budgetWords(host);
  if (!words || !host.budget) return null;
  return (
    <span
      className="hosts-budget"
      data-scarce={words.isScarce ? '' : undefined}
    >
      <meter
        min={0}
        max={1}
        low={0.1}
        optimum={1}
        value={words.share}
        aria-label={`Requests left at ${host.host}`}
      />
      <span>
        {words.text}, renewed <RelativeTime at={host.budget.resetsAt} />
      </span>
    </span>
  );
}

function TestResult({ result }: { result: SourceHostTest }) {
  return (
    <p className="hosts-test" role="status">
      <Status tone={result.ok ? 'good' : 'bad'}>
        {result.ok ? 'The host answers' : 'It does not work.'}
      </Status>{' '}
      <span className="pro-any-break">
        {result.login && `as ${result.login}. `}
        {result.message}
      </span>
    </p>
  );
}

function HostItem(props: {
  host: SourceHost;
  onReplace: () => void;
  onRemove: () => void;
}) {
  const hosts = useApi(sourceHostsApiRef);
  const { host } = props;
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<SourceHostTest>();
  const test = async () => {
    setBusy(true);
    setResult(undefined);
    try {
      setResult(await hosts.test(host.id));
    } catch (thrown) {
      setResult({ ok: false, message: asFailure(thrown).message });
    } finally {
      setBusy(false);
    }
  };
  return (
    <li className="hosts-item">
      <div className="pro-grow">
        <strong className="pro-link-strong">{host.host}</strong>{' '}
        <span className="pro-quiet">{kindTitles[host.kind]}</span>
        <div className="sources-facts">
          {host.hasToken ? (
            <span>
              Token <code className="pro-mono">{host.tokenHint ?? '…'}</code>
            </span>
          ) : (
            <span>No token: public repositories only</span>
          )}
          <span className="pro-mono pro-any-break">{host.apiBaseUrl}</span>
        </div>
        <Budget host={host} />
        {result && <TestResult result={result} />}
      </div>
      <div className="pro-actions">
        <Button
          size="small"
          variant="secondary"
          isPending={busy}
          aria-label={`Test ${host.host}`}
          onPress={() => void test()}
        >
          Test
        </Button>
        <Button
          size="small"
          variant="secondary"
          aria-label={`${host.hasToken ? 'Replace token' : 'Add token'} of ${host.host}`}
          onPress={props.onReplace}
        >
          {host.hasToken ? 'Replace token' : 'Add token'}
        </Button>
        <Button
          size="small"
          variant="tertiary"
          destructive
          aria-label={`Remove ${host.host}`}
          onPress={props.onRemove}
        >
          Remove
        </Button>
      </div>
    </li>
  );
}

type Open =
  | { name: 'add' }
  | { name: 'replace'; host: SourceHost }
  | { name: 'remove'; host: SourceHost };

function HostDialog(props: {
  open: Open;
  onClose: () => void;
  onChanged: () => void;
}) {
  const hosts = useApi(sourceHostsApiRef);
  const { open, onClose, onChanged } = props;
  const done = () => {
    onChanged();
    onClose();
  };
  if (open.name === 'remove') {
    return (
      <ConfirmDialog
        title={`Remove ${open.host.host}?`}
        action="Remove host"
        onConfirm={async () => {
          await hosts.remove(open.host.id);
          onChanged();
        }}
        onClose={onClose}
      >
        Its token is forgotten. Repositories there are still read as far as they
        are public; private ones fail from their next read on.
      </ConfirmDialog>
    );
  }
  return (
    <Dialog isOpen width={520} onOpenChange={isOpen => !isOpen && onClose()}>
      <DialogHeader>
        {open.name === 'add'
          ? 'Connect a source host'
          : `Token of ${open.host.host}`}
      </DialogHeader>
      <DialogBody>
        {open.name === 'add' ? (
          <HostForm onAdded={done} />
        ) : (
          <ReplaceTokenForm host={open.host} onSaved={done} />
        )}
      </DialogBody>
    </Dialog>
  );
}

function Hosts({
  onOpen,
  turn,
}: {
  onOpen: (open: Open) => void;
  turn: number;
}) {
  const hosts = useApi(sourceHostsApiRef);
  const { load, reload } = useLoad(() => hosts.list(), String(turn));
  return (
    <Panel flush>
      <Loaded load={load} onRetry={reload}>
        {items =>
          items.length === 0 ? (
            <EmptyState title="No source hosts yet">
              Connect GitHub or GitLab, so that the catalog reads private
              repositories and whole folders through their API.
            </EmptyState>
          ) : (
            <ul className="pro-list">
              {items.map(host => (
                <HostItem
                  key={host.id}
                  host={host}
                  onReplace={() => onOpen({ name: 'replace', host })}
                  onRemove={() => onOpen({ name: 'remove', host })}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

/** Where the organisation's repositories are, and with which token they are read. */
export function SourceHostsPage() {
  const may = useMay('integrations.sourceHost.update');
  const [open, setOpen] = useState<Open>();
  const [turn, setTurn] = useState(0);
  return (
    <PageFrame
      title="Source hosts"
      introduction="Where your repositories are, and the tokens to read them with. A token is stored encrypted and never shown again."
      actions={
        may && (
          <Button variant="primary" onPress={() => setOpen({ name: 'add' })}>
            Connect host
          </Button>
        )
      }
    >
      <Permitted
        permission="integrations.sourceHost.update"
        to="see the source hosts"
      >
        <div className="pro-stack">
          <Hosts onOpen={setOpen} turn={turn} />
          <ReadingPanel />
        </div>
      </Permitted>
      {open && (
        <HostDialog
          open={open}
          onClose={() => setOpen(undefined)}
          onChanged={() => setTurn(n => n + 1)}
        />
      )}
    </PageFrame>
  );
}
