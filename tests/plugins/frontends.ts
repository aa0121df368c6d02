/** The front ends that are tried: where each shows, and what only it puts there. */
import { type Frontend } from './case.ts';

const community = '@backstage-community/plugin-';
/** The tab of the component that has every annotation. */
const tab = (path: string) => `/catalog/default/component/stage/${path}`;
const overview = '/catalog/default/component/stage';

export const frontends: readonly Frontend[] = [
  // Small, and CI installs it by itself.
  { package: '@backstage/plugin-mui-to-bui', version: '0.2.10-next.1', core: true, page: '/mui-to-bui', sees: /BUI Theme Converter/ },
  { package: `${community}tech-radar`, version: '1.14.0', core: true, page: '/tech-radar', sees: /Tech Radar/ },
  { package: `${community}sonarqube`, version: '1.2.0', core: true, page: tab('sonarqube'), sees: /SonarQube Dashboard/ },
  { package: `${community}jenkins`, version: '0.34.0', core: true, page: tab('jenkins'), sees: /Projects/ },
  { package: `${community}github-actions`, version: '1.3.0', page: tab('github-actions'), sees: /Login required|Sign in|Workflow/i },
  { package: `${community}azure-devops`, version: '0.19.0', page: '/azure-pull-requests', sees: /Azure Pull Requests/ },
  { package: `${community}grafana`, version: '0.21.0', page: overview, sees: /Dashboards/, fails: { why: 'it wants configuration in the browser, which portals do not get from plugins yet', says: /grafana/ } },
  { package: `${community}sentry`, version: '1.22.0', page: tab('sentry'), sees: /Sentry/, fails: { why: 'it wants configuration in the browser, which portals do not get from plugins yet', says: /sentry.organization/ } },
  { package: `${community}vault`, version: '0.24.0', core: true, page: tab('vault'), sees: /Vault/ },
  { package: `${community}kafka`, version: '0.13.0', core: true, page: tab('kafka'), sees: /Kafka/ },
  { package: `${community}nexus-repository-manager`, version: '1.27.4', core: true, page: tab('build-artifacts'), sees: /Nexus/ },
  { package: '@backstage/plugin-kubernetes', version: '0.12.25', page: tab('kubernetes'), sees: /Cluster|Kubernetes/ },
  { package: '@backstage/plugin-notifications', version: '0.6.2', page: '/notifications', sees: /Notifications/ },
  { package: '@backstage/plugin-devtools', version: '0.1.43', page: '/devtools', sees: /DevTools/ },
  { package: '@backstage/plugin-app-visualizer', version: '0.2.10', page: '/visualizer', sees: /^Visualizer/ },
  { package: '@backstage/plugin-catalog-unprocessed-entities', version: '0.2.35', beside: ['@backstage/plugin-devtools@0.1.43'], page: '/devtools/unprocessed-entities', sees: /Pending/, fails: { why: 'its table is filled by a module of the stock catalog, which the platform’s own does not have', says: /is not on the page/ } },
  { package: '@backstage/plugin-techdocs', version: '1.20.0', page: '/docs', sees: /Documentation/, fails: { why: 'it asks for the app of the old front-end system', says: /App context is not available/ } },
  { package: '@backstage/plugin-catalog-import', version: '0.13.20', page: '/catalog-import', sees: /Start tracking your component/, fails: { why: 'it asks for the app of the old front-end system', says: /App context is not available/ } },
  { package: '@roadiehq/backstage-plugin-argo-cd', version: '2.12.5', page: tab('argocd'), sees: /ArgoCD|Argo CD/ },
  { package: '@backstage/plugin-home', version: '0.9.12', page: '/home', sees: /No widgets added/ },
  { package: `${community}tekton`, version: '3.39.0', beside: ['@backstage/plugin-kubernetes@0.12.25'], page: tab('tekton'), sees: /Tekton|Pipeline/ },
  { package: '@secustor/backstage-plugin-renovate', version: '0.21.0', page: '/renovate', sees: /Renovate/ },
  { package: `${community}jfrog-artifactory`, version: '2.0.3', page: tab('jfrog-artifactory'), sees: /Jfrog|Artifactory/ },
  { package: '@red-hat-developer-hub/backstage-plugin-adoption-insights', version: '1.0.1', page: '/adoption-insights', sees: /Adoption Insights/ },
  // From before the new front-end system: each by its recipe.
  { package: '@roadiehq/backstage-plugin-github-pull-requests', version: '2.6.0', recipe: true, page: tab('pull-requests'), sees: /Login required|Sign in|Pull requests/ },
  { package: '@roadiehq/backstage-plugin-github-insights', version: '2.0.1', recipe: true, page: tab('code-insights'), sees: /Insights/ },
  { package: '@roadiehq/backstage-plugin-security-insights', version: '3.3.1', recipe: true, page: tab('security-insights'), sees: /Security/ },
  { package: '@roadiehq/backstage-plugin-buildkite', version: '2.3.2', recipe: true, page: tab('buildkite'), sees: /Build/ },
  { package: '@roadiehq/backstage-plugin-travis-ci', version: '2.0.1', recipe: true, page: tab('travis-ci'), sees: /Builds|Travis/ },
  { package: '@roadiehq/backstage-plugin-prometheus', version: '3.3.1', recipe: true, page: tab('prometheus'), sees: /Prometheus/ },
  { package: `${community}rbac`, version: '1.38.3', recipe: true, page: '/rbac', sees: /RBAC|Administration|Not Found/ },
  { package: `${community}quay`, version: '1.24.0', recipe: true, page: tab('quay'), sees: /Quay/ },
  { package: `${community}redhat-argocd`, version: '2.3.0', recipe: true, page: tab('argocd'), sees: /Deployment|Argo/ },
  { package: `${community}allure`, version: '0.22.0', recipe: true, page: tab('allure'), sees: /Allure/ },
  { package: `${community}git-release-manager`, version: '0.13.2', recipe: true, page: '/git-release-manager', sees: /Git Release Manager/ },
  { package: `${community}multi-source-security-viewer`, version: '0.7.2', recipe: true, page: tab('security-pipelines'), sees: /Security/ },
  { package: '@backstage/plugin-pagerduty', version: '0.6.8', recipe: true, page: overview, sees: /PagerDuty/ },
  { package: '@backstage/plugin-gcalendar', version: '0.3.28', recipe: true, page: '/gcalendar', sees: /Sign in/i },
  { package: '@backstage/plugin-microsoft-calendar', version: '0.1.17', recipe: true, page: '/microsoft-calendar', sees: /Sign in/i },
  { package: '@backstage/plugin-stack-overflow', version: '0.1.30', recipe: true, page: '/stack-overflow', sees: /Stack Overflow/ },
  { package: '@globallogicuki/backstage-plugin-terraform', version: '0.6.0', recipe: true, page: tab('terraform'), sees: /Terraform/ },
  { package: '@janus-idp/backstage-plugin-jfrog-artifactory', version: '1.4.13', recipe: true, page: tab('jfrog-artifactory'), sees: /Jfrog/ },
  { package: '@janus-idp/backstage-plugin-nexus-repository-manager', version: '1.6.13', recipe: true, page: tab('nexus'), sees: /Nexus/ },
  { package: '@rsc-labs/backstage-changelog-plugin', version: '0.5.0', recipe: true, page: tab('changelog'), sees: /Changelog/i },
  { package: '@backstage/plugin-github-actions', version: '0.6.16', recipe: true, page: tab('github-actions'), sees: /Workflow|Sign in|Login required/i },
  { package: '@backstage/plugin-jenkins', version: '0.9.10', core: true, recipe: true, page: tab('jenkins'), sees: /Projects/ },
  { package: '@backstage/plugin-sonarqube', version: '0.7.17', recipe: true, page: tab('sonarqube'), sees: /SonarQube/ },
];
