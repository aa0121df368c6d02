import { expect, test } from 'vitest';
import type { Gate } from '../../api/scaffolderRuns';
import { durationWords, runStatus, whyNot } from './runWords';

test('a run at a gate says what it waits for', () => {
  const since = '2030-01-01T00:00:00Z';
  expect(
    runStatus({ status: 'processing', waiting: { kind: 'approval', since } }),
  ).toEqual({ tone: 'warning', text: 'Waits for an approval' });
  expect(runStatus({ status: 'processing' }).text).toBe('Running');
  expect(runStatus({ status: 'failed' }).tone).toBe('bad');
});

test('a duration has its two largest units', () => {
  const after = (seconds: number) =>
    durationWords(
      '2030-01-01T00:00:00Z',
      new Date(Date.UTC(2030, 0, 1, 0, 0, seconds)).toISOString(),
    );
  expect(after(0)).toBe('0 s');
  expect(after(12)).toBe('12 s');
  expect(after(185)).toBe('3 min 5 s');
  expect(after(7200)).toBe('2 h');
  expect(after(86_400 * 4 + 3 * 3600 + 9)).toBe('4 d 3 h');
});

test('who cannot decide learns why', () => {
  const gate: Gate = {
    id: 'g',
    taskId: 't',
    stepId: 'ask',
    stepName: 'Ask',
    templateRef: 'template:default/x',
    startedBy: 'user:default/ada',
    kind: 'approval',
    state: 'waiting',
    approvers: ['user:default/ada', 'user:default/mia'],
    require: 'all',
    reasonRequired: false,
    decisions: [],
    createdAt: '2030-01-01T00:00:00Z',
    canDecide: false,
  };
  const decided = {
    ...gate,
    decisions: [{ by: 'user:default/mia', approve: true, at: gate.createdAt }],
  };
  expect(whyNot(gate, 'user:default/ada')).toMatch(/started this run/);
  expect(whyNot(decided, 'user:default/mia')).toMatch(/have decided/);
  expect(whyNot(gate, 'user:default/zoe')).toMatch(/named here/);
});
