import type { KnownRule } from '../../../api/policies';

/** Rules joined by all, any and not, as the editor holds them. */
export type Criteria =
  | { form: 'allOf' | 'anyOf'; parts: Criteria[] }
  | { form: 'not'; part: Criteria }
  | { form: 'rule'; rule: string; params: Record<string, unknown> };

export interface Condition {
  pluginId: string;
  resourceType: string;
  conditions: Criteria;
}

export const emptyRule: Criteria = { form: 'rule', rule: '', params: {} };

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads criteria as policies write them; what is none of the forms becomes an empty rule. */
export function readCriteria(json: unknown): Criteria {
  if (!isObject(json)) return emptyRule;
  const { allOf, anyOf, not, rule, params } = json;
  if (Array.isArray(allOf)) {
    return { form: 'allOf', parts: allOf.map(readCriteria) };
  }
  if (Array.isArray(anyOf)) {
    return { form: 'anyOf', parts: anyOf.map(readCriteria) };
  }
  if (not !== undefined) return { form: 'not', part: readCriteria(not) };
  return {
    form: 'rule',
    rule: typeof rule === 'string' ? rule : '',
    params: isObject(params) ? params : {},
  };
}

/** Writes criteria as policies do. */
export function writeCriteria(
  criteria: Criteria,
  resourceType: string,
): Record<string, unknown> {
  switch (criteria.form) {
    case 'not':
      return { not: writeCriteria(criteria.part, resourceType) };
    case 'rule':
      return { rule: criteria.rule, resourceType, params: criteria.params };
    default:
      return {
        [criteria.form]: criteria.parts.map(part =>
          writeCriteria(part, resourceType),
        ),
      };
  }
}

export function readCondition(json: unknown): Condition | undefined {
  if (!isObject(json)) return undefined;
  const { pluginId, resourceType, conditions } = json;
  if (typeof pluginId !== 'string' || typeof resourceType !== 'string') {
    return undefined;
  }
  return { pluginId, resourceType, conditions: readCriteria(conditions) };
}

export function writeCondition(condition: Condition): Record<string, unknown> {
  const { pluginId, resourceType, conditions } = condition;
  return {
    pluginId,
    resourceType,
    conditions: writeCriteria(conditions, resourceType),
  };
}

export interface Param {
  name: string;
  label: string;
  description: string;
  /** A text, one of a few values, or a list of texts. */
  kind: 'text' | 'choice' | 'list';
  /** What the value, or each one of a list, is in JSON. */
  type: 'string' | 'number' | 'boolean';
  choices: string[];
  isRequired: boolean;
}

function typeOf(schema: Record<string, unknown>): Param['type'] {
  if (schema['type'] === 'number' || schema['type'] === 'integer') {
    return 'number';
  }
  return schema['type'] === 'boolean' ? 'boolean' : 'string';
}

function choicesOf(schema: Record<string, unknown>): string[] {
  if (Array.isArray(schema['enum'])) return schema['enum'].map(String);
  return schema['type'] === 'boolean' ? ['true', 'false'] : [];
}

/** The parameters that a rule's schema describes: texts, numbers, yes or no, a few values, and lists. */
export function paramsOf(rule: KnownRule | undefined): Param[] {
  const schema: unknown = rule?.paramsSchema;
  if (!isObject(schema) || !isObject(schema['properties'])) return [];
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(schema['properties']).map(([name, property]) => {
    const is = isObject(property) ? property : {};
    const isList = is['type'] === 'array';
    const items = isObject(is['items']) ? is['items'] : {};
    const choices = isList ? [] : choicesOf(is);
    return {
      name,
      label: name.charAt(0).toLocaleUpperCase('en-US') + name.slice(1),
      description:
        typeof is['description'] === 'string' ? is['description'] : '',
      kind: isList ? 'list' : choices.length > 0 ? 'choice' : 'text',
      type: typeOf(isList ? items : is),
      choices,
      isRequired: required.includes(name),
    };
  });
}

/** What was typed, as the rule takes it: a number where it must be one and is. No text is no value. */
export function valueOf(param: Param, text: string): unknown {
  if (text === '') return undefined;
  if (param.type === 'boolean') return text === 'true';
  const number = Number(text);
  return param.type === 'number' && String(number) === text ? number : text;
}

/** `IS_ENTITY_OWNER` is "Is entity owner". */
export function ruleTitle(name: string): string {
  const words = name.replaceAll('_', ' ').toLocaleLowerCase('en-US');
  return words.charAt(0).toLocaleUpperCase('en-US') + words.slice(1);
}

function valueWords(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(', ') : String(value);
}

function inner(criteria: Criteria): string {
  return criteria.form === 'rule' ? words(criteria) : `(${words(criteria)})`;
}

/** Criteria in one line: "has spec: key type, value service". */
export function words(criteria: Criteria): string {
  switch (criteria.form) {
    case 'not':
      return criteria.part.form === 'not'
        ? words(criteria.part.part)
        : `not ${inner(criteria.part)}`;
    case 'rule': {
      const params = Object.entries(criteria.params).map(
        ([name, value]) => `${name} ${valueWords(value)}`,
      );
      const title = ruleTitle(criteria.rule || 'no rule chosen');
      return params.length > 0 ? `${title}: ${params.join(', ')}` : title;
    }
    default:
      return criteria.parts
        .map(inner)
        .join(criteria.form === 'allOf' ? ' and ' : ' or ');
  }
}

/** A condition of an answer in one line. */
export function conditionWords(json: unknown): string {
  const condition = readCondition(json);
  return condition ? words(condition.conditions) : '';
}
