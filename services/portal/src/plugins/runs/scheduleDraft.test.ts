import { expect, test } from 'vitest';
import { draftOf, emptySchedule, inputOf, timeIn } from './scheduleDraft';

const draft = {
  ...emptySchedule(),
  name: ' Nightly ',
  templateRef: 'rehearse',
  timeZone: 'Europe/Berlin',
  values: 'scene: The forest\ncount: 2',
};

test('a draft becomes what the server takes', () => {
  expect(inputOf(draft)).toEqual({
    input: {
      name: 'Nightly',
      templateRef: 'template:default/rehearse',
      cron: '0 8 * * 1',
      timeZone: 'Europe/Berlin',
      overlap: 'skip',
      values: { scene: 'The forest', count: 2 },
    },
  });
  expect(inputOf({ ...draft, values: '{"scene": "x"}' })).toMatchObject({
    input: { values: { scene: 'x' } },
  });
  expect(inputOf({ ...draft, values: '' })).toMatchObject({
    input: { values: {} },
  });
});

test('what is wrong stands at its field', () => {
  expect(inputOf({ ...draft, name: '', values: 'a: [' })).toEqual({
    errors: {
      name: 'Give it a name.',
      values: expect.stringMatching(/^Line 1: /) as string,
    },
  });
  expect(inputOf({ ...draft, values: '- a' })).toEqual({
    errors: { values: expect.stringMatching(/one field/) as string },
  });
});

test('a schedule is edited as it was written', () => {
  const parsed = inputOf(draft);
  if (!('input' in parsed)) throw new Error('it is right');
  const schedule = {
    ...parsed.input,
    id: 's',
    owner: 'user:default/ada',
    paused: false,
    canChange: true,
  };
  expect(inputOf(draftOf(schedule))).toEqual(parsed);
});

test('times are those of the zone', () => {
  expect(timeIn('Europe/Berlin', '2030-12-02T07:00:00Z')).toBe(
    'Mon, 2 Dec 2030, 08:00',
  );
  expect(timeIn('Nowhere/Else', '2030-12-02T07:00:00Z')).toMatch(/07:00$/);
});
