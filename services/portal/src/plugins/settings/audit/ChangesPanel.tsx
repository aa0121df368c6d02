import { useApi } from '@backstage/frontend-plugin-api';
import { auditApiRef } from '../../../api/audit';
import { LoadMore } from '../../../ui/LoadMore';
import { Panel } from '../../../ui/Panel';
import { EmptyState, Loaded } from '../../../ui/states';
import { usePages } from '../../../ui/usePages';
import { useMay } from '../useMe';
import { AuditItem } from './AuditItem';
import './audit.css';

export interface ChangesPanelProps {
  /** The action whose events are shown. */
  action: string;
  /** What else shows the setting loads again. */
  onUndone: () => void;
}

function Changes({ action, onUndone }: ChangesPanelProps) {
  const audit = useApi(auditApiRef);
  const pages = usePages(before => audit.list({ action }, before, 10), action);
  return (
    <Panel
      title="Changes"
      introduction="Each can be taken back, unless something has changed since."
      flush
    >
      <Loaded load={pages.load} onRetry={pages.reload} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No change yet">
              What is saved here is listed with who did it and when.
            </EmptyState>
          ) : (
            <ul className="pro-list audit-list">
              {items.map(entry => (
                <AuditItem
                  key={entry.id}
                  entry={entry}
                  mayUndo
                  onUndone={() => {
                    pages.reload();
                    onUndone();
                  }}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      <LoadMore pages={pages} label="Show older changes" />
    </Panel>
  );
}

/** The history of one setting, for those who may read the audit log. */
export function ChangesPanel(props: ChangesPanelProps) {
  return useMay('tenant.audit.read') ? <Changes {...props} /> : null;
}
