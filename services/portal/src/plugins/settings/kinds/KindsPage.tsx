import { useApi } from '@backstage/frontend-plugin-api';
import { ButtonLink } from '@backstage/ui';
import { Link } from 'react-router-dom';
import {
  catalogSettingsApiRef,
  type CatalogKind,
} from '../../../api/catalogSettings';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { Status } from '../../../ui/Status';
import { EmptyState, Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { useMay } from '../useMe';

const newKind = '/settings/kinds/new';

function relationCount({ relations = [] }: CatalogKind): string {
  return relations.length === 1
    ? '1 relation'
    : `${relations.length} relations`;
}

function OwnKinds({
  kinds,
  mayChange,
}: {
  kinds: CatalogKind[];
  mayChange: boolean;
}) {
  const own = kinds.filter(({ builtIn, schema }) => !builtIn && schema);
  return (
    <Panel title="Your own" flush>
      {own.length === 0 ? (
        <EmptyState
          title="No kinds of your own yet"
          action={
            mayChange ? { label: 'Define a kind', href: newKind } : undefined
          }
        >
          Describe what your organisation runs beside the standard: machines,
          data sets, contracts. A schema says what an entity of the kind looks
          like; the catalog checks it, relates it and offers a form for it.
        </EmptyState>
      ) : (
        <ul className="pro-list">
          {own.map(kind => (
            <li key={kind.kind} className="sources-item">
              <div className="pro-grow">
                <Link
                  className="pro-link pro-link-strong"
                  to={`/settings/kinds/${kind.kind}`}
                >
                  {kind.kind}
                </Link>
                <div className="sources-facts">
                  {kind.title && <span>{kind.title}</span>}
                  <span>{relationCount(kind)}</span>
                </div>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function BuiltIn({ kinds }: { kinds: CatalogKind[] }) {
  return (
    <Panel
      title="Built in"
      introduction={
        <>
          The kinds of the Backstage standard. Which ones are accepted is set in
          the <Link to="/settings/catalog">catalog rules</Link>.
        </>
      }
      flush
    >
      <ul className="pro-list">
        {kinds
          .filter(({ builtIn }) => builtIn)
          .map(({ kind, allowed }) => (
            <li key={kind}>
              <span className="pro-grow">{kind}</span>
              <Status tone={allowed ? 'good' : 'quiet'}>
                {allowed ? 'Accepted' : 'Refused'}
              </Status>
            </li>
          ))}
      </ul>
    </Panel>
  );
}

/** The kinds that the catalog knows. */
export function KindsPage() {
  const settings = useApi(catalogSettingsApiRef);
  const mayChange = useMay('tenant.update') === true;
  const { load, reload } = useLoad(() => settings.kinds());
  return (
    <PageFrame
      title="Kinds"
      introduction="What sorts of things the catalog knows, and those that your organisation defines itself."
      actions={
        mayChange && (
          <ButtonLink variant="primary" href={newKind}>
            Define a kind
          </ButtonLink>
        )
      }
    >
      <Loaded load={load} onRetry={reload} rows={6}>
        {kinds => (
          <div className="pro-stack">
            <OwnKinds kinds={kinds} mayChange={mayChange} />
            <BuiltIn kinds={kinds} />
          </div>
        )}
      </Loaded>
    </PageFrame>
  );
}
