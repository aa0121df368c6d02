/** The back ends that are tried: each with the request that a person's browser would send, and what a right answer says. */
import { type Around, type Backend, type Config } from './case.ts';
import { token } from './upstream.ts';

/** A GitHub that is not GitHub: `acme/stage` and nothing else. */
const github = ({ upstream }: Around): Config => ({
  integrations: { github: [{ host: 'github.com', apiBaseUrl: `${upstream}/github`, rawBaseUrl: `${upstream}/github/raw`, token }] },
});

const community = '@backstage-community/plugin-';

export const backends: readonly Backend[] = [
  {
    package: `${community}badges-backend`,
    version: '0.27.0',
    core: true,
    call: { path: '/entity/default/component/stage/badge-specs', says: /"message":"stage"/ },
  },
  {
    package: `${community}sonarqube-backend`,
    version: '1.2.0',
    core: true,
    config: ({ upstream }) => ({ sonarqube: { baseUrl: `${upstream}/sonar`, apiKey: token } }),
    call: { path: '/findings?componentKey=stage', says: /"metric":"coverage","value":"87.5"/ },
  },
  {
    package: `${community}jenkins-backend`,
    version: '0.31.0',
    core: true,
    config: ({ upstream }) => ({ jenkins: { baseUrl: `${upstream}/jenkins`, username: 'ada', apiKey: token } }),
    call: { path: '/v1/entity/default/component/stage/projects', says: /"fullName":"theatre\/stage".*SUCCESS|SUCCESS.*theatre\/stage/ },
  },
  {
    package: '@roadiehq/backstage-plugin-argo-cd-backend',
    version: '4.8.0',
    core: true,
    config: ({ upstream }) => ({
      argocd: { appLocatorMethods: [{ type: 'config', instances: [{ name: 'main', url: `${upstream}/argocd`, token }] }] },
    }),
    call: { path: '/find/name/stage', says: /"name":"main"/ },
  },
  {
    package: `${community}tech-insights-backend`,
    version: '3.1.0',
    call: { path: '/fact-schemas', says: /^\[\]$/ },
  },
  {
    package: `${community}bazaar-backend`,
    version: '0.27.0',
    core: true,
    first: [
      {
        method: 'POST',
        path: '/projects',
        body: { title: 'Costumes', description: 'Sews', community: '', status: 'proposed', size: 'small', responsible: 'Ada' },
        says: /ok/,
      },
    ],
    call: { path: '/projects', says: /"title":"Costumes"/ },
  },
  {
    package: `${community}vault-backend`,
    version: '0.26.0',
    core: true,
    config: ({ upstream }) => ({
      vault: { baseUrl: upstream, token, secretEngine: 'secrets', kvVersion: 2 },
    }),
    call: { path: '/v1/secrets/theatre', says: /"name":"box-office"/ },
  },
  {
    package: `${community}periskop-backend`,
    version: '0.22.0',
    core: true,
    config: ({ upstream }) => ({ periskop: { instances: [{ name: 'main', url: `${upstream}/periskop` }] } }),
    call: { path: '/main/stage', says: /"aggregation_key":"curtain@1"/ },
  },
  {
    package: `${community}kafka-backend`,
    version: '0.12.0',
    config: () => ({ kafka: { clientId: 'portal', clusters: [{ name: 'main', brokers: ['localhost:1'] }] } }),
    call: { path: '/consumers/elsewhere/stage/offsets', status: 404, says: /elsewhere/ },
  },
  {
    package: `${community}todo-backend`,
    version: '0.25.0',
    config: github,
    call: { path: '/v1/todos?entity=component:default/stage', says: /oil the curtain/ },
  },
  {
    package: `${community}code-coverage-backend`,
    version: '0.16.1',
    config: github,
    call: { path: '/report?entity=component:default/stage', status: 404, says: /No coverage|not found/i },
  },
  {
    package: `${community}rollbar-backend`,
    version: '0.12.0',
    config: () => ({ rollbar: { organization: 'acme', accountToken: token } }),
    call: { path: '/projects', says: /\[/ },
    fails: { why: 'it starts, but asks nobody except api.rollbar.com, which has no stand-in', says: /FetchError/ },
  },
  {
    package: `${community}lighthouse-backend`,
    version: '0.27.0',
    config: ({ upstream }) => ({ lighthouse: { baseUrl: `${upstream}/lighthouse` } }),
    // It has no routes, only a schedule: any request wakes it.
    first: [{ path: '/health', status: 404, says: /no plugin of this worker answers/ }],
    call: { path: '/api/plugins/v1/installed/lighthouse/logs', says: /the worker started in/ },
  },
  {
    package: `${community}matomo-backend`,
    version: '1.14.0',
    config: ({ upstream }) => ({ matomo: { apiUrl: `${upstream}/matomo`, apiToken: token } }),
    call: {
      method: 'POST',
      path: '/index.php',
      body: 'module=API&method=VisitsSummary.getVisits',
      contentType: 'application/x-www-form-urlencoded',
      says: /"value":42/,
    },
  },
  {
    package: `${community}mend-backend`,
    version: '2.1.0',
    call: { path: '/health', says: /ok/ },
  },
  {
    package: '@immobiliarelabs/backstage-plugin-gitlab-backend',
    version: '7.0.1',
    config: ({ upstream }) => ({
      integrations: { gitlab: [{ host: 'gitlab.com', apiBaseUrl: `${upstream}/gitlab/api/v4`, baseUrl: `${upstream}/gitlab`, token }] },
    }),
    call: { path: '/rest/gitlab.com/projects/acme%2Fstage', says: /"path_with_namespace":"acme\/stage"/ },
  },
  {
    package: '@axis-backstage/plugin-readme-backend',
    version: '0.16.6',
    config: github,
    call: { path: '/component/default/stage', says: /Where the play is/ },
  },
  {
    package: '@backstage/plugin-notifications-backend',
    version: '0.6.11',
    call: { path: '/notifications', says: /"totalCount":0/ },
  },
  {
    package: '@backstage/plugin-signals-backend',
    version: '0.3.21',
    call: { path: '/health', says: /ok/ },
    fails: { why: 'it is newer than the framework that the worker lends it', says: /instanceMetadata.getId is not a function/ },
  },
  {
    package: '@backstage/plugin-devtools-backend',
    version: '0.5.21',
    call: { path: '/health', says: /ok/ },
  },
  {
    package: '@backstage/plugin-kubernetes-backend',
    version: '0.21.15',
    config: ({ upstream }) => ({
      kubernetes: {
        serviceLocatorMethod: { type: 'multiTenant' },
        clusterLocatorMethods: [
          {
            type: 'config',
            clusters: [{ name: 'main', url: `${upstream}/k8s`, authProvider: 'serviceAccount', serviceAccountToken: token }],
          },
        ],
      },
    }),
    call: { path: '/clusters', says: /"name":"main"/ },
  },
  {
    package: '@backstage/plugin-user-settings-backend',
    version: '0.4.9',
    core: true,
    first: [{ method: 'PUT', path: '/buckets/theme/keys/mode', body: { value: 'dark' }, says: /dark/ }],
    call: { path: '/buckets/theme/keys/mode', says: /"value":"dark"/ },
  },
  {
    package: '@backstage/plugin-techdocs-backend',
    version: '2.4.3',
    config: () => ({
      techdocs: { builder: 'external', generator: { runIn: 'local' }, publisher: { type: 'local' } },
    }),
    call: { path: '/metadata/entity/default/component/stage', says: /"name":"stage"/ },
  },
  {
    package: '@backstage/plugin-mcp-actions-backend',
    version: '0.2.4',
    call: {
      method: 'POST',
      path: '/v1',
      body: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
      headers: { accept: 'application/json, text/event-stream' },
      says: /"tools"/,
    },
  },
  {
    package: '@dweber019/backstage-plugin-endoflife-backend',
    version: '0.1.2',
    config: ({ upstreamHost }) => ({ backend: { reading: { allow: [{ host: upstreamHost }] } } }),
    call: { path: '/file?url=UPSTREAM/endoflife.json', says: /"cycle":"24"/ },
  },
  {
    package: '@globallogicuki/backstage-plugin-terraform-backend',
    version: '0.12.0',
    config: ({ upstream }) => ({ integrations: { terraform: { token, baseUrl: `${upstream}/terraform` } } }),
    call: { path: '/organizations/acme/workspaces/stage/runs', says: /Raise the curtain/ },
  },
  {
    package: '@digitalist-open-cloud/backstage-plugin-harbor-backend',
    version: '0.9.0',
    config: ({ upstream }) => ({ harbor: { baseUrl: `${upstream}/harbor`, username: 'ada', password: token } }),
    call: { path: '/artifacts?project=theatre&repository=stage', says: /"tag":"v7"/ },
  },
  {
    package: '@roadiehq/plugin-wiz-backend',
    version: '2.2.0',
    config: ({ upstream }) => ({
      wiz: { clientId: 'ada', clientSecret: token, tokenUrl: `${upstream}/wiz/token`, wizAPIUrl: `${upstream}/wiz/graphql` },
    }),
    call: { path: '/wiz-issues/stage', says: /"Loose board"/ },
  },
  {
    package: `${community}report-portal-backend`,
    version: '1.1.3',
    config: ({ upstream }) => ({
      reportPortal: {
        integrations: [{ host: 'reports', baseUrl: `${upstream}/report-portal`, token: `Bearer ${token}` }],
      },
    }),
    call: { path: '/v1/project/list?host=reports', says: /"projectName":"stage"/ },
  },
  {
    package: '@philips-software/backstage-plugin-upptime-backend',
    version: '2.5.0',
    config: around => ({
      ...github(around),
      upptime: { locations: { default: { url: 'https://github.com/acme/stage' } } },
    }),
    call: { path: '/summary/component/default/stage', says: /"message":"99.98%"/ },
  },
  {
    package: '@red-hat-developer-hub/backstage-plugin-translations-backend',
    version: '0.5.1',
    config: () => ({ i18n: { locales: ['de'] } }),
    call: { path: '/', says: /\{/ },
  },
  {
    package: '@secustor/backstage-plugin-renovate-backend',
    version: '0.19.0',
    config: () => ({
      renovate: { runtime: { type: 'direct' }, queue: { type: 'local' }, schedules: {}, config: {} },
    }),
    call: { path: '/reports', says: /^\[\]$/ },
    fails: { why: 'its queue is a module of it, and modules cannot be installed yet', says: /Could not find Queue implementation/ },
  },
  {
    package: '@tduniec/backstage-plugin-time-saver-backend',
    version: '4.1.3',
    config: ({ portal }) => ({ ts: { backendUrl: portal } }),
    call: { path: '/getTemplateCount', says: /templateCount/ },
    fails: { why: 'it opens the database by itself, by an address in the configuration that no plugin gets', says: /'backend.database'/ },
  },
  {
    package: '@backstage/plugin-azure-devops-backend',
    version: '0.6.5',
    config: () => ({ azureDevOps: { host: 'dev.azure.com', token, organization: 'acme' } }),
    call: { path: '/health', says: /ok/ },
  },
  // Not installable: what they depend on is not in the registry.
  ...(
    [
      ['entity-feedback-backend', '0.25.0'],
      ['explore-backend', '0.16.0'],
      ['announcements-backend', '0.29.0'],
      ['linguist-backend', '0.31.0'],
      ['playlist-backend', '0.25.0'],
      ['azure-devops-backend', '0.32.0'],
    ] as const
  ).map(
    ([name, version]): Backend => ({
      package: community + name,
      version,
      call: { path: '/health', says: /ok/ },
      fails: { why: 'a package that it needs is not in the registry', says: /NOT_FOUND|NO_MATCHING_VERSION|FETCH_404/ },
    }),
  ),
  {
    package: '@backstage/plugin-proxy-backend',
    version: '0.6.18',
    call: { path: '/health', says: /ok/ },
    fails: { why: 'the platform has a proxy of its own to come', says: /platform itself answers for "proxy"/ },
  },
  // Modules: of the platform's own catalog and scaffolder, and of another back end.
  {
    package: '@dweber019/backstage-plugin-relations-backend',
    version: '0.1.2',
    call: { path: '/health', says: /ok/ },
    fails: { why: 'it is a module of the catalog, whatever its role says', says: /module relations-processor/ },
  },
  {
    package: '@roadiehq/scaffolder-backend-module-utils',
    version: '4.1.2',
    call: { path: '/api/scaffolder/v2/actions', says: /"roadiehq:utils:jsonata"/ },
  },
  {
    package: `${community}tech-insights-backend-module-jsonfc`,
    version: '0.10.0',
    call: { path: '/api/tech-insights/checks', says: /\[/ },
    fails: { why: 'modules of other plugins cannot be installed yet', says: /only modules of the platform's own plugins/ },
  },
  {
    package: `${community}catalog-backend-module-scaffolder-relation-processor`,
    version: '2.17.1',
    call: { path: '/api/plugins/v1/installed/PLUGIN', says: /"state":"ready"/ },
    fails: { why: 'it installs; its worker waits for an entity to process, and this run gives it none', says: /answered 200 {"pluginId":"catalog-scaffolder-rel/ },
  },
];
