import { identityApiRef, useApi } from '@backstage/frontend-plugin-api';
import type { Entity } from '@backstage/catalog-model';
import { stringifyEntityRef } from '@backstage/catalog-model';
import {
  catalogApiRef,
  EntityRefLink,
  useStarredEntities,
} from '@backstage/plugin-catalog-react';
import {
  scaffolderApiRef,
  type ScaffolderTask,
} from '@backstage/plugin-scaffolder-react';
import { RiSearchLine } from '@remixicon/react';
import { useState, type FormEvent, type ReactNode } from 'react';
import { Link, useNavigate } from 'react-router-dom';
import { usePortal } from '../../app/portalApi';
import { PageFrame } from '../../ui/PageFrame';
import { Panel } from '../../ui/Panel';
import { RelativeTime } from '../../ui/RelativeTime';
import { Status, type Tone } from '../../ui/Status';
import { EmptyState, Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import { OnboardingCard } from '../onboarding/OnboardingCard';
import { HeldNotice } from '../settings/catalog/HeldNotice';
import './home.css';
import { useVisits } from './VisitRecorder';

const shown = 8;
const runsShown = 5;
const runningPollMs = 5_000;

function SearchFirst() {
  const navigate = useNavigate();
  const [term, setTerm] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const query = new URLSearchParams({ query: term.trim() }).toString();
    navigate(`/search?${query}`);
  };
  return (
    <form className="home-search" role="search" onSubmit={submit}>
      <RiSearchLine size={20} aria-hidden="true" />
      <input
        aria-label="Search"
        placeholder="Search components, APIs, people and templates"
        value={term}
        onChange={event => setTerm(event.target.value)}
        autoFocus
      />
    </form>
  );
}

function EntityItem(props: { entityRef: string; note?: ReactNode }) {
  return (
    <li>
      <span className="pro-grow pro-cut">
        <EntityRefLink entityRef={props.entityRef} />
      </span>
      {props.note && <span className="pro-quiet pro-cut">{props.note}</span>}
    </li>
  );
}

function typeOf(entity: Entity): string {
  const type = entity.spec?.['type'];
  return typeof type === 'string' ? type : entity.kind;
}

function MyComponents() {
  const catalog = useApi(catalogApiRef);
  const identity = useApi(identityApiRef);
  const { load, reload } = useLoad(async () => {
    const { ownershipEntityRefs } = await identity.getBackstageIdentity();
    const answer = await catalog.queryEntities({
      filter: {
        kind: ['component', 'api', 'resource', 'system'],
        'relations.ownedBy': ownershipEntityRefs,
      },
      fields: ['kind', 'metadata', 'spec.type'],
      orderFields: { field: 'metadata.name', order: 'asc' },
      limit: shown,
    });
    return answer;
  });
  return (
    <Panel
      title="My components"
      flush
      actions={
        load.state === 'ready' && load.value.totalItems > shown ? (
          <Link className="pro-link" to="/catalog">
            All {load.value.totalItems}
          </Link>
        ) : undefined
      }
    >
      <Loaded load={load} onRetry={reload}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState
              title="Nothing is yours yet"
              action={{ label: 'Browse the catalog', href: '/catalog' }}
            >
              What you or your groups own, by spec.owner of its
              catalog-info.yaml, is listed here.
            </EmptyState>
          ) : (
            <ul className="pro-list">
              {items.map(entity => (
                <EntityItem
                  key={stringifyEntityRef(entity)}
                  entityRef={stringifyEntityRef(entity)}
                  note={typeOf(entity)}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

function RecentAndStarred() {
  const { starredEntities } = useStarredEntities();
  const visits = useVisits();
  const starred = [...starredEntities].sort().slice(0, shown);
  const recent = visits
    .map(visit => visit.entityRef)
    .filter(ref => !starredEntities.has(ref))
    .slice(0, shown);
  return (
    <Panel title="Starred and recently viewed" flush>
      {starred.length + recent.length === 0 ? (
        <EmptyState title="Nothing here yet">
          Star an entity on its page to keep it at hand. The pages you open are
          listed too.
        </EmptyState>
      ) : (
        <ul className="pro-list">
          {starred.map(ref => (
            <EntityItem key={ref} entityRef={ref} note="Starred" />
          ))}
          {recent.map(ref => (
            <EntityItem key={ref} entityRef={ref} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

const runWords: Record<ScaffolderTask['status'], [Tone, string]> = {
  open: ['busy', 'Waiting'],
  processing: ['busy', 'Running'],
  completed: ['good', 'Done'],
  failed: ['bad', 'Failed'],
  cancelled: ['quiet', 'Cancelled'],
  skipped: ['quiet', 'Skipped'],
};

function Run({ task }: { task: ScaffolderTask }) {
  const info = task.spec.templateInfo;
  const title = info?.entity?.metadata.title ?? info?.entityRef ?? 'Template';
  const [tone, words] = runWords[task.status] ?? ['quiet', task.status];
  return (
    <li>
      <span className="pro-grow pro-cut">
        <Link className="pro-link" to={`/create/tasks/${task.id}`}>
          {title}
        </Link>
      </span>
      <span className="pro-quiet">
        <RelativeTime at={task.createdAt} />
      </span>
      <Status tone={tone}>{words}</Status>
    </li>
  );
}

function MyRuns() {
  const scaffolder = useApi(scaffolderApiRef);
  const { load, reload } = useLoad(
    async () => {
      const listed = await scaffolder.listTasks?.({
        filterByOwnership: 'owned',
        limit: runsShown,
      });
      return listed?.tasks ?? [];
    },
    '',
    tasks =>
      tasks.some(({ status }) => ['open', 'processing'].includes(status))
        ? runningPollMs
        : undefined,
  );
  return (
    <Panel title="My recent runs" flush>
      <Loaded load={load} onRetry={reload}>
        {tasks =>
          tasks.length === 0 ? (
            <EmptyState
              title="No runs yet"
              action={{ label: 'Create from a template', href: '/create' }}
            >
              A run makes something new from a template. Yours are listed here
              with their state.
            </EmptyState>
          ) : (
            <ul className="pro-list">
              {tasks.slice(0, runsShown).map(task => (
                <Run key={task.id} task={task} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

export function HomePage() {
  const portal = usePortal();
  return (
    <PageFrame title={portal.organizationName}>
      <HeldNotice className="home-notice" />
      <OnboardingCard />
      <SearchFirst />
      <div className="home-cards">
        <MyComponents />
        <div className="pro-stack">
          <RecentAndStarred />
          <MyRuns />
        </div>
      </div>
    </PageFrame>
  );
}
