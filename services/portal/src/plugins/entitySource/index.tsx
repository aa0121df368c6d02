import { createFrontendPlugin } from '@backstage/frontend-plugin-api';
import { EntityContentBlueprint } from '@backstage/plugin-catalog-react/alpha';

/** Where an entity comes from and what is added to it here: a tab on every entity's page. */
export const entitySourcePlugin = createFrontendPlugin({
  pluginId: 'entity-source',
  title: 'Source',
  extensions: [
    EntityContentBlueprint.make({
      params: {
        path: '/source',
        title: 'Source',
        loader: () =>
          import(/* webpackChunkName: "entity-source" */ './SourceTab').then(
            m => <m.SourceTab />,
          ),
      },
    }),
  ],
});
