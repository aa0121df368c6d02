import { createFrontendPlugin } from '@backstage/frontend-plugin-api';
import { EntityContentBlueprint } from '@backstage/plugin-catalog-react/alpha';

/** What an entity was before: a tab on every entity's page. */
export const entityHistoryPlugin = createFrontendPlugin({
  pluginId: 'entity-history',
  title: 'History',
  extensions: [
    EntityContentBlueprint.make({
      params: {
        path: '/history',
        title: 'History',
        loader: () =>
          import(/* webpackChunkName: "entity-history" */ './HistoryTab').then(
            m => <m.HistoryTab />,
          ),
      },
    }),
  ],
});
