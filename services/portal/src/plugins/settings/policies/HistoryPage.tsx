import { useApi } from '@backstage/frontend-plugin-api';
import { Link } from 'react-router-dom';
import { policiesApiRef } from '../../../api/policies';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { RelativeTime } from '../../../ui/RelativeTime';
import { Status } from '../../../ui/Status';
import { EmptyState, Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { Permitted } from '../Permitted';

function Versions() {
  const api = useApi(policiesApiRef);
  const { load, reload } = useLoad(() => api.listVersions());
  return (
    <Panel flush>
      <Loaded load={load} onRetry={reload} rows={4}>
        {versions =>
          versions.length === 0 ? (
            <EmptyState title="Nothing was published yet">
              Each publication is kept here as it was, with who published it and
              why.
            </EmptyState>
          ) : (
            <ul className="pro-list">
              {versions.map((version, at) => (
                <li key={version.version}>
                  <div className="pro-grow">
                    <Link
                      className="pro-link pro-link-strong"
                      to={`/settings/roles/history/${version.version}`}
                    >
                      Version {version.version}
                    </Link>
                    {version.note && (
                      <div className="pro-any-break">{version.note}</div>
                    )}
                    <div className="pro-quiet">
                      <RelativeTime at={version.publishedAt} /> by{' '}
                      <span className="pro-mono">{version.publishedBy}</span> ·{' '}
                      {version.roles === 1
                        ? '1 role'
                        : `${version.roles} roles`}
                    </div>
                  </div>
                  {at === 0 && <Status tone="good">Live</Status>}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}

/** Every version that ever held, newest first. */
export function HistoryPage() {
  return (
    <PageFrame
      title="History"
      introduction="What held and when. Open a version to see what going back to it would change."
      back={{ href: '/settings/roles', label: 'Roles and policies' }}
    >
      <Permitted permission="tenant.policy.read" to="see roles and policies">
        <Versions />
      </Permitted>
    </PageFrame>
  );
}
