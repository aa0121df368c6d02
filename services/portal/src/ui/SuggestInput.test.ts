import { expect, test } from 'vitest';
import { inSections, offered, suits } from './SuggestInput';

const office = { id: 'group:default/box-office', title: 'Box office' };

test.each([
  ['box o', true],
  ['default/box', true],
  ['', true],
  ['stage', false],
])('what is typed as %j suits: %s', (typed, result) => {
  expect(suits(office, typed)).toBe(result);
});

test('what is typed may be taken as it is', () => {
  expect(offered([office], 'stage').map(({ id }) => id)).toEqual([
    'group:default/box-office',
    'stage',
  ]);
  expect(offered([office], office.id)).toEqual([office]);
  expect(offered([office], ' ')).toEqual([office]);
});

test('suggestions stand under their headings, what was typed before them', () => {
  const read = { id: 'rooms.plan.read', section: 'Rooms' };
  const book = { id: 'rooms.room.book', section: 'Rooms', description: 'x' };
  const own = { id: 'catalog.entity.read', section: 'Catalog' };
  expect(inSections(offered([read, own, book], 'rooms.'))).toEqual([
    { id: 'rooms.', label: 'rooms.', description: 'As typed' },
    {
      title: 'Rooms',
      options: [
        { id: 'rooms.plan.read', label: 'rooms.plan.read' },
        { id: 'rooms.room.book', label: 'rooms.room.book', description: 'x' },
      ],
    },
    {
      title: 'Catalog',
      options: [{ id: 'catalog.entity.read', label: 'catalog.entity.read' }],
    },
  ]);
});
