import type { Entity } from '@backstage/catalog-model';
import {
  coreExtensionData,
  createExtensionDataRef,
  type AppNode,
  type AppTree,
} from '@backstage/frontend-plugin-api';
import type { RemoteFeature } from './loadRemotes';

/** A place where an installed plugin's front end shows. */
export interface PluginPage {
  pluginId: string;
  kind: 'page' | 'entity-content' | 'entity-card';
  /** Below the portal's origin. */
  path: string;
}

/** For which entities a tab or card is, as the catalog's blueprints say it. */
export const filterFunction = createExtensionDataRef<
  (entity: Entity) => boolean
>().with({ id: 'catalog.entity-filter-function' });
export const filterExpression = createExtensionDataRef<string>().with({
  id: 'catalog.entity-filter-expression',
});

declare global {
  interface Window {
    /** Left here only where pages are rendered before an upgrade: by nobody's browser. */
    prosceniumPages?: (entities: Entity[]) => PluginPage[];
  }
}

const kinds: readonly [PluginPage['kind'], string, string][] = [
  ['page', 'app/routes', 'routes'],
  ['entity-content', 'page:catalog/entity', 'contents'],
  ['entity-card', 'entity-content:catalog/overview', 'cards'],
];

function kindOf({ spec }: AppNode): PluginPage['kind'] | undefined {
  const points = [spec.attachTo].flat();
  return kinds.find(([, id, input]) =>
    points.some(point => point.id === id && point.input === input),
  )?.[0];
}

/** Whether an entity's tab or card shows for this one. Of filters in the old notation, kind and type count. */
function shows(node: AppNode, entity: Entity): boolean {
  const isFor = node.instance?.getData(filterFunction);
  if (isFor) return isFor(entity);
  const expression = node.instance?.getData(filterExpression);
  return expression === undefined || fits(expression, entity);
}

function fits(expression: string, entity: Entity): boolean {
  const known: Record<string, string | undefined> = {
    kind: entity.kind.toLowerCase(),
    type: String(entity.spec?.type ?? '').toLowerCase(),
  };
  return expression.split(/\s+/).every(part => {
    const [name = '', values = ''] = part.split(':');
    const value = known[name];
    return (
      value === undefined || values.toLowerCase().split(',').includes(value)
    );
  });
}

function pathOf({ kind, metadata }: Entity): string {
  const { namespace = 'default', name } = metadata;
  return `/catalog/${namespace}/${kind.toLowerCase()}/${name}`;
}

function pluginIdOf({ feature }: RemoteFeature): string | undefined {
  const { pluginId, id } = feature as { pluginId?: string; id?: string };
  return pluginId ?? id;
}

/** Where the remotes show; tabs and cards with the first of the entities that they are for. */
export function pagesOf(
  tree: AppTree,
  remotes: readonly RemoteFeature[],
  entities: readonly Entity[],
): PluginPage[] {
  const installedAs = new Map(
    remotes.map(remote => [pluginIdOf(remote), remote.plugin.pluginId]),
  );
  const found: PluginPage[] = [];
  for (const node of tree.nodes.values()) {
    const pluginId = installedAs.get(node.spec.plugin.pluginId);
    const kind = kindOf(node);
    if (!pluginId || !kind || !node.instance) continue;
    const own = node.instance.getData(coreExtensionData.routePath) ?? '';
    if (kind === 'page') {
      // A path with parameters leads nowhere by itself.
      if (!own.includes(':')) found.push({ pluginId, kind, path: own });
      continue;
    }
    const entity = entities.find(candidate => shows(node, candidate));
    if (!entity) continue;
    const tab = kind === 'entity-content' ? own : '';
    const path = `${pathOf(entity)}/${tab.replace(/^\//, '')}`;
    found.push({ pluginId, kind, path: path.replace(/\/$/, '') });
  }
  return found;
}
