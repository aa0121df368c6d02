import { describe, expect, it } from 'vitest';
import type { KnownRule } from '../../../api/policies';
import {
  conditionWords,
  emptyRule,
  paramsOf,
  readCondition,
  readCriteria,
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
  it('come from the schema of the rule', () => {
    const known = {
      pluginId: 'catalog',
      resourceType: 'catalog-entity',
      name: 'IS_ENTITY_KIND',
      description: '',
      paramsSchema: {
        properties: {
          kinds: { type: 'array', description: 'List of kinds' },
          value: { type: 'string' },
        },
        required: ['kinds'],
      },
    } as unknown as KnownRule;
    expect(
      paramsOf(known).map(({ name, isList, isRequired }) => ({
        name,
        isList,
        isRequired,
      })),
    ).toEqual([
      { name: 'kinds', isList: true, isRequired: true },
      { name: 'value', isList: false, isRequired: false },
    ]);
    expect(paramsOf(undefined)).toEqual([]);
  });
});
