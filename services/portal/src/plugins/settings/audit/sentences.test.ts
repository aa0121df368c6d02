import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../api/types';
import { changes, sentence } from './sentences';

const entry = (action: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  id: '1',
  at: '2026-11-30T09:00:00Z',
  actor: 'user:default/jane',
  target: 'user:default/joe',
  undoable: false,
  action,
  ...more,
});

describe('sentence', () => {
  it('says what was done to whom, and leaves out what says nothing new', () => {
    expect(sentence(entry('member.invite'))).toEqual({
      verb: 'invited',
      target: 'user:default/joe',
    });
    expect(sentence(entry('session.start'))).toEqual({ verb: 'signed in' });
  });

  it('says that a change was taken back', () => {
    expect(sentence(entry('member.update', { undoes: '2' })).verb).toBe(
      'changed the role of (took a change back)',
    );
  });

  it('shows an action that it does not know by its name', () => {
    expect(sentence(entry('x.y')).verb).toBe('did x.y to');
  });
});

describe('changes', () => {
  it('lists what differs by path, and nothing else', () => {
    expect(
      changes(
        { name: 'Acme', settings: { branding: { accent: '#111111' }, n: 1 } },
        { name: 'Acme', settings: { branding: {}, n: 2 } },
      ),
    ).toEqual([
      { path: 'settings.branding.accent', before: '#111111' },
      { path: 'settings.n', before: '1', after: '2' },
    ]);
  });

  it('takes a missing state for one without values', () => {
    expect(changes(undefined, { role: 'viewer', tags: ['a'] })).toEqual([
      { path: 'role', after: 'viewer' },
      { path: 'tags', after: '["a"]' },
    ]);
    expect(changes(undefined, undefined)).toEqual([]);
  });

  it('shows a value that became an object, or ceased to be one', () => {
    expect(changes({ a: 'x' }, { a: { b: 1 } })).toEqual([
      { path: 'a', before: 'x', after: '{"b":1}' },
    ]);
  });
});
