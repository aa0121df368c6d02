// What the shell lends to remotes. The list must be the one of build/shared-libraries.mjs, which tells the remote builder.

/** Each library stays out of the initial load; it is fetched when the organisation has at least one remote. */
export const sharedLibraries: Readonly<Record<string, () => Promise<unknown>>> =
  {
    react: () => import('react'),
    'react/jsx-runtime': () => import('react/jsx-runtime'),
    'react-dom': () => import('react-dom'),
    'react-router': () => import('react-router'),
    'react-router-dom': () => import('react-router-dom'),
    '@material-ui/core': () => import('@material-ui/core'),
    '@material-ui/core/styles': () => import('@material-ui/core/styles'),
    '@material-ui/styles': () => import('@material-ui/styles'),
    '@backstage/core-plugin-api': () => import('@backstage/core-plugin-api'),
    '@backstage/frontend-plugin-api': () =>
      import('@backstage/frontend-plugin-api'),
    '@backstage/core-components': () => import('@backstage/core-components'),
    '@backstage/core-compat-api': () => import('@backstage/core-compat-api'),
    '@backstage/plugin-catalog-react': () =>
      import('@backstage/plugin-catalog-react'),
    '@backstage/plugin-catalog-react/alpha': () =>
      import('@backstage/plugin-catalog-react/alpha'),
  };
