import { describe, expect, it } from 'vitest';
import { direction, lineProblems } from './changes';

describe('a change of a decision', () => {
  it('is a gain, a loss, or another condition', () => {
    const told = (before: string, after: string) =>
      direction({ before: { decision: before }, after: { decision: after } });
    expect(told('deny', 'allow')).toBe('gain');
    expect(told('deny', 'conditional')).toBe('gain');
    expect(told('allow', 'conditional')).toBe('loss');
    expect(told('conditional', 'conditional')).toBe('change');
  });
});

describe('problems of an imported text', () => {
  it('are told in the order of their lines', () => {
    const told = lineProblems({ 'line 10': 'b', 'line 2': 'a' });
    expect(told.map(({ place }) => place)).toEqual(['line 2', 'line 10']);
  });
});
