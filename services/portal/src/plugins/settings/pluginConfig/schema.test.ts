import { describe, expect, test } from 'vitest';
import { shapeOf, suits, variantOf, whole, type Schema } from './schema';
import { hintOf, labelOf, variantLabel } from './words';

const root: Schema & { definitions: Record<string, Schema> } = {
  definitions: {
    'Hall-1': {
      type: 'object',
      required: ['name'],
      properties: {
        name: { type: 'string' },
        next: { $ref: '#/definitions/Hall-1' },
      },
    },
    Loop: { $ref: '#/definitions/Loop' },
  },
};

describe('how a value is edited', () => {
  test.each<[string, Schema, string]>([
    ['a text', { type: 'string' }, 'text'],
    ['a text or a number', { type: ['string', 'number'] }, 'text'],
    ['a number', { type: 'integer' }, 'number'],
    ['true or false', { type: 'boolean' }, 'boolean'],
    ['one of several', { enum: ['a', 1] }, 'choice'],
    ['constants', { anyOf: [{ const: 'a' }, { const: 'b' }] }, 'choice'],
    ['a secret', { type: 'string', visibility: 'secret' }, 'secret'],
    ['a list', { type: 'array', items: { type: 'string' } }, 'list'],
    ['a list of anything', { type: 'array' }, 'yaml'],
    ['a group', { type: 'object', properties: { a: {} } }, 'group'],
    [
      'a map',
      { type: 'object', additionalProperties: { type: 'string' } },
      'map',
    ],
    ['an object of any kind', { type: 'object' }, 'yaml'],
    ['anything', {}, 'yaml'],
    [
      'variants',
      { anyOf: [{ type: 'string' }, { type: 'object' }] },
      'variants',
    ],
    ['a text or nothing', { type: ['string', 'null'] }, 'text'],
    [
      'a branch or nothing',
      { anyOf: [{ type: 'string' }, { type: 'null' }] },
      'text',
    ],
    ['a text or a list', { type: ['string', 'array'] }, 'variants'],
  ])('%s', (_, schema, shape) => {
    expect(shapeOf(schema).as).toBe(shape);
  });

  test('what a form would lose is left to text', () => {
    expect(suits({ as: 'text' }, { a: 1 })).toBe(false);
    expect(suits({ as: 'group' }, 'x')).toBe(false);
    expect(suits({ as: 'boolean' }, '${{ secrets.A }}')).toBe(false);
    expect(suits({ as: 'choice', options: ['a'] }, 'b')).toBe(false);
    expect(suits({ as: 'number' }, '${{ secrets.A }}')).toBe(true);
    expect(suits({ as: 'list', items: {} }, undefined)).toBe(true);
  });
});

describe('a whole schema', () => {
  test('has what it refers to, and ends when that is itself', () => {
    const hall = whole(root, { $ref: '#/definitions/Hall-1', title: 'Hall' });
    expect(hall).toMatchObject({ type: 'object', title: 'Hall' });
    expect(whole(root, { $ref: '#/definitions/Loop' })).toBeDefined();
    expect(whole(root, { $ref: 'https://elsewhere' })).toEqual({});
  });

  test('has the parts of what several packages say of the same key', () => {
    const part = (name: string): Schema => ({
      type: 'object',
      required: [name],
      properties: {
        shared: { type: 'object', properties: { [name]: { type: 'string' } } },
      },
    });
    const both = whole(root, { allOf: [part('a'), part('b')] });
    expect([...(both.required ?? [])].sort()).toEqual(['a', 'b']);
    const shared = whole(root, both.properties?.['shared'] ?? {});
    expect(Object.keys(shared.properties ?? {}).sort()).toEqual(['a', 'b']);
  });

  test('is secret when one of them says so', () => {
    const all = [{ visibility: 'frontend' }, { visibility: 'secret' }];
    expect(whole(root, { allOf: all }).visibility).toBe('secret');
  });
});

describe('variants', () => {
  const file: Schema = {
    type: 'object',
    required: ['kind', 'path'],
    properties: { kind: { const: 'file' }, path: { type: 'string' } },
  };
  const url: Schema = {
    type: 'object',
    required: ['kind', 'url'],
    properties: { kind: { const: 'url' }, url: { type: 'string' } },
  };
  const branches = [file, url, { type: 'string' }];

  test.each<[unknown, number]>([
    [{ kind: 'file', path: 'a' }, 0],
    [{ kind: 'url' }, 1],
    [{ url: 'x' }, 1],
    ['x', 2],
    [undefined, -1],
  ])('%j is variant %i', (value, at) => {
    expect(variantOf(root, branches, value)).toBe(at);
  });

  test('are called by what tells them apart', () => {
    const labels = branches.map((one, at) => variantLabel(root, one, at));
    expect(labels).toEqual(['Kind: file', 'Kind: url', 'Text']);
  });
});

test('a label is the key in words, unless the schema has a better one', () => {
  expect(labelOf('baseUrl', {})).toBe('Base URL');
  expect(labelOf('apiKey', {})).toBe('API key');
  expect(labelOf('x', { title: 'Better' })).toBe('Better');
});

test('a hint says what is deprecated, what is usual and what browsers read', () => {
  const schema: Schema = {
    type: 'string',
    description: 'Where it is.',
    deprecated: 'Use hosts.',
    default: 'here',
    visibility: 'frontend',
  };
  expect(hintOf(schema)).toBe(
    'Where it is. Deprecated: Use hosts. Default: here. Browsers can read it.',
  );
  expect(hintOf({ type: 'string' })).toBeUndefined();
});
