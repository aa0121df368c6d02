import { NavLink } from 'react-router-dom';

const base = '/settings/audit';
const tabs = [
  { path: base, title: 'Events', end: true },
  { path: `${base}/keeping`, title: 'Keeping and sending' },
];

/** The parts of the audit log's page. */
export function AuditTabs() {
  return (
    <nav className="settings-tabs" aria-label="Audit log">
      {tabs.map(tab => (
        <NavLink key={tab.path} to={tab.path} end={tab.end}>
          {tab.title}
        </NavLink>
      ))}
    </nav>
  );
}
