import { NavLink, Navigate, Route, Routes } from 'react-router-dom';
import { CatalogSourcesPage } from './CatalogSourcesPage';
import { GeneralPage } from './GeneralPage';
import { MembersPage } from './MembersPage';
import { PluginPage } from './PluginPage';
import { PluginsPage } from './PluginsPage';
import './settings.css';

const sections = [
  { path: 'general', title: 'General' },
  { path: 'members', title: 'Members' },
  { path: 'catalog-sources', title: 'Catalog sources' },
  { path: 'plugins', title: 'Plugins' },
];

/** The organisation's settings: a side list and the chosen section. */
export function SettingsPage() {
  return (
    <div className="settings">
      <nav className="settings-nav" aria-label="Settings">
        <h2>Settings</h2>
        <ul>
          {sections.map(section => (
            <li key={section.path}>
              <NavLink to={section.path}>{section.title}</NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <div className="settings-content">
        <Routes>
          <Route index element={<Navigate to="general" replace />} />
          <Route path="general" element={<GeneralPage />} />
          <Route path="members" element={<MembersPage />} />
          <Route path="catalog-sources" element={<CatalogSourcesPage />} />
          <Route path="plugins" element={<PluginsPage />} />
          <Route path="plugins/:pluginId" element={<PluginPage />} />
        </Routes>
      </div>
    </div>
  );
}
