/**
 * Recipes: how the front end of a package from before the new front-end system becomes pages, tabs and cards.
 *
 * Such a package exports components and leaves it to the app's source code where they go. A recipe says it as data:
 * `recipes/<package>.json`. From it comes the entry module that the remote exposes in the package's place; the package
 * itself stays as it is. What a recipe says is checked, so that it can never be more than names and plain values.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import semver from 'semver';

/** Version of the recipes' shape. */
export const RECIPE_SCHEMA = 'proscenium-recipe/1';

/** Where an exported component goes. */
export interface RecipeExtension {
  /** A page of its own, a tab of an entity's page, or a card on an entity's overview. */
  kind: 'page' | 'entity-content' | 'entity-card';
  /** Name of the exported component. */
  component: string;
  /** Of pages and tabs, for example `/buildkite`. */
  path?: string;
  /** Of pages and tabs, for people. */
  title?: string;
  /** Key of the plugin's `routes` that leads here: components that ask for their own address need it. */
  routeRef?: string;
  /** Name of an exported function that says for which entities. */
  if?: string;
  /** Or a filter in Backstage's own notation, for example `{"kind": "component"}`. */
  filter?: Record<string, unknown>;
  /** Of cards. */
  type?: 'info' | 'content' | 'summary';
  /** What the component is given; plain values only. */
  props?: Record<string, unknown>;
}

/** A recipe. */
export interface Recipe {
  schema: typeof RECIPE_SCHEMA;
  package: string;
  /** Range of versions that it fits. */
  versions: string;
  pluginId: string;
  /** Name of the export that `createPlugin` made; without it, the plugin that the first component belongs to. */
  plugin?: string;
  extensions: RecipeExtension[];
}

/** A recipe is not one; the message names the field. */
export class RecipeError extends Error {
  override name = 'RecipeError';
}

/** The recipes that come with the worker. */
export const RECIPES = fileURLToPath(new URL('../../recipes', import.meta.url));

/** Modules that the generated entry takes from the shell whatever the package brings: their objects are the app's. */
export const ENTRY_NEEDS = [
  '@backstage/core-compat-api',
  '@backstage/frontend-plugin-api',
  '@backstage/plugin-catalog-react/alpha',
];

/** File name of a package's recipe. */
export function recipeFile(packageName: string): string {
  return `${packageName.replace(/^@/, '').replace('/', '__')}.json`;
}

/** The recipe of a package, if there is one. */
export function findRecipe(
  packageName: string,
  folder = RECIPES,
): Recipe | undefined {
  const file = join(folder, recipeFile(packageName));
  if (!existsSync(file)) return undefined;
  const recipe = parseRecipe(readFileSync(file, 'utf8'));
  if (recipe.package !== packageName) {
    throw new RecipeError(
      `package: the recipe is for ${recipe.package}, not for ${packageName}`,
    );
  }
  return recipe;
}

/** Refuses a version that the recipe was not made for. */
export function checkVersion(recipe: Recipe, version: string): void {
  if (semver.satisfies(version, recipe.versions)) return;
  throw new RecipeError(
    `the recipe for ${recipe.package} fits the versions ${recipe.versions}; this is ${version}`,
  );
}

const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]{0,99}$/;
const PATH = /^\/[a-z0-9]+(-[a-z0-9]+)*$/;
const KINDS = ['page', 'entity-content', 'entity-card'];
const CARD_TYPES = ['info', 'content', 'summary'];
const MOST_EXTENSIONS = 50;
const LONGEST_RECIPE = 64_000;

/** Reads a recipe and checks all of it. */
export function parseRecipe(text: string): Recipe {
  if (text.length > LONGEST_RECIPE) {
    throw new RecipeError(`the recipe is longer than ${LONGEST_RECIPE} bytes`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RecipeError(`the recipe is not JSON: ${String(error)}`);
  }
  const recipe = object(value, 'the recipe');
  only(recipe, 'the recipe', [
    ...['schema', 'package', 'versions', 'pluginId', 'plugin', 'extensions'],
  ]);
  if (recipe['schema'] !== RECIPE_SCHEMA) {
    throw new RecipeError(`schema: it must be "${RECIPE_SCHEMA}"`);
  }
  string(recipe, 'package', /^(@[a-z0-9._~-]+\/)?[a-z0-9._~-]+$/);
  string(recipe, 'pluginId', /^[a-z][a-z0-9-]*$/);
  if (semver.validRange(string(recipe, 'versions')) === null) {
    throw new RecipeError('versions: this is not a range such as ^1.2.0');
  }
  if (recipe['plugin'] !== undefined) string(recipe, 'plugin', IDENTIFIER);
  const extensions = recipe['extensions'];
  if (
    !Array.isArray(extensions) ||
    extensions.length === 0 ||
    extensions.length > MOST_EXTENSIONS
  ) {
    throw new RecipeError(
      `extensions: it must be a list of 1 to ${MOST_EXTENSIONS}`,
    );
  }
  extensions.forEach((extension, i) => {
    checkExtension(extension, `extensions[${i}]`);
  });
  return recipe as unknown as Recipe;
}

function checkExtension(value: unknown, at: string): void {
  const extension = object(value, at);
  only(extension, at, [
    ...['kind', 'component', 'path', 'title', 'routeRef'],
    ...['if', 'filter', 'type', 'props'],
  ]);
  const kind = string(extension, 'kind', undefined, at);
  if (!KINDS.includes(kind)) {
    throw new RecipeError(`${at}.kind: it must be one of ${KINDS.join(', ')}`);
  }
  string(extension, 'component', IDENTIFIER, at);
  if (kind === 'entity-card') {
    absent(extension, ['path', 'title', 'routeRef'], at, 'a card');
    const type = extension['type'];
    if (type !== undefined && !CARD_TYPES.some(known => known === type)) {
      throw new RecipeError(
        `${at}.type: it must be one of ${CARD_TYPES.join(', ')}`,
      );
    }
  } else {
    string(extension, 'path', PATH, at);
    string(extension, 'title', /^.{1,60}$/, at);
    absent(extension, ['type'], at, 'what is not a card');
    if (extension['routeRef'] !== undefined) {
      string(extension, 'routeRef', IDENTIFIER, at);
    }
  }
  if (kind === 'page') absent(extension, ['if', 'filter'], at, 'a page');
  if (extension['if'] !== undefined) string(extension, 'if', IDENTIFIER, at);
  if (extension['filter'] !== undefined) {
    object(extension['filter'], `${at}.filter`);
    absent(extension, ['if'], at, 'what has a filter');
  }
  if (extension['props'] !== undefined) {
    object(extension['props'], `${at}.props`);
  }
}

function object(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RecipeError(`${at}: it must be an object`);
  }
  return value as Record<string, unknown>;
}

function only(
  value: Record<string, unknown>,
  at: string,
  known: string[],
): void {
  const other = Object.keys(value).find(key => !known.includes(key));
  if (other !== undefined) {
    throw new RecipeError(`${at}: there is no field "${other}"`);
  }
}

function absent(
  value: Record<string, unknown>,
  keys: string[],
  at: string,
  what: string,
): void {
  const given = keys.find(key => value[key] !== undefined);
  if (given !== undefined) {
    throw new RecipeError(`${at}.${given}: ${what} has none`);
  }
}

function string(
  value: Record<string, unknown>,
  key: string,
  pattern?: RegExp,
  at?: string,
): string {
  const found = value[key];
  const name = at === undefined ? key : `${at}.${key}`;
  if (typeof found !== 'string' || found === '') {
    throw new RecipeError(`${name}: it must be a text`);
  }
  if (pattern && !pattern.test(found)) {
    throw new RecipeError(
      `${name}: ${JSON.stringify(found)} is not possible here`,
    );
  }
  return found;
}

/** Source of the module that the remote exposes for the package; `main` is the file of its main export. */
export function entrySource(recipe: Recipe, main: string): string {
  const text = (value: unknown) => JSON.stringify(value);
  const first = recipe.extensions[0]?.component ?? '';
  const plugin =
    recipe.plugin === undefined
      ? `getComponentData(createElement(part(${text(first)})), 'core.plugin')`
      : `part(${text(recipe.plugin)})`;
  return [
    `import { createElement } from 'react';`,
    `import * as exported from ${text(main)};`,
    `import { getComponentData } from '@backstage/core-plugin-api';`,
    `import { compatWrapper, convertLegacyPlugin, convertLegacyRouteRef } from '@backstage/core-compat-api';`,
    `import { PageBlueprint } from '@backstage/frontend-plugin-api';`,
    `import { EntityCardBlueprint, EntityContentBlueprint } from '@backstage/plugin-catalog-react/alpha';`,
    `const all = { ...exported };`,
    `const part = name => {`,
    `  if (all[name] === undefined) throw new Error(${text(`${recipe.package} has no export `)} + name);`,
    `  return all[name];`,
    `};`,
    `const plugin = ${plugin};`,
    `const element = (name, props) => async () => compatWrapper(createElement(part(name), props));`,
    `const route = key => convertLegacyRouteRef(plugin.routes[key]);`,
    `const when = name => entity => Boolean(part(name)(entity));`,
    `const extensions = [`,
    ...recipe.extensions.map(extension => `  ${extensionSource(extension)},`),
    `];`,
    `export default convertLegacyPlugin(plugin, { extensions });`,
    '',
  ].join('\n');
}

const BLUEPRINTS = {
  page: 'PageBlueprint',
  'entity-content': 'EntityContentBlueprint',
  'entity-card': 'EntityCardBlueprint',
} as const;

function extensionSource(extension: RecipeExtension): string {
  const { kind, component, path, title, routeRef, type, filter } = extension;
  const text = (value: unknown) => JSON.stringify(value);
  // The names of extensions are lower-case, with dashes.
  const name = component.replaceAll(/\B([A-Z])/g, '-$1').toLowerCase();
  const params = [
    path !== undefined && `path: ${text(path)}`,
    title !== undefined && `title: ${text(title)}`,
    // Pages of the old system draw their own header.
    kind === 'page' && 'noHeader: true',
    routeRef !== undefined && `routeRef: route(${text(routeRef)})`,
    type !== undefined && `type: ${text(type)}`,
    extension.if !== undefined && `filter: when(${text(extension.if)})`,
    filter !== undefined && `filter: ${text(filter)}`,
    `loader: element(${text(component)}, ${text(extension.props ?? {})})`,
  ].filter(Boolean);
  return `${BLUEPRINTS[kind]}.make({ name: ${text(name)}, params: { ${params.join(', ')} } })`;
}
