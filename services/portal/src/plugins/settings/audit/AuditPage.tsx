import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState } from 'react';
import { auditApiRef, type AuditFilter } from '../../../api/audit';
import { asFailure } from '../../../api/failure';
import { LoadMore } from '../../../ui/LoadMore';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';
import { EmptyState, Loaded } from '../../../ui/states';
import { usePages } from '../../../ui/usePages';
import { Permitted } from '../Permitted';
import { AuditFilters } from './AuditFilters';
import { AuditItem } from './AuditItem';
import { AuditTabs } from './AuditTabs';
import { VerifyDialog } from './VerifyDialog';
import './audit.css';

/** Hands a file to the browser. */
function download(content: Blob, name: string) {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

function Events({ filter }: { filter: AuditFilter }) {
  const audit = useApi(auditApiRef);
  const pages = usePages(
    before => audit.list(filter, before),
    JSON.stringify(filter),
  );
  return (
    <Panel flush>
      <Loaded load={pages.load} onRetry={pages.reload} rows={6}>
        {({ items }) =>
          items.length === 0 && !pages.more ? (
            <EmptyState title="No such event">
              Nothing in the log matches. Ask for less, or for another time.
            </EmptyState>
          ) : (
            <ul className="pro-list audit-list" aria-label="Events">
              {items.map(entry => (
                <AuditItem
                  key={entry.id}
                  entry={entry}
                  mayUndo
                  onUndone={pages.reload}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      <LoadMore pages={pages} label="Show older events" />
    </Panel>
  );
}

function Log() {
  const audit = useApi(auditApiRef);
  const [filter, setFilter] = useState<AuditFilter>({});
  const [verifying, setVerifying] = useState(false);
  const [exporting, setExporting] = useState(false);
  const [problem, setProblem] = useState<string>();
  const exportEvents = async () => {
    setExporting(true);
    setProblem(undefined);
    try {
      const day = new Date().toISOString().slice(0, 10);
      download(await audit.export(filter), `audit-${day}.ndjson`);
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    } finally {
      setExporting(false);
    }
  };
  return (
    <div className="pro-stack">
      <Panel>
        {problem && <Problem>{problem}</Problem>}
        <AuditFilters
          onApply={setFilter}
          actions={
            <>
              <Button
                size="small"
                variant="secondary"
                isPending={exporting}
                onPress={() => void exportEvents()}
              >
                Export these events
              </Button>
              <Button
                size="small"
                variant="secondary"
                onPress={() => setVerifying(true)}
              >
                Verify
              </Button>
            </>
          }
        />
      </Panel>
      <Events filter={filter} />
      {verifying && <VerifyDialog onClose={() => setVerifying(false)} />}
    </div>
  );
}

/** Who did what, when and from where. */
export function AuditPage() {
  return (
    <PageFrame
      title="Audit log"
      introduction="Every change and every sign-in, with who did it and what it changed. Nobody can edit it."
    >
      <AuditTabs />
      <Permitted permission="tenant.audit.read" to="see the audit log">
        <Log />
      </Permitted>
    </PageFrame>
  );
}
