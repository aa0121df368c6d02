import type { Entity } from '@backstage/catalog-model';
import {
  coreExtensionData,
  type AppNode,
  type AppTree,
  type FrontendFeature,
} from '@backstage/frontend-plugin-api';
import { expect, test } from 'vitest';
import type { RemoteFeature } from './loadRemotes';
import { filterExpression, filterFunction, pagesOf } from './pages';

const entity = (kind: string, name: string, type?: string): Entity => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind,
  metadata: { name },
  spec: { type },
});

const entities = [
  entity('API', 'seats'),
  entity('Component', 'stage', 'website'),
  entity('Component', 'box-office', 'service'),
];

function node(
  pluginId: string,
  [id, input]: [string, string],
  data: [{ id: string }, unknown][],
): AppNode {
  const known = new Map(data.map(([ref, value]) => [ref.id, value]));
  return {
    spec: { plugin: { pluginId }, attachTo: { id, input } },
    instance: { getData: (ref: { id: string }) => known.get(ref.id) },
  } as unknown as AppNode;
}

const routes: [string, string] = ['app/routes', 'routes'];
const tabs: [string, string] = ['page:catalog/entity', 'contents'];
const cards: [string, string] = ['entity-content:catalog/overview', 'cards'];
const path = coreExtensionData.routePath;

const remotes: RemoteFeature[] = [
  {
    plugin: { pluginId: 'notes', name: 'acme__notes', entry: '/', modules: [] },
    expose: './alpha',
    feature: {
      $$type: '@backstage/FrontendPlugin',
      pluginId: 'acme-notes',
    } as unknown as FrontendFeature,
  },
];

function pages(...nodes: AppNode[]) {
  const tree = {
    nodes: new Map(nodes.map((one, at) => [String(at), one])),
  } as unknown as AppTree;
  return pagesOf(tree, remotes, entities);
}

test('pages, tabs and cards of remotes are found, each at an entity that it is for', () => {
  const isService = (one: Entity) => one.spec?.type === 'service';
  expect(
    pages(
      node('acme-notes', routes, [[path, '/notes']]),
      node('acme-notes', tabs, [
        [path, '/notes'],
        [filterFunction, isService],
      ]),
      node('acme-notes', tabs, [
        [path, 'all'],
        [filterExpression, 'kind:component type:website'],
      ]),
      node('acme-notes', cards, []),
    ),
  ).toEqual([
    { pluginId: 'notes', kind: 'page', path: '/notes' },
    {
      pluginId: 'notes',
      kind: 'entity-content',
      path: '/catalog/default/component/box-office/notes',
    },
    {
      pluginId: 'notes',
      kind: 'entity-content',
      path: '/catalog/default/component/stage/all',
    },
    {
      pluginId: 'notes',
      kind: 'entity-card',
      path: '/catalog/default/api/seats',
    },
  ]);
});

test('what is not a remote’s, leads nowhere by itself or is for no entity is left out', () => {
  expect(
    pages(
      node('catalog', routes, [[path, '/catalog']]),
      node('acme-notes', routes, [[path, '/notes/:id']]),
      node('acme-notes', tabs, [
        [path, '/notes'],
        [filterFunction, () => false],
      ]),
      node('acme-notes', ['app/nav', 'items'], []),
    ),
  ).toEqual([]);
});
