// How the portal is bundled: plain rspack, without the Backstage CLI, because that expects its own workspace layout.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { rspack } from '@rspack/core';
import polyfills from 'node-stdlib-browser';
import { stockAliases, stockReplacements } from './stock-parts.mjs';
import { repairRules } from './stock-repairs.mjs';
import { installedVersion, sharedLibraries } from './shared-libraries.mjs';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));

// Node modules that Backstage's dependencies name but never need in a browser. `stream` and `buffer` are needed.
const absent = [
  'module',
  'dgram',
  'dns',
  'fs',
  'http2',
  'net',
  'tls',
  'child_process',
  'path',
  'https',
  'http',
];

const nodeFallback = {
  ...Object.fromEntries(
    Object.entries(polyfills).filter(([, target]) => target),
  ),
  ...Object.fromEntries(absent.map(name => [name, false])),
  util: require.resolve('util/'),
};

const versions = Object.fromEntries(
  Object.keys(sharedLibraries).map(name => [name, installedVersion(name)]),
);

export default {
  mode: 'production',
  context: root,
  target: ['web', 'es2022'],
  devtool: false,
  entry: { main: './src/index.tsx' },
  output: {
    path: fileURLToPath(new URL('../dist', import.meta.url)),
    publicPath: '/',
    filename: 'static/[name].[contenthash:8].js',
    chunkFilename: 'static/[name].[contenthash:8].chunk.js',
    assetModuleFilename: 'static/[name].[contenthash:8][ext]',
    uniqueName: 'proscenium_portal',
    clean: true,
  },
  resolve: {
    extensions: ['.ts', '.tsx', '.mjs', '.js', '.jsx', '.json'],
    mainFields: ['browser', 'module', 'main'],
    alias: stockAliases,
    fallback: nodeFallback,
  },
  module: {
    rules: [
      {
        test: /\.tsx?$/,
        exclude: /node_modules/,
        loader: 'builtin:swc-loader',
        options: {
          jsc: {
            target: 'es2022',
            parser: { syntax: 'typescript', tsx: true },
            transform: { react: { runtime: 'automatic' } },
          },
        },
      },
      { test: /\.(js|mjs|cjs)$/, resolve: { fullySpecified: false } },
      ...repairRules,
      {
        test: /\.(png|jpe?g|gif|svg|webp|woff2?|ttf|eot|md)$/,
        type: 'asset/resource',
      },
      // Fonts that a stylesheet carries inline (GraphiQL's does): as files of ours, since the content security policy
      // allows no fonts from data URLs.
      {
        mimetype: /^font\//,
        type: 'asset/resource',
        generator: { filename: 'static/font.[contenthash:8].woff2' },
      },
      {
        test: /\.css$/,
        use: [rspack.CssExtractRspackPlugin.loader, 'css-loader'],
        type: 'javascript/auto',
      },
    ],
  },
  optimization: {
    splitChunks: {
      chunks: 'all',
      minSize: 30_000,
      maxAsyncRequests: 24,
      maxInitialRequests: 12,
      cacheGroups: {
        react: {
          test: /[\\/]node_modules[\\/](react|react-dom|scheduler)[\\/]/,
          name: 'react',
          priority: 30,
          enforce: true,
        },
      },
    },
  },
  plugins: [
    ...stockReplacements,
    new rspack.HtmlRspackPlugin({
      template: './src/index.html',
      favicon: './src/favicon.svg',
      minify: false,
      scriptLoading: 'defer',
    }),
    new rspack.CssExtractRspackPlugin({
      filename: 'static/[name].[contenthash:8].css',
      chunkFilename: 'static/[name].[contenthash:8].css',
      ignoreOrder: true,
    }),
    new rspack.DefinePlugin({
      SHARED_VERSIONS: JSON.stringify(versions),
      'process.env.APP_CONFIG': '[]',
      'process.env.HAS_REACT_DOM_CLIENT': 'true',
      'process.env.BUILD_INFO': '{}',
      'process.env.NODE_ENV': '"production"',
      'process.env.NODE_DEBUG': 'undefined',
      'process.env.EXPERIMENTAL_VITE': 'undefined',
    }),
    new rspack.ProvidePlugin({
      process: require.resolve('process/browser.js'),
      Buffer: ['buffer', 'Buffer'],
    }),
  ],
  ignoreWarnings: [/Critical dependency/],
  performance: { hints: false },
};
