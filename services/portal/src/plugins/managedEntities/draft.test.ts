import { expect, test } from 'vitest';
import {
  draftProblems,
  emptyDraft,
  errorAt,
  getAt,
  ofKind,
  setAt,
  toEntity,
} from './draft';
import { builtInForms, type KindForm } from './fields';

const formOf = (kind: string): KindForm => {
  const found = builtInForms.find(form => form.kind === kind);
  if (!found) throw new Error(kind);
  return found;
};
const component = formOf('Component');

test('a field is set and taken away with the holders that it leaves empty', () => {
  const set = setAt({}, ['spec', 'profile', 'email'], 'a@b.c');
  expect(set).toEqual({ spec: { profile: { email: 'a@b.c' } } });
  expect(getAt(set, ['spec', 'profile', 'email'])).toBe('a@b.c');
  expect(setAt(set, ['spec', 'profile', 'email'], undefined)).toEqual({});
});

test('blank fields are not saved, and names lose the blanks around them', () => {
  let draft = emptyDraft(component);
  draft = setAt(draft, ['metadata', 'name'], ' web ');
  draft = setAt(draft, ['metadata', 'title'], '  ');
  draft = setAt(draft, ['metadata', 'links'], [{ url: '', title: '' }]);
  draft = setAt(draft, ['spec', 'owner'], 'group:default/a');
  draft = setAt(draft, ['spec', 'system'], '');
  draft = setAt(draft, ['spec', 'dependsOn'], ['', 'resource:db']);
  expect(toEntity(draft, component)).toEqual({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name: 'web' },
    spec: { owner: 'group:default/a', dependsOn: ['resource:db'] },
  });
});

test('a list that must be there may be empty', () => {
  const group = formOf('Group');
  const draft = setAt(emptyDraft(group), ['spec', 'type'], 'team');
  expect(toEntity(draft, group)).toHaveProperty('spec', {
    type: 'team',
    children: [],
  });
  expect(draftProblems(setAt(draft, ['metadata', 'name'], 'a'), group)).toEqual(
    {},
  );
});

test('fields that the form does not know stay as they are', () => {
  const draft = { ...emptyDraft(component), spec: { extra: { deep: [1] } } };
  expect(toEntity(draft, component).spec).toEqual({ extra: { deep: [1] } });
});

test('another kind keeps what both ask', () => {
  let draft = setAt(
    emptyDraft(component),
    ['spec', 'owner'],
    'group:default/a',
  );
  draft = setAt(draft, ['spec', 'lifecycle'], 'production');
  expect(ofKind(draft, formOf('System'))).toEqual({
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'System',
    metadata: { name: '' },
    spec: { owner: 'group:default/a' },
  });
});

test.each([
  ['', 'Enter a name.'],
  ['a b', 'letters and digits'],
  ['-a', 'letters and digits'],
  ['a'.repeat(64), 'at most 63'],
])('the name %j is refused with a reason', (name, reason) => {
  const draft = setAt(emptyDraft(component), ['metadata', 'name'], name);
  expect(draftProblems(draft, component)['metadata.name']).toContain(reason);
});

test('what is needed is named by its label', () => {
  const draft = setAt(emptyDraft(component), ['metadata', 'name'], 'web');
  expect(draftProblems(draft, component)).toEqual({
    'spec.type': 'Type is needed.',
    'spec.lifecycle': 'Lifecycle is needed.',
    'spec.owner': 'Owner is needed.',
  });
});

test('an error inside a field is shown at the field', () => {
  expect(
    errorAt({ 'spec.dependsOn.1': 'is no reference' }, ['spec', 'dependsOn']),
  ).toBe('is no reference');
  expect(
    errorAt({ 'spec.dependsOnMore': 'x' }, ['spec', 'dependsOn']),
  ).toBeUndefined();
});
