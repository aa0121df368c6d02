/** The rspack run that turns a published front-end package into a module-federation remote. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  rspack,
  type Configuration,
  type ModuleFederationPluginOptions,
} from '@rspack/core';

const require = createRequire(import.meta.url);
const ASSETS = /\.(bmp|gif|jpe?g|png|svg|ico|webp|avif|eot|woff2?|ttf|otf|md)$/;

/** What to build. */
export interface RemoteBuild {
  /** Folder with the installed package. */
  root: string;
  out: string;
  /** Name of the container, also its global variable. */
  name: string;
  /** File by export path. */
  exposes: Record<string, string>;
  /** Modules taken from the shell. */
  fromShell: string[];
  /** Files that stand for modules, by the modules' names. */
  stubs: Record<string, string>;
}

/** The build failed; the message holds the compiler's errors. */
export class BuildError extends Error {
  override name = 'BuildError';
}

/** Runs the compiler. */
export function compileRemote(build: RemoteBuild): Promise<void> {
  return new Promise((done, fail) => {
    const compiler = rspack(configuration(build));
    compiler.run((error, stats) => {
      compiler.close(() => {
        if (error) fail(new BuildError(error.message));
        else if (stats?.hasErrors()) {
          const text = stats.toString({ all: false, errors: true });
          fail(new BuildError(text.slice(0, 4_000)));
        } else done();
      });
    });
  });
}

function configuration(build: RemoteBuild): Configuration {
  const shared: ModuleFederationPluginOptions['shared'] = Object.fromEntries(
    build.fromShell.map(name => [
      name,
      { singleton: true, requiredVersion: false, import: false },
    ]),
  );
  return {
    mode: 'production',
    context: build.root,
    target: ['web', 'es2022'],
    devtool: false,
    entry: {},
    performance: { hints: false },
    output: {
      path: build.out,
      clean: true,
      publicPath: 'auto',
      uniqueName: build.name,
      filename: '[name].[contenthash:8].js',
      // By number: names of chunks can be longer than what object storage over a folder takes.
      chunkFilename: 'c/[id].[contenthash:8].js',
      assetModuleFilename: 'a/[name].[contenthash:8][ext]',
    },
    resolve: {
      extensions: ['.mjs', '.js', '.jsx', '.json'],
      mainFields: ['browser', 'module', 'main'],
      modules: ['node_modules', join(build.root, 'node_modules')],
      alias: Object.fromEntries(
        Object.entries(build.stubs).map(([name, file]) => [`${name}$`, file]),
      ),
      fallback: nodeFallbacks(),
    },
    module: {
      rules: [
        { test: /\.(js|mjs|cjs|jsx)$/, resolve: { fullySpecified: false } },
        { test: ASSETS, type: 'asset/resource' },
        {
          test: /\.css$/,
          use: [require.resolve('style-loader'), require.resolve('css-loader')],
          type: 'javascript/auto',
        },
      ],
    },
    plugins: [
      new rspack.container.ModuleFederationPlugin({
        name: build.name,
        filename: 'remoteEntry.js',
        exposes: build.exposes,
        shared,
        manifest: true,
        implementation: require.resolve('@module-federation/runtime-tools'),
      }),
      new rspack.ProvidePlugin({
        process: require.resolve('process/browser.js'),
        Buffer: [require.resolve('buffer/'), 'Buffer'],
      }),
      new rspack.DefinePlugin({
        'process.env.NODE_ENV': '"production"',
        'process.env.NODE_DEBUG': 'undefined',
        'process.env.HAS_REACT_DOM_CLIENT': 'true',
      }),
    ],
    ignoreWarnings: [() => true],
  };
}

/** The polyfills of the stock Backstage build: published plugins rely on them. */
function nodeFallbacks(): Record<string, string | false> {
  const polyfills = require('node-stdlib-browser') as Record<
    string,
    string | null
  >;
  const present = Object.entries(polyfills).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  const absent = [
    'module',
    'dgram',
    'dns',
    'fs',
    'http',
    'http2',
    'https',
    'net',
    'tls',
    'child_process',
    'path',
  ];
  return {
    ...Object.fromEntries(present),
    ...Object.fromEntries(absent.map(name => [name, false as const])),
    util: require.resolve('util/'),
  };
}
