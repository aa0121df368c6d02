import { Button } from '@backstage/ui';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router-dom';
import type { OperatorRollout } from '../api/types';
import { LoadMore } from '../ui/LoadMore';
import { Panel } from '../ui/Panel';
import { EmptyState, Loaded } from '../ui/states';
import { useLoad } from '../ui/useLoad';
import { usePages, type Page } from '../ui/usePages';
import { useOperator } from './context';
import { Heading } from './Frame';
import { RolloutRow } from './RolloutRow';
import { StartForm } from './StartForm';
import { isOpen } from './words';

const openPollMs = 2_000;
const idlePollMs = 15_000;
const shown = '20';

/** Older ones do not change by themselves: they come when they are asked for. */
function Older({ from }: { from: string }) {
  const operator = useOperator();
  const pages = usePages(cursor => operator.listRollouts(cursor ?? from), from);
  return (
    <>
      <Loaded load={pages.load} onRetry={pages.reload}>
        {({ items }) => <Rollouts items={items} onDone={pages.reload} />}
      </Loaded>
      <LoadMore pages={pages} label="Older rollouts" />
    </>
  );
}

function Rollouts(props: { items: OperatorRollout[]; onDone: () => void }) {
  return (
    <ul className="pro-list">
      {props.items.map(rollout => (
        <RolloutRow key={rollout.id} rollout={rollout} onDone={props.onDone} />
      ))}
    </ul>
  );
}

function Latest({ page, onDone }: LatestProps) {
  const [older, setOlder] = useState<string>();
  const { items, nextCursor } = page;
  if (items.length === 0) {
    return (
      <EmptyState title="No rollouts yet">
        A rollout brings a version of a plugin to every organisation that has
        another one, a few at a time, and takes it back where it is bad.
      </EmptyState>
    );
  }
  return (
    <>
      <Rollouts items={items} onDone={onDone} />
      {older && <Older from={older} />}
      {nextCursor && !older && (
        <div className="pro-load-more">
          <Button variant="secondary" onPress={() => setOlder(nextCursor)}>
            Older rollouts
          </Button>
        </div>
      )}
    </>
  );
}

interface LatestProps {
  page: Page<OperatorRollout>;
  onDone: () => void;
}

/** Every rollout with its progress, and the form that starts one. */
export function RolloutsPage() {
  const operator = useOperator();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const wanted = search.get('package');
  const [starts, setStarts] = useState(wanted !== null);
  const { load, reload } = useLoad(
    () => operator.listRollouts(undefined, shown),
    '',
    ({ items }) => (items.some(isOpen) ? openPollMs : idlePollMs),
  );
  return (
    <>
      <Heading
        title="Rollouts"
        introduction="A version is brought to canaries first, then to the others in waves. What its gate finds bad goes back by itself."
        actions={
          !starts && (
            <Button variant="primary" onPress={() => setStarts(true)}>
              Start a rollout
            </Button>
          )
        }
      />
      <div className="pro-stack">
        {starts && (
          <StartForm
            packageName={wanted ?? ''}
            onStarted={id => navigate(`/rollouts/${id}`)}
            onClose={() => setStarts(false)}
          />
        )}
        <Panel flush>
          <Loaded load={load} onRetry={reload}>
            {page => <Latest page={page} onDone={reload} />}
          </Loaded>
        </Panel>
      </div>
    </>
  );
}
