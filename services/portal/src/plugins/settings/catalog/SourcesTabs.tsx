import { NavLink } from 'react-router-dom';
import { Badge } from '../../../ui/Badge';
import { useCurrentInView } from '../../../ui/useCurrentInView';
import { useHeldRemovals } from './useHeldRemovals';

const base = '/settings/catalog-sources';
const tabs = [
  { path: base, title: 'Repositories', end: true },
  { path: `${base}/managed`, title: 'Managed here' },
  { path: `${base}/held`, title: 'Held removals' },
  { path: `${base}/deleted`, title: 'Deleted entities' },
];

/** The parts of the catalog sources page. */
export function SourcesTabs() {
  const held = useHeldRemovals();
  const row = useCurrentInView<HTMLElement>();
  return (
    <nav ref={row} className="settings-tabs" aria-label="Catalog sources">
      {tabs.map(tab => (
        <NavLink key={tab.path} to={tab.path} end={tab.end}>
          {tab.title}
          {tab.path.endsWith('/held') && held.length > 0 && (
            <Badge tone="warning">{held.length}</Badge>
          )}
        </NavLink>
      ))}
    </nav>
  );
}
