import { describe, expect, it } from 'vitest';
import type { KnownRule } from '../../../api/policies';
import {
  conditionWords,
  emptyRule,
  paramsOf,
  readCondition,
  readCriteria,
  valueOf,
  words,
  writeCondition,
  type Criteria,
} from './criteria';

const rule = (name: string, params: Record<string, unknown>) => ({
  rule: name,
  resourceType: 'catalog-entity',
  params,
});

describe('criteria', () => {
  const json = {
    pluginId: 'catalog',
    resourceType: 'catalog-entity',
    conditions: {
      allOf: [
        rule('IS_ENTITY_OWNER', { claims: ['$ownerRefs'] }),
        { not: rule('IS_ENTITY_KIND', { kinds: ['api', 'group'] }) },
        { anyOf: [rule('HAS_LABEL', { label: 'a' })] },
      ],
    },
  };

  it('are written as they were read', () => {
    const read = readCondition(json);
    expect(read && writeCondition(read)).toEqual(json);
  });

  it('are told in one line', () => {
    expect(conditionWords(json)).toBe(
      'Is entity owner: claims $ownerRefs and (not Is entity kind: kinds api, group) and (Has label: label a)',
    );
    expect(conditionWords(undefined)).toBe('');
  });

  it('are in words without a double negation', () => {
    const not = (part: Criteria): Criteria => ({ form: 'not', part });
    const rule: Criteria = { form: 'rule', rule: 'HAS_LABEL', params: {} };
    expect(words(not(not(rule)))).toBe('Has label');
    expect(words(not(not(not(rule))))).toBe('not Has label');
  });

  it('become an empty rule when they are none of the forms', () => {
    for (const wrong of [null, [], 'x', {}]) {
      expect(readCriteria(wrong)).toEqual(emptyRule);
    }
  });
});

describe('parameters', () => {
  const known = {
    pluginId: 'catalog',
    resourceType: 'catalog-entity',
    name: 'IS_ENTITY_KIND',
    description: '',
    paramsSchema: {
      properties: {
        kinds: {
          type: 'array',
          items: { type: 'string' },
          description: 'List of kinds',
        },
        value: { type: 'string' },
        floor: { type: 'integer' },
        open: { type: 'boolean' },
        size: { type: 'string', enum: ['small', 'large'] },
      },
      required: ['kinds'],
    },
  } satisfies KnownRule;

  it('come from the schema of the rule', () => {
    const told = paramsOf(known).map(param => [
      param.name,
      param.kind,
      param.type,
      param.choices.join(),
      param.isRequired,
    ]);
    expect(told).toEqual([
      ['kinds', 'list', 'string', '', true],
      ['value', 'text', 'string', '', false],
      ['floor', 'text', 'number', '', false],
      ['open', 'choice', 'boolean', 'true,false', false],
      ['size', 'choice', 'string', 'small,large', false],
    ]);
    expect(paramsOf(undefined)).toEqual([]);
  });

  it('are of the type that the rule takes', () => {
    const typed = (name: string, text: string) => {
      const param = paramsOf(known).find(one => one.name === name);
      return param && valueOf(param, text);
    };
    expect(typed('floor', '1')).toBe(1);
    // Not finished, and not one.
    expect(typed('floor', '1.')).toBe('1.');
    expect(typed('floor', 'top')).toBe('top');
    expect(typed('open', 'false')).toBe(false);
    expect(typed('value', '1')).toBe('1');
    expect(typed('value', '')).toBeUndefined();
  });
});
