import stockPlugin from '@backstage/plugin-user-settings/alpha';

/**
 * The stock page of a person's own settings (profile, theme), moved to /profile: /settings is the organisation's.
 * Sign-in providers and feature flags are left out, because nothing behind them is there to set.
 */
export const userSettingsPlugin = stockPlugin.withOverrides({
  extensions: [
    stockPlugin
      .getExtension('page:user-settings')
      .override({ params: { path: '/profile', title: 'Your profile' } }),
    stockPlugin.getExtension('sub-page:user-settings/general').override({
      params: {
        loader: () =>
          import(/* webpackChunkName: "profile" */ './ProfilePage').then(m => (
            <m.ProfilePage />
          )),
      },
    }),
    stockPlugin
      .getExtension('sub-page:user-settings/auth-providers')
      .override({ disabled: true }),
    stockPlugin
      .getExtension('sub-page:user-settings/feature-flags')
      .override({ disabled: true }),
  ],
});
