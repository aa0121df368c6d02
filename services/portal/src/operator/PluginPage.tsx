import { Button } from '@backstage/ui';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router-dom';
import type { OperatorOrganization } from '../api/types';
import { Badge } from '../ui/Badge';
import { LoadMore } from '../ui/LoadMore';
import { Panel } from '../ui/Panel';
import { RelativeTime } from '../ui/RelativeTime';
import { EmptyState, Loaded } from '../ui/states';
import { Status, type Tone } from '../ui/Status';
import { usePages } from '../ui/usePages';
import { useOperator } from './context';
import { Heading, Scroll } from './Frame';
import { HistoryPanel } from './HistoryPanel';

const states: Record<OperatorOrganization['state'], [Tone, string]> = {
  installed: ['good', 'Installed'],
  installing: ['busy', 'Being installed'],
  failed: ['bad', 'Failed'],
};

function hold(one: OperatorOrganization, now: Date): string | undefined {
  if (one.pinned) return 'pinned';
  if (one.frozenUntil && new Date(one.frozenUntil) > now) {
    return `frozen until ${one.frozenUntil.slice(0, 10)}`;
  }
  return undefined;
}

function Row(props: { one: OperatorOrganization; onHistory: () => void }) {
  const { one, onHistory } = props;
  const [tone, text] = states[one.state];
  const held = hold(one, new Date());
  return (
    <tr>
      <th scope="row">
        <span className="operator-name">{one.name}</span>
        <span className="pro-quiet">{one.slug}</span>
      </th>
      <td>
        <code>{one.version ?? 'none yet'}</code>
        <div className="pro-quiet">
          <RelativeTime at={one.since} />
        </div>
      </td>
      <td>
        <Status tone={tone}>{text}</Status>
        {one.message && <div className="operator-why">{one.message}</div>}
      </td>
      <td>
        <div className="pro-actions">
          <Badge tone={one.channel === 'early' ? 'accent' : 'plain'}>
            {one.channel}
          </Badge>
          {held && <Badge tone="warning">{held}</Badge>}
          {one.quietHours && (
            <Badge>
              quiet {one.quietHours.from}–{one.quietHours.to} UTC
            </Badge>
          )}
        </div>
      </td>
      <td>
        <button
          type="button"
          className="pro-text-button"
          aria-label={`History of ${one.name}`}
          onClick={onHistory}
        >
          History
        </button>
      </td>
    </tr>
  );
}

function Organizations(props: {
  items: OperatorOrganization[];
  onHistory: (slug: string) => void;
}) {
  if (props.items.length === 0) {
    return (
      <EmptyState title="Nobody has it">
        No organisation has this package any more.
      </EmptyState>
    );
  }
  return (
    <Scroll label="Organisations">
      <table className="pro-table operator-organizations">
        <thead>
          <tr>
            <th scope="col">Organisation</th>
            <th scope="col">Version</th>
            <th scope="col">State</th>
            <th scope="col">Upgrades</th>
            <th scope="col">
              <span className="operator-hidden">History</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {props.items.map(one => (
            <Row
              key={one.tenantId}
              one={one}
              onHistory={() => props.onHistory(one.slug)}
            />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** One package: who has which version and says what about upgrades, and who ran what when. */
export function PluginPage() {
  const operator = useOperator();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const [whose, setWhose] = useState<string>();
  const name = search.get('package') ?? '';
  const pages = usePages(
    cursor => operator.listOrganizations({ package: name }, cursor),
    name,
  );
  return (
    <>
      <Heading
        title={<span className="pro-any-break">{name}</span>}
        introduction="Organisations that have this package. What they say about upgrades is theirs to change; pinned and frozen ones are left out of rollouts."
        actions={
          !name.startsWith('proscenium:') && (
            <Button
              variant="primary"
              onPress={() =>
                navigate(`/rollouts?package=${encodeURIComponent(name)}`)
              }
            >
              Roll out a version
            </Button>
          )
        }
      />
      <div className="pro-stack">
        <Panel title="Organisations" flush>
          <Loaded load={pages.load} onRetry={pages.reload}>
            {({ items }) => (
              <Organizations items={items} onHistory={setWhose} />
            )}
          </Loaded>
          <LoadMore pages={pages} label="More organisations" />
        </Panel>
        <HistoryPanel
          packageName={name}
          organization={whose}
          onEverybody={() => setWhose(undefined)}
        />
      </div>
    </>
  );
}
