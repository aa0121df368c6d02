import { expect, test } from 'vitest';
import { ApiFailure } from '../../../api/failure';
import {
  emptyRule,
  kindErrors,
  newKindDraft,
  schemaLine,
  serverErrors,
  toDefinition,
  toKindDraft,
} from './kindDraft';

const machine = { ...newKindDraft, kind: 'Machine' };

test('a kind survives the form', () => {
  const kind = {
    kind: 'Machine',
    builtIn: false,
    allowed: true,
    title: 'Machine',
    apiVersions: ['acme.org/v1'],
    schema: { type: 'object' },
    relations: [{ field: 'spec.owner', type: 'ownedBy', reverse: 'ownerOf' }],
  };
  const { title, apiVersions, schema, relations } = kind;
  expect(toDefinition(toKindDraft(kind))).toEqual({
    title,
    apiVersions,
    schema,
    relations,
  });
});

test('a new kind is right as soon as it has a name', () => {
  expect(Object.keys(kindErrors(newKindDraft))).toEqual(['kind']);
  expect(kindErrors(machine)).toEqual({});
});

test('blank rules count for nothing, unfinished ones are named', () => {
  const draft = {
    ...machine,
    relations: [emptyRule, { ...emptyRule, type: 'runsOn' }],
  };
  expect(Object.keys(kindErrors(draft))).toEqual([
    'relations.1.field',
    'relations.1.reverse',
  ]);
  expect(
    toDefinition({ ...machine, relations: [emptyRule] }).relations,
  ).toEqual([]);
});

test('a schema that cannot be read is told with its line', () => {
  expect(
    kindErrors({ ...machine, schema: '{\n  "type": [\n}' })['schema'],
  ).toMatch(/^Line \d/);
  expect(kindErrors({ ...machine, schema: '[]' })['schema']).toContain(
    'object',
  );
});

test('a place in the schema has a line', () => {
  expect(
    schemaLine(newKindDraft.schema, ['properties', 'spec', 'required']),
  ).toBe(6);
  expect(schemaLine(newKindDraft.schema, ['properties', 'nothing'])).toBe(3);
});

test('what the server says is shown at its field, in the schema with the line', () => {
  const failure = new ApiFailure('no', {
    status: 400,
    fields: {
      'schema/properties/spec/type': 'must be one of the known types',
      'relations/0/field': 'must be below spec',
    },
  });
  expect(serverErrors(failure, machine)).toEqual({
    schema: 'Line 5, properties.spec.type: must be one of the known types',
    'relations.0.field': 'must be below spec',
  });
});
