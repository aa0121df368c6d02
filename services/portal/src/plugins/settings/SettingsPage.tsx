import { VisuallyHidden } from '@backstage/ui';
import { NavLink, Navigate, Route, Routes } from 'react-router-dom';
import { Badge } from '../../ui/Badge';
import { useCurrentInView } from '../../ui/useCurrentInView';
import { AuditPage } from './audit/AuditPage';
import { AuditStreamsPage } from './audit/AuditStreamsPage';
import { CatalogRulesPage } from './catalog/CatalogRulesPage';
import { DeletedEntitiesPage } from './catalog/DeletedEntitiesPage';
import { HeldRemovalPage } from './catalog/HeldRemovalPage';
import { HeldRemovalsPage } from './catalog/HeldRemovalsPage';
import { ManagedEntitiesPage } from './catalog/ManagedEntitiesPage';
import { SourcePage } from './catalog/SourcePage';
import { useHeldRemovals } from './catalog/useHeldRemovals';
import { CatalogSourcesPage } from './CatalogSourcesPage';
import { GeneralPage } from './general/GeneralPage';
import { SourceHostsPage } from './hosts/SourceHostsPage';
import { KindPage, NewKindPage } from './kinds/KindPage';
import { KindsPage } from './kinds/KindsPage';
import { MembersPage } from './MembersPage';
import { PluginPage } from './PluginPage';
import { PluginsPage } from './PluginsPage';
import { HistoryPage } from './policies/HistoryPage';
import { ReviewPage, VersionPage } from './policies/ReviewPage';
import { RolePage, RolesPage } from './policies/RolesPage';
import { WhyPage } from './policies/WhyPage';
import { SecretPage } from './secrets/SecretPage';
import { SecretsPage } from './secrets/SecretsPage';
import { TokensPage } from './tokens/TokensPage';
import { ProvisioningPage } from './provisioning/ProvisioningPage';
import { NewProviderPage, ProviderPage } from './signIn/ProviderPage';
import { SignInSettingsPage } from './signIn/SignInSettingsPage';
import './settings.css';
import { UsagePage } from './usage/UsagePage';

const sections = [
  { path: 'general', title: 'General' },
  { path: 'members', title: 'Members' },
  { path: 'roles', title: 'Roles and policies' },
  { path: 'secrets', title: 'Secrets' },
  { path: 'tokens', title: 'Tokens' },
  { path: 'provisioning', title: 'Provisioning' },
  { path: 'sign-in', title: 'Sign-in' },
  { path: 'source-hosts', title: 'Source hosts' },
  { path: 'catalog-sources', title: 'Catalog sources' },
  { path: 'catalog', title: 'Catalog rules' },
  { path: 'kinds', title: 'Kinds' },
  { path: 'plugins', title: 'Plugins' },
  { path: 'audit', title: 'Audit log' },
  { path: 'usage', title: 'Usage' },
];

function SettingsNav() {
  const held = useHeldRemovals();
  const row = useCurrentInView<HTMLUListElement>();
  return (
    <nav className="settings-nav" aria-label="Settings">
      <h2>Settings</h2>
      <ul ref={row}>
        {sections.map(section => (
          <li key={section.path}>
            <NavLink to={section.path}>
              {section.title}
              {section.path === 'catalog-sources' && held.length > 0 && (
                <Badge tone="warning">
                  {held.length}
                  <VisuallyHidden> held</VisuallyHidden>
                </Badge>
              )}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The organisation's settings: a side list and the chosen section. */
export function SettingsPage() {
  return (
    <div className="settings">
      <SettingsNav />
      <div className="settings-content">
        <Routes>
          <Route index element={<Navigate to="general" replace />} />
          <Route path="general" element={<GeneralPage />} />
          <Route path="members" element={<MembersPage />} />
          <Route path="roles">
            <Route index element={<RolesPage />} />
            <Route path="new" element={<RolePage />} />
            <Route path="review" element={<ReviewPage />} />
            <Route path="history" element={<HistoryPage />} />
            <Route path="history/:version" element={<VersionPage />} />
            <Route path="why" element={<WhyPage />} />
            <Route path="edit/:name" element={<RolePage />} />
          </Route>
          <Route path="secrets" element={<SecretsPage />} />
          <Route path="secrets/:id" element={<SecretPage />} />
          <Route path="tokens" element={<TokensPage />} />
          <Route path="provisioning" element={<ProvisioningPage />} />
          <Route path="sign-in" element={<SignInSettingsPage />} />
          <Route path="sign-in/new" element={<NewProviderPage />} />
          <Route path="sign-in/:id" element={<ProviderPage />} />
          <Route path="source-hosts" element={<SourceHostsPage />} />
          <Route path="catalog-sources">
            <Route index element={<CatalogSourcesPage />} />
            <Route path="managed" element={<ManagedEntitiesPage />} />
            <Route path="held" element={<HeldRemovalsPage />} />
            <Route path="held/:id" element={<HeldRemovalPage />} />
            <Route path="deleted" element={<DeletedEntitiesPage />} />
            <Route path=":id" element={<SourcePage />} />
          </Route>
          <Route path="catalog" element={<CatalogRulesPage />} />
          <Route path="kinds" element={<KindsPage />} />
          <Route path="kinds/new" element={<NewKindPage />} />
          <Route path="kinds/:kind" element={<KindPage />} />
          <Route path="usage" element={<UsagePage />} />
          <Route path="plugins" element={<PluginsPage />} />
          <Route path="plugins/:pluginId" element={<PluginPage />} />
          <Route path="audit">
            <Route index element={<AuditPage />} />
            <Route path="keeping" element={<AuditStreamsPage />} />
          </Route>
        </Routes>
      </div>
    </div>
  );
}
