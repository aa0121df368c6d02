import { useApi } from '@backstage/frontend-plugin-api';
import { ButtonLink } from '@backstage/ui';
import { Link } from 'react-router-dom';
import { locationsApiRef } from '../../api/locations';
import type { LocationSummary } from '../../api/types';
import { PageFrame } from '../../ui/PageFrame';
import { Panel } from '../../ui/Panel';
import { RelativeTime } from '../../ui/RelativeTime';
import { EmptyState, Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import {
  counted,
  LocationStatusLabel,
} from '../locations/LocationProgressView';
import { ProblemList } from '../locations/ProblemList';
import { HeldNotice } from './catalog/HeldNotice';
import { SourcesTabs } from './catalog/SourcesTabs';
import { useMay } from './useMe';

const pollMs = 5_000;
const problemsShown = 3;

function Source({ source }: { source: LocationSummary }) {
  const { location, state, problems, entityCount } = source;
  const more = problems.length - problemsShown;
  const page = `/settings/catalog-sources/${location.id}`;
  return (
    <li className="sources-item">
      <div className="pro-grow">
        <Link className="pro-link pro-mono pro-any-break" to={page}>
          {location.target}
        </Link>
        <div className="sources-facts">
          <LocationStatusLabel state={state} problems={problems.length} />
          <span>{counted(entityCount)}</span>
          {source.lastReadAt && (
            <span>
              Read <RelativeTime at={source.lastReadAt} />
            </span>
          )}
          {source.nextReadAt && (
            <span>
              Next read <RelativeTime at={source.nextReadAt} />
            </span>
          )}
        </div>
        <ProblemList
          problems={problems.slice(0, problemsShown)}
          target={location.target}
        />
        {more > 0 && (
          <p className="sources-more">
            <Link className="pro-link" to={page}>
              {more === 1 ? '1 more problem' : `${more} more problems`}
            </Link>
          </p>
        )}
      </div>
    </li>
  );
}

/** The addresses that the catalog reads. */
export function CatalogSourcesPage() {
  const locations = useApi(locationsApiRef);
  const mayRegister = useMay('catalog.location.create');
  const { load, reload } = useLoad(
    () => locations.list(),
    '',
    () => pollMs,
  );
  return (
    <PageFrame
      title="Catalog sources"
      introduction="The files that the catalog reads, again and again, and what came of it."
      actions={
        mayRegister && (
          <ButtonLink variant="primary" href="/register">
            Register repository
          </ButtonLink>
        )
      }
    >
      <SourcesTabs />
      <div className="pro-stack">
        <HeldNotice />
        <Panel flush>
          <Loaded load={load} onRetry={reload}>
            {sources =>
              sources.length === 0 ? (
                <EmptyState
                  title="No sources yet"
                  action={
                    mayRegister
                      ? { label: 'Register repository', href: '/register' }
                      : undefined
                  }
                >
                  The catalog fills itself from descriptor files in your
                  repositories. Register the first one.
                </EmptyState>
              ) : (
                <ul className="pro-list">
                  {sources.map(source => (
                    <Source key={source.location.id} source={source} />
                  ))}
                </ul>
              )
            }
          </Loaded>
        </Panel>
      </div>
    </PageFrame>
  );
}
