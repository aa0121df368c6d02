import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState } from 'react';
import { auditApiRef } from '../../../api/audit';
import type { AuditEntry } from '../../../api/types';
import { ConfirmDialog } from '../../../ui/ConfirmDialog';
import { EntityChip } from '../../../ui/EntityChip';
import { RelativeTime } from '../../../ui/RelativeTime';
import { changes, sentence } from './sentences';

const entityRef =
  /^(user|group|component|api|resource|system|domain|template|location):[^/]+\/.+$/;

/** Who or what an event names: people and other entities as chips, the rest as it is. */
function Named({ name, plain }: { name: string; plain?: boolean }) {
  return entityRef.test(name) ? (
    <EntityChip entityRef={name} plain={plain} />
  ) : (
    <span className="pro-mono pro-any-break">{name}</span>
  );
}

function Changes({ entry }: { entry: AuditEntry }) {
  const found = changes(entry.before, entry.after);
  if (found.length === 0) return null;
  return (
    <table className="audit-changes">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {found.map(change => (
          <tr key={change.path}>
            <th scope="row" className="pro-mono">
              {change.path}
            </th>
            <td className="audit-before pro-any-break">
              {change.before ?? '–'}
            </td>
            <td className="audit-after pro-any-break">{change.after ?? '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Facts({ entry }: { entry: AuditEntry }) {
  return (
    <dl className="settings-facts">
      <dt>Time</dt>
      <dd>{new Date(entry.at).toLocaleString()}</dd>
      <dt>Who</dt>
      <dd>
        <Named name={entry.actor} />
      </dd>
      <dt>Action</dt>
      <dd className="pro-mono">{entry.action}</dd>
      <dt>To what</dt>
      <dd>
        <Named name={entry.target} />
      </dd>
      <dt>From</dt>
      <dd>
        {[entry.sourceAddress, entry.agent].filter(Boolean).join(', ') || '–'}
      </dd>
      <dt>Number</dt>
      <dd>{entry.seq ?? '–'}</dd>
    </dl>
  );
}

export interface AuditItemProps {
  entry: AuditEntry;
  mayUndo: boolean;
  onUndone: () => void;
}

/** An event as a sentence, with what it changed on demand. */
export function AuditItem({ entry, mayUndo, onUndone }: AuditItemProps) {
  const audit = useApi(auditApiRef);
  const [asked, setAsked] = useState(false);
  const { verb, target } = sentence(entry);
  return (
    <li className="audit-item">
      <details>
        <summary>
          <span className="audit-sentence">
            <Named name={entry.actor} plain /> <span>{verb}</span>{' '}
            {target && <Named name={target} plain />}
          </span>
          <span className="pro-quiet">
            <RelativeTime at={entry.at} />
          </span>
        </summary>
        <div className="audit-details">
          <Facts entry={entry} />
          <Changes entry={entry} />
          {entry.undoable && mayUndo && (
            <Button
              size="small"
              variant="secondary"
              onPress={() => setAsked(true)}
            >
              Take this change back
            </Button>
          )}
        </div>
      </details>
      {asked && (
        <ConfirmDialog
          title="Take this change back?"
          action="Take back"
          harmless
          onConfirm={async () => {
            await audit.undo(entry.id);
            onUndone();
          }}
          onClose={() => setAsked(false)}
        >
          What it changed becomes as it was before. Whatever was changed again
          since stays as it is.
          <Changes
            entry={{ ...entry, before: entry.after, after: entry.before }}
          />
        </ConfirmDialog>
      )}
    </li>
  );
}
