/** The rspack run that turns a published front-end package into a module-federation remote. */
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import {
  rspack,
  type Compiler,
  type Configuration,
  type ModuleFederationPluginOptions,
} from '@rspack/core';

const require = createRequire(import.meta.url);
/** The loaders of the rules below, whose generated code names them. */
const LOADERS = ['style-loader', 'css-loader'];
/** How module federation names what it generates for a container. */
const RUNTIME = '@module-federation/runtime/rspack.js!=!data:text/javascript,';
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

/**
 * Lets a package's code load what lies in its bundle, and what the build itself brings along, and nothing else of this
 * machine; nor may it name the loaders that its files go through, which are programs that would run here.
 */
class Confinement {
  readonly #roots: string[];

  constructor(roots: string[]) {
    this.#roots = [...roots, toolFolder()].flatMap(root => [
      root,
      realpathSync(root),
    ]);
  }

  apply(compiler: Compiler): void {
    compiler.hooks.compilation.tap(
      'Confinement',
      (compilation, { normalModuleFactory }) => {
        normalModuleFactory.hooks.beforeResolve.tap('Confinement', data => {
          // The container's own entry; no module asked for it.
          const { issuer } = data.contextInfo;
          if (!issuer && data.request.startsWith(RUNTIME)) return;
          if (!mayAsk(data.request, data.context)) {
            const shown = data.request.slice(0, 200);
            throw new BuildError(`it may not load ${shown}`);
          }
        });
        compilation.hooks.finishModules.tap('Confinement', modules => {
          for (const module of modules) {
            const file = module.nameForCondition();
            if (file && isAbsolute(file) && !this.#contains(file)) {
              throw new BuildError(`it may not load ${file}`);
            }
          }
        });
      },
    );
  }

  #contains(file: string): boolean {
    return this.#roots.some(root => isBelow(root, file));
  }
}

/**
 * Whether a request names a file or a package as any module does. Schemes other than those of modules that are written
 * out, or that the build replaces, are for other places; loaders are named by the generated code of our own two only.
 */
function mayAsk(request: string, context: string): boolean {
  if (/^(?!data:|node:|webpack\/)[a-z][a-z0-9+.-]+:/i.test(request))
    return false;
  if (request.startsWith('data:') || !request.includes('!')) return true;
  if (request.includes('!=!')) return false;
  const loaders = request.split('!').slice(0, -1).filter(Boolean);
  return loaders.every(loader => {
    const file = resolve(context, loader.split('?')[0] ?? '');
    return LOADERS.some(name => isBelow(join(toolFolder(), name), file));
  });
}

function isBelow(root: string, file: string): boolean {
  const path = relative(root, file);
  return !path.startsWith('..') && !isAbsolute(path);
}

/** Where the loaders and the replacements of Node's modules are installed. */
function toolFolder(): string {
  return dirname(dirname(require.resolve('style-loader/package.json')));
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
      new Confinement([build.root, ...Object.values(build.stubs)]),
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
