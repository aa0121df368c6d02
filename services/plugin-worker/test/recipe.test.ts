/** Recipes: those that come with the worker are right, and what is wrong in one is named. */
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { describePackage } from '../src/bundle/package.ts';
import {
  checkVersion,
  entrySource,
  findRecipe,
  parseRecipe,
  recipeFile,
  RECIPES,
  type Recipe,
} from '../src/remote/recipe.ts';
import { runFolder } from './support/worker.ts';

const recipe: Recipe = {
  schema: 'proscenium-recipe/1',
  package: '@acme/plugin-stage',
  versions: '^1.2.0',
  pluginId: 'stage',
  plugin: 'stagePlugin',
  extensions: [
    {
      kind: 'entity-content',
      component: 'EntityStageContent',
      path: '/stage',
      title: 'Stage',
      routeRef: 'root',
      if: 'isStageAvailable',
    },
    { kind: 'entity-card', component: 'EntityStageCard', type: 'info' },
    {
      kind: 'page',
      component: 'StagePage',
      path: '/stage',
      title: 'Stage',
      props: { rows: 5 },
    },
  ],
};

describe('the recipes that come with the worker', () => {
  const files = readdirSync(RECIPES).sort();

  test('there are at least twenty, each valid and named after its package', () => {
    assert.ok(files.length >= 20);
    for (const file of files) {
      const found = parseRecipe(
        // findRecipe reads by name, so the names must be right as well.
        JSON.stringify(findRecipe(`@${file.replace('__', '/').slice(0, -5)}`)),
      );
      assert.equal(recipeFile(found.package), file);
    }
  });
});

describe('a recipe', () => {
  test('gives a package that records no plugin id its id', () => {
    const old = {
      name: '@acme/plugin-stage',
      version: '1.3.0',
      backstage: { role: 'frontend-plugin' },
    };
    assert.throws(() => describePackage(old), /pluginId/);
    const described = describePackage(old, recipe.pluginId);
    assert.equal(described.pluginId, 'stage');
    assert.equal(described.legacyFrontend, true);
  });

  test('is for its own package and its versions', () => {
    const folder = runFolder();
    writeFileSync(
      join(folder, recipeFile('@acme/plugin-other')),
      JSON.stringify(recipe),
    );
    assert.throws(() => findRecipe('@acme/plugin-other', folder), {
      message: /the recipe is for @acme\/plugin-stage/,
    });
    assert.equal(findRecipe('@acme/plugin-none', folder), undefined);
    checkVersion(recipe, '1.9.0');
    assert.throws(() => {
      checkVersion(recipe, '2.0.0');
    }, /fits the versions \^1\.2\.0; this is 2\.0\.0/);
  });

  test('becomes a module of names and plain values, with the shell’s blueprints', () => {
    const source = entrySource(recipe, '../node_modules/x/index.js');
    for (const line of [
      `const plugin = part("stagePlugin");`,
      `EntityContentBlueprint.make({ name: "entity-stage-content", params: { path: "/stage", title: "Stage", routeRef: route("root"), filter: when("isStageAvailable"), loader: element("EntityStageContent", {}) } })`,
      `EntityCardBlueprint.make({ name: "entity-stage-card", params: { type: "info", loader: element("EntityStageCard", {}) } })`,
      `PageBlueprint.make({ name: "stage-page", params: { path: "/stage", title: "Stage", noHeader: true, loader: element("StagePage", {"rows":5}) } })`,
    ]) {
      assert.ok(source.includes(line), `${line}\n\n${source}`);
    }
    const { plugin: _, ...unnamed } = recipe;
    assert.match(
      entrySource(unnamed, 'x'),
      /getComponentData\(createElement\(part\("EntityStageContent"\)\), 'core\.plugin'\)/,
    );
  });

  test('with a mistake is refused, and the field is named', () => {
    const [tab, card, page] = recipe.extensions;
    const wrong: [object, RegExp][] = [
      [{ schema: 'proscenium-recipe/2' }, /^schema: /],
      [{ package: '../up' }, /^package: /],
      [{ versions: 'new' }, /^versions: /],
      [{ plugin: 'a();b' }, /^plugin: "a\(\);b" is not possible here/],
      [{ extensions: [] }, /^extensions: /],
      [{ run: 'x' }, /there is no field "run"/],
      [
        { extensions: [{ ...tab, kind: 'drawer' }] },
        /^extensions\[0\]\.kind: /,
      ],
      [
        { extensions: [{ ...tab, component: `x")+alert(1)+("` }] },
        /^extensions\[0\]\.component: /,
      ],
      [{ extensions: [{ ...tab, path: 'stage' }] }, /\.path: /],
      [{ extensions: [{ ...tab, title: undefined }] }, /\.title: /],
      [{ extensions: [{ ...card, path: '/x' }] }, /\.path: a card has none/],
      [{ extensions: [{ ...card, type: 'big' }] }, /\.type: /],
      [{ extensions: [{ ...page, if: 'x' }] }, /\.if: a page has none/],
      [{ extensions: [{ ...tab, filter: {} }] }, /\.if: what has a filter/],
      [{ extensions: [{ ...tab, props: [] }] }, /\.props: /],
      [{ extensions: Array(51).fill(card) }, /^extensions: /],
    ];
    for (const [part, message] of wrong) {
      assert.throws(() => parseRecipe(JSON.stringify({ ...recipe, ...part })), {
        name: 'RecipeError',
        message,
      });
    }
    assert.throws(() => parseRecipe('{'), /not JSON/);
    assert.throws(() => parseRecipe(' '.repeat(70_000)), /longer than/);
  });
});
