import {
  ApiBlueprint,
  coreExtensionData,
  createExtension,
  createExtensionInput,
  createFrontendModule,
  ErrorDisplay,
  NotFoundErrorPage,
  PageLayout,
} from '@backstage/frontend-plugin-api';
import {
  NavContentBlueprint,
  SignInPageBlueprint,
  SwappableComponentBlueprint,
  ThemeBlueprint,
} from '@backstage/plugin-app-react';
import { UnifiedThemeProvider } from '@backstage/theme';
import DarkIcon from '@material-ui/icons/Brightness2';
import LightIcon from '@material-ui/icons/WbSunny';
import type { ReactNode } from 'react';
import { chosenAccent, type Mode } from '../accent';
import type { PortalConfig } from '../portalConfig';
import { makeSignInPage } from '../signIn/SignInPage';
import { portalApiRef } from './portalApi';
import { BrokenExtension } from './BrokenExtension';
import { NotFoundPage } from './NotFoundPage';
import { makePageLayout } from './pageLayout';
import { Shell } from './Shell';
import { makeSidebar } from './Sidebar';
import { portalTheme } from './theme';

function themeExtension(mode: Mode, title: string, accent?: string) {
  const theme = portalTheme(mode, accent);
  return ThemeBlueprint.make({
    name: mode,
    params: {
      theme: {
        id: mode,
        title,
        variant: mode,
        icon: mode === 'light' ? <LightIcon /> : <DarkIcon />,
        Provider: ({ children }: { children?: ReactNode }) => (
          <UnifiedThemeProvider theme={theme}>{children}</UnifiedThemeProvider>
        ),
      },
    },
  });
}

const layout = createExtension({
  name: 'layout',
  attachTo: { id: 'app/root', input: 'children' },
  inputs: {
    nav: createExtensionInput([coreExtensionData.reactElement], {
      singleton: true,
    }),
    content: createExtensionInput([coreExtensionData.reactElement], {
      singleton: true,
    }),
  },
  output: [coreExtensionData.reactElement],
  factory: ({ inputs }) => [
    coreExtensionData.reactElement(
      <Shell
        nav={inputs.nav.get(coreExtensionData.reactElement)}
        content={inputs.content.get(coreExtensionData.reactElement)}
      />,
    ),
  ],
});

/** What we put in the place of the stock app's own parts: frame, menu, sign-in, themes, page headers. */
export function makeAppModule(portal: PortalConfig) {
  return createFrontendModule({
    pluginId: 'app',
    extensions: [
      ApiBlueprint.make({
        name: 'proscenium-portal',
        params: define =>
          define({ api: portalApiRef, deps: {}, factory: () => portal }),
      }),
      layout,
      themeExtension('light', 'Light', chosenAccent('light', portal.branding)),
      themeExtension('dark', 'Dark', chosenAccent('dark', portal.branding)),
      NavContentBlueprint.make({ params: { component: makeSidebar(portal) } }),
      SignInPageBlueprint.make({
        params: { loader: async () => makeSignInPage(portal) },
      }),
      SwappableComponentBlueprint.make({
        name: 'core-not-found-error-page',
        params: define =>
          define({
            component: NotFoundErrorPage,
            loader: () => NotFoundPage,
          }),
      }),
      SwappableComponentBlueprint.make({
        name: 'core-error-display',
        params: define =>
          define({
            component: ErrorDisplay,
            loader: () => BrokenExtension,
          }),
      }),
      SwappableComponentBlueprint.make({
        name: 'core-page-layout',
        params: define =>
          define({
            component: PageLayout,
            loader: () => makePageLayout(portal.title),
          }),
      }),
    ],
  });
}
