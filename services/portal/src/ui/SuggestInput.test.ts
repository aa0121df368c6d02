import { expect, test } from 'vitest';
import { offered, suits } from './SuggestInput';

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
