import {
  AppRootElementBlueprint,
  createFrontendPlugin,
  createRouteRef,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { RiHome5Line } from '@remixicon/react';
import { VisitRecorder } from './VisitRecorder';

const homeRouteRef = createRouteRef();

/** The first page: search, and what the person works on. */
export const homePlugin = createFrontendPlugin({
  pluginId: 'home',
  title: 'Home',
  routes: { root: homeRouteRef },
  extensions: [
    PageBlueprint.make({
      params: {
        path: '/',
        routeRef: homeRouteRef,
        title: 'Home',
        icon: <RiHome5Line />,
        noHeader: true,
        loader: () =>
          import(/* webpackChunkName: "home" */ './HomePage').then(m => (
            <m.HomePage />
          )),
      },
    }),
    AppRootElementBlueprint.make({
      name: 'visit-recorder',
      params: { element: <VisitRecorder /> },
    }),
  ],
});
