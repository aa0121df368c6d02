import { getCompoundEntityRef, type Entity } from '@backstage/catalog-model';
import {
  createFrontendPlugin,
  createRouteRef,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import { EntityContextMenuItemBlueprint } from '@backstage/plugin-catalog-react/alpha';
import { RiEditLine } from '@remixicon/react';
import { portalSet } from '../../api/managedEntities';
import { managedSet } from './managedSet';
import { createPath, editPath } from './paths';

const createEntityRouteRef = createRouteRef();

/** Entities that live in the catalog itself: making and editing them. */
export const managedEntitiesPlugin = createFrontendPlugin({
  pluginId: 'managed-entities',
  title: 'Managed entities',
  routes: { create: createEntityRouteRef },
  extensions: [
    PageBlueprint.make({
      name: 'create',
      params: {
        path: createPath,
        routeRef: createEntityRouteRef,
        noHeader: true,
        loader: () =>
          import(/* webpackChunkName: "managed" */ './CreateEntityPage').then(
            m => <m.CreateEntityPage />,
          ),
      },
    }),
    PageBlueprint.make({
      name: 'edit',
      params: {
        path: '/entities/edit/:set/:namespace/:kind/:name',
        noHeader: true,
        loader: () =>
          import(/* webpackChunkName: "managed" */ './EditEntityPage').then(
            m => <m.EditEntityPage />,
          ),
      },
    }),
    EntityContextMenuItemBlueprint.make({
      name: 'edit',
      params: {
        icon: <RiEditLine size={16} />,
        filter: (entity: Entity) => managedSet(entity) !== undefined,
        useProps: () => {
          const { entity } = useEntity();
          return {
            title: 'Edit entity',
            href: editPath(
              managedSet(entity) ?? portalSet,
              getCompoundEntityRef(entity),
            ),
          };
        },
      },
    }),
  ],
});
