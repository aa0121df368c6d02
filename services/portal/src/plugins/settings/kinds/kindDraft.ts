import { parseDocument, LineCounter } from 'yaml';
import type {
  CatalogKind,
  KindDefinition,
  RelationRule,
} from '../../../api/catalogSettings';
import { pathParts, type FieldErrors } from '../../../api/fieldPath';
import type { ApiFailure } from '../../../api/failure';
import type { JsonObject } from '../../../api/types';
import { parseYaml } from '../../../ui/yamlText';

/** A kind as it is typed: the schema is text. */
export interface KindDraft {
  kind: string;
  title: string;
  apiVersions: string[];
  schema: string;
  relations: RelationRule[];
}

export const emptyRule: RelationRule = {
  field: 'spec.',
  type: '',
  reverse: '',
};

const firstSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['owner'],
      properties: {
        owner: { type: 'string', minLength: 1 },
        type: { type: 'string', description: 'What sort of it this is.' },
      },
    },
  },
};

/** A kind to begin with: it has an owner. */
export const newKindDraft: KindDraft = {
  kind: '',
  title: '',
  apiVersions: [],
  schema: JSON.stringify(firstSchema, null, 2),
  relations: [
    {
      field: 'spec.owner',
      type: 'ownedBy',
      reverse: 'ownerOf',
      defaultKind: 'Group',
    },
  ],
};

export function toKindDraft(kind: CatalogKind): KindDraft {
  return {
    kind: kind.kind,
    title: kind.title ?? '',
    apiVersions: kind.apiVersions ?? [],
    schema: JSON.stringify(kind.schema ?? {}, null, 2),
    relations: kind.relations ?? [],
  };
}

/** The line of the schema text on which the value at `parts` stands. */
export function schemaLine(
  text: string,
  parts: readonly (string | number)[],
): number | undefined {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
  });
  for (let length = parts.length; length > 0; length--) {
    const node = document.getIn(parts.slice(0, length), true) as
      { range?: number[] } | undefined;
    const start = node?.range?.[0];
    if (start !== undefined) return counter.linePos(start).line;
  }
  return undefined;
}

function isBlankRule({ field, type, reverse }: RelationRule): boolean {
  return (
    !type.trim() && !reverse.trim() && ['', 'spec.'].includes(field.trim())
  );
}

const kindPattern = /^[A-Za-z][A-Za-z0-9]{0,62}$/;

/** What is wrong before anybody is asked, by path. */
export function kindErrors(draft: KindDraft): FieldErrors {
  const errors: Record<string, string> = {};
  if (!kindPattern.test(draft.kind.trim())) {
    errors['kind'] =
      'A kind has letters and digits and begins with a letter, such as Machine.';
  }
  const schema = parseYaml(draft.schema);
  if ('problem' in schema) errors['schema'] = schema.problem;
  else if (
    typeof schema.value !== 'object' ||
    schema.value === null ||
    Array.isArray(schema.value)
  ) {
    errors['schema'] = 'A schema is an object: { … }.';
  }
  draft.relations.forEach((rule, at) => {
    if (isBlankRule(rule)) return;
    if (!/^spec\.\S+$/.test(rule.field.trim())) {
      errors[`relations.${at}.field`] =
        'Name a field below spec, such as spec.owner.';
    }
    if (!rule.type.trim())
      errors[`relations.${at}.type`] = 'Enter a relation, such as ownedBy.';
    if (!rule.reverse.trim()) {
      errors[`relations.${at}.reverse`] =
        'Enter the way back, such as ownerOf.';
    }
  });
  return errors;
}

/** What to send for a draft without errors. */
export function toDefinition(draft: KindDraft): KindDefinition {
  const schema = parseYaml(draft.schema);
  return {
    title: draft.title.trim() || undefined,
    apiVersions: draft.apiVersions,
    schema: ('value' in schema ? schema.value : {}) as JsonObject,
    relations: draft.relations
      .filter(rule => !isBlankRule(rule))
      .map(rule => ({
        ...rule,
        field: rule.field.trim(),
        type: rule.type.trim(),
        reverse: rule.reverse.trim(),
        defaultKind: rule.defaultKind?.trim() || undefined,
        targetKind: rule.targetKind?.trim() || undefined,
      })),
  };
}

/** What the server says, by path; mistakes in the schema are told with their line. */
export function serverErrors(
  failure: ApiFailure,
  draft: KindDraft,
): FieldErrors {
  const errors: Record<string, string> = {};
  for (const [place, message] of Object.entries(failure.fields)) {
    const parts = pathParts(`/${place.replace(/^\//, '')}`).filter(
      part => typeof part !== 'object',
    );
    if (parts[0] !== 'schema') {
      errors[parts.join('.')] = message;
      continue;
    }
    const inside = parts.slice(1);
    const line = schemaLine(draft.schema, inside);
    const where = [line && `Line ${line}`, inside.join('.')]
      .filter(Boolean)
      .join(', ');
    errors['schema'] = where ? `${where}: ${message}` : message;
  }
  return errors;
}
