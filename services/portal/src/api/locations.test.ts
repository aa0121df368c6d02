import { expect, test } from 'vitest';
import { innerLocations, type LocationDetail } from './locations';

test('locations inside a location are known by what they brought or by what is wrong with them', () => {
  const detail: LocationDetail = {
    location: { id: '1', type: 'url', target: 'https://x.org/all.yaml' },
    state: 'done',
    files: [],
    pausedHosts: [],
    entities: [
      { entityRef: 'component:default/a', kind: 'Component' },
      { entityRef: 'location:default/one', kind: 'Location' },
    ],
    problems: [
      { message: 'odd' },
      { message: 'unexpected tab', entityRef: 'location:default/two' },
      { message: 'no owner', entityRef: 'location:default/one' },
    ],
  };
  expect(innerLocations(detail)).toEqual([
    'location:default/one',
    'location:default/two',
  ]);
});
