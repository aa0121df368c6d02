import { expect, test } from 'vitest';
import type { AvailablePackage } from '../../api/types';
import { found } from './foundPackages';

const item = (name: string, more: object = {}): AvailablePackage => ({
  package: name,
  title: name,
  pluginId: name,
  source: 'npm',
  installed: false,
  asking: false,
  ...more,
});

test('every word must occur, in whatever is known of a package', () => {
  const about = {
    package: 'radar',
    version: '1.0.0',
    description: 'A tech radar',
    licence: 'Apache-2.0',
    role: 'frontend-plugin',
    keywords: ['technology'],
    siblings: [],
  };
  const items = [item('radar', { about }), item('badges')];
  const names = (text: string) =>
    found(items, text).map(({ package: name }) => name);
  expect(names('')).toEqual(['radar', 'badges']);
  expect(names('TECH front apache')).toEqual(['radar']);
  expect(names('badg')).toEqual(['badges']);
  expect(names('radar back')).toEqual([]);
});
