import { expect, test } from 'vitest';
import type { PermissionCatalogue } from '../../../api/policies';
import { permissionSuggestions, rulesGone, standingOf } from './known';

const catalogue: PermissionCatalogue = {
  groups: [
    { pluginId: 'catalog', title: 'Catalog' },
    { pluginId: 'rooms', title: 'Rooms' },
  ],
  permissions: [
    {
      name: 'rooms.room.book',
      pluginId: 'rooms',
      action: 'update',
      resourceType: 'room',
      conditionPluginId: 'rooms',
      roles: ['member'],
    },
    { name: 'rooms.plan.read', pluginId: 'rooms', roles: [] },
    {
      name: 'catalog.entity.read',
      pluginId: 'catalog',
      description: 'Read entities.',
      action: 'read',
      roles: ['viewer'],
    },
  ],
  rules: [],
  silent: [],
};

test('permissions are offered under the title of their plugin', () => {
  expect(permissionSuggestions(catalogue)).toEqual([
    {
      id: 'catalog.entity.read',
      section: 'Catalog',
      description: 'Read entities.',
    },
    {
      id: 'rooms.room.book',
      section: 'Rooms',
      description: 'update · on room',
    },
    { id: 'rooms.plan.read', section: 'Rooms', description: '' },
  ]);
});

test('a permission that no plugin has is of one that is not installed', () => {
  expect(standingOf(catalogue, 'rooms.room.book')).toEqual({
    is: 'known',
    title: 'Rooms',
    about: 'update · on room',
  });
  expect(standingOf(catalogue, 'gone.thing.do')).toEqual({ is: 'gone' });
  expect(standingOf(catalogue, '')).toBeUndefined();
});

test('it is unclear while some plugin did not tell what it has', () => {
  const some = { ...catalogue, silent: ['rooms'] };
  expect(standingOf(some, 'gone.thing.do')).toEqual({ is: 'unclear' });
});

test('rules of plugins that are not installed are counted', () => {
  const rules = ['rooms.room.book', 'gone.thing.do', 'gone.thing.see'].map(
    permission => ({ permission, effect: 'allow' as const }),
  );
  const role = { name: 'a', rules, subjects: [] };
  expect(rulesGone(catalogue, role)).toBe(2);
  expect(rulesGone({ ...catalogue, silent: ['new'] }, role)).toBe(0);
});
