import { useApi } from '@backstage/frontend-plugin-api';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import { Link, useSearchParams } from 'react-router-dom';
import {
  scaffolderRunsApiRef,
  type Run,
  type RunFilter,
} from '../../api/scaffolderRuns';
import { EntityChip } from '../../ui/EntityChip';
import { LoadMore } from '../../ui/LoadMore';
import { Panel } from '../../ui/Panel';
import { RelativeTime } from '../../ui/RelativeTime';
import { EmptyState, Loaded } from '../../ui/states';
import { Status } from '../../ui/Status';
import { usePages } from '../../ui/usePages';
import { filterOf, searchOf } from './runFilter';
import { RunFilters } from './RunFilters';
import { RunsFrame } from './RunsFrame';
import { durationWords, runStatus } from './runWords';

const mostShown = 3;

function Made({ refs }: { refs: string[] }) {
  if (refs.length === 0) return <span className="pro-quiet">Nothing yet</span>;
  return (
    <div className="runs-made">
      {refs.slice(0, mostShown).map(entityRef => (
        <EntityChip key={entityRef} entityRef={entityRef} />
      ))}
      {refs.length > mostShown && (
        <span className="pro-quiet" title={refs.slice(mostShown).join('\n')}>
          and {refs.length - mostShown} more
        </span>
      )}
    </div>
  );
}

function Came({ run }: { run: Run }) {
  const isOver = run.status === 'completed' || run.status === 'failed';
  if (run.made.length === 0 && isOver) {
    return <span className="pro-quiet">No entity</span>;
  }
  return <Made refs={run.made} />;
}

function RunRow({ run }: { run: Run }) {
  const { tone, text } = runStatus(run);
  return (
    <tr>
      <td>
        <Link className="pro-link" to={`/create/tasks/${run.id}`}>
          {run.templateTitle ?? run.templateRef}
        </Link>
        {run.startedFrom && (
          <div className="pro-quiet">
            from <EntityRefLink entityRef={run.startedFrom} />
          </div>
        )}
      </td>
      <td>
        <Status tone={tone}>{text}</Status>
      </td>
      <td>
        {run.createdBy ? <EntityChip entityRef={run.createdBy} /> : 'Nobody'}
        {run.scheduleId && <div className="pro-quiet">by a schedule</div>}
      </td>
      <td>
        <RelativeTime at={run.createdAt} />
        {run.endedAt && (
          <div className="pro-quiet">
            took {durationWords(run.createdAt, run.endedAt)}
          </div>
        )}
      </td>
      <td>
        <Came run={run} />
      </td>
    </tr>
  );
}

function RunTable({ runs }: { runs: Run[] }) {
  return (
    <div className="pro-table-scroll">
      <table className="pro-table" aria-label="Runs">
        <thead>
          <tr>
            <th scope="col">Template</th>
            <th scope="col">State</th>
            <th scope="col">Started by</th>
            <th scope="col">When</th>
            <th scope="col">What came of it</th>
          </tr>
        </thead>
        <tbody>
          {runs.map(run => (
            <RunRow key={run.id} run={run} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Nothing({ filter }: { filter: RunFilter }) {
  return Object.keys(filter).length > 0 ? (
    <EmptyState
      title="No such run"
      action={{ label: 'Show all runs', href: '/create/runs' }}
    >
      No run matches what you ask for.
    </EmptyState>
  ) : (
    <EmptyState
      title="No runs yet"
      action={{ label: 'Choose a template', href: '/create/templates' }}
    >
      Whatever is created from a template is listed here, with who started it
      and what came of it.
    </EmptyState>
  );
}

function History() {
  const client = useApi(scaffolderRunsApiRef);
  const [search, setSearch] = useSearchParams();
  const filter = filterOf(search);
  const key = search.toString();
  const pages = usePages(cursor => client.runs(filter, cursor), key);
  return (
    <>
      <Panel
        title="Runs"
        introduction="Every run of a template: who started it, where it stands, and which entities came of it."
      >
        <RunFilters
          key={key}
          filter={filter}
          onApply={changed => setSearch(searchOf(changed))}
        />
      </Panel>
      <Panel flush>
        <Loaded load={pages.load} onRetry={pages.reload} rows={6}>
          {({ items }) =>
            items.length === 0 && !pages.more ? (
              <Nothing filter={filter} />
            ) : (
              <RunTable runs={items} />
            )
          }
        </Loaded>
        <LoadMore pages={pages} label="Show older runs" />
      </Panel>
    </>
  );
}

/** The history of runs. */
export function RunsPage() {
  return (
    <RunsFrame title="Runs" permission="scaffolder.task.read" to="see runs">
      <History />
    </RunsFrame>
  );
}
