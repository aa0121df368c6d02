import {
  createFrontendPlugin,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { RiSettings3Line } from '@remixicon/react';
import { clientApis } from './apis';
import { registerRouteRef, settingsRouteRef } from './routes';

/** The organisation's settings, and registering what the catalog reads. */
export const settingsPlugin = createFrontendPlugin({
  pluginId: 'settings',
  title: 'Settings',
  routes: { root: settingsRouteRef, register: registerRouteRef },
  extensions: [
    ...clientApis,
    PageBlueprint.make({
      params: {
        path: '/settings',
        routeRef: settingsRouteRef,
        title: 'Settings',
        icon: <RiSettings3Line />,
        noHeader: true,
        loader: () =>
          import(/* webpackChunkName: "settings" */ './SettingsPage').then(
            m => <m.SettingsPage />,
          ),
      },
    }),
    PageBlueprint.make({
      name: 'register',
      params: {
        path: '/register',
        routeRef: registerRouteRef,
        title: 'Register a repository',
        noHeader: true,
        loader: () =>
          import(/* webpackChunkName: "register" */ './RegisterPage').then(
            m => <m.RegisterPage />,
          ),
      },
    }),
  ],
});
