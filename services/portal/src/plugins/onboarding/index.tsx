import {
  createFrontendPlugin,
  createRouteRef,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';

const onboardingRouteRef = createRouteRef();

/** The first steps of an organisation. Not in the menu: home leads there while it is of use. */
export const onboardingPlugin = createFrontendPlugin({
  pluginId: 'onboarding',
  title: 'Setup',
  routes: { root: onboardingRouteRef },
  extensions: [
    PageBlueprint.make({
      params: {
        path: '/onboarding',
        routeRef: onboardingRouteRef,
        title: 'Setup',
        noHeader: true,
        loader: () =>
          import(/* webpackChunkName: "onboarding" */ './OnboardingPage').then(
            m => <m.OnboardingPage />,
          ),
      },
    }),
  ],
});
