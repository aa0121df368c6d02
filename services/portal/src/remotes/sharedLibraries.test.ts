import { expect, test } from 'vitest';
// @ts-expect-error the build's own list, plain JavaScript
import { sharedLibraries as announced } from '../../build/shared-libraries.mjs';
import { sharedLibraries } from './sharedLibraries';

test('the shell lends exactly what the build announces', () => {
  expect(Object.keys(sharedLibraries).sort()).toEqual(
    Object.keys(announced as object).sort(),
  );
});
