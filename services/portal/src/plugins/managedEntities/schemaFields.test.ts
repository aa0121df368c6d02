import { expect, test } from 'vitest';
import type { CatalogKind } from '../../api/catalogSettings';
import { customForm, formsFor, wordsOf } from './schemaFields';

const machine: CatalogKind = {
  kind: 'Machine',
  builtIn: false,
  allowed: true,
  title: 'Machine',
  schema: {
    type: 'object',
    description: 'A computer in a rack.',
    definitions: { size: { enum: ['small', 'large'] } },
    properties: {
      apiVersion: { enum: ['acme.org/v1'] },
      spec: {
        type: 'object',
        required: ['owner', 'serialNumber'],
        properties: {
          owner: { type: 'string' },
          serialNumber: {
            type: 'string',
            title: 'Serial',
            description: 'On the label.',
          },
          size: { $ref: '#/definitions/size' },
          cores: { type: 'integer' },
          rented: { type: 'boolean' },
          addresses: { type: 'array', items: { type: 'string' } },
          runs: { type: 'array', items: { type: 'string' } },
          place: { type: 'object', properties: { rack: { type: 'string' } } },
          disks: { type: 'array', items: { type: 'object' } },
        },
      },
    },
  },
  relations: [
    {
      field: 'spec.owner',
      type: 'ownedBy',
      reverse: 'ownerOf',
      targetKind: 'Group',
    },
    { field: 'spec.runs', type: 'runs', reverse: 'runsOn', multiple: true },
    {
      field: 'spec.twin',
      type: 'twinOf',
      reverse: 'twinOf',
      targetKind: 'Machine',
    },
  ],
};

test('each property of a schema becomes a field that suits it', () => {
  const form = customForm(machine);
  expect(form).toMatchObject({
    kind: 'Machine',
    apiVersion: 'acme.org/v1',
    hint: 'A computer in a rack.',
  });
  expect(
    form.fields.map(({ path, label, input }) => [path.join('.'), label, input]),
  ).toEqual([
    ['spec.owner', 'Owner', { as: 'ref', kinds: ['Group'] }],
    ['spec.serialNumber', 'Serial', { as: 'text' }],
    ['spec.size', 'Size', { as: 'choice', options: ['small', 'large'] }],
    ['spec.cores', 'Cores', { as: 'number' }],
    ['spec.rented', 'Rented', { as: 'boolean' }],
    ['spec.addresses', 'Addresses', { as: 'texts' }],
    ['spec.runs', 'Runs', { as: 'refs', kinds: [] }],
    ['spec.place.rack', 'Place: Rack', { as: 'text' }],
    ['spec.disks', 'Disks', { as: 'yaml' }],
    ['spec.twin', 'Twin', { as: 'ref', kinds: ['Machine'] }],
  ]);
  expect(
    form.fields.filter(({ required }) => required).map(({ label }) => label),
  ).toEqual(['Owner', 'Serial']);
});

test('a kind without a schema still has a form', () => {
  const form = customForm({ kind: 'Idea', builtIn: false, allowed: true });
  expect(form).toMatchObject({ kind: 'Idea', title: 'Idea', fields: [] });
});

test('a schema that refers to itself comes to an end', () => {
  const schema = { properties: { spec: { $ref: '#/properties/spec' } } };
  expect(
    customForm({ kind: 'Loop', builtIn: false, allowed: true, schema }).fields,
  ).toEqual([]);
});

test('only kinds that are allowed and made by hand are offered', () => {
  const kinds: CatalogKind[] = [
    { kind: 'Component', builtIn: true, allowed: true },
    { kind: 'System', builtIn: true, allowed: false },
    { kind: 'Location', builtIn: true, allowed: true },
    machine,
  ];
  expect(formsFor(kinds).map(({ kind }) => kind)).toEqual([
    'Component',
    'Machine',
  ]);
});

test.each([
  ['displayName', 'Display name'],
  ['serial_number', 'Serial number'],
  ['url', 'Url'],
])('%s reads %s', (name, words) => {
  expect(wordsOf(name)).toBe(words);
});
