import { expect, test } from 'vitest';
import { onboardingSteps } from './steps';

test('a fresh organisation has done nothing', () => {
  const steps = onboardingSteps({
    locationIds: [],
    readWithEntities: 0,
    members: 1,
  });
  expect(steps).toMatchObject({ done: 0, finished: false });
});

test('a repository that could not be read connects but does not fill', () => {
  const steps = onboardingSteps({
    locationIds: ['a'],
    readWithEntities: 0,
    members: 1,
  });
  expect(steps).toMatchObject({ connected: true, filled: false, done: 1 });
});

test('it is finished when something was found and somebody else is there', () => {
  const steps = onboardingSteps({
    locationIds: ['a', 'b'],
    readWithEntities: 1,
    members: 2,
  });
  expect(steps.finished).toBe(true);
});
