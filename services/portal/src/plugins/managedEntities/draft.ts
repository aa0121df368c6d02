import type { Entity } from '@backstage/catalog-model';
import { mayBeEmpty, type KindForm } from './fields';
import type { FieldErrors } from '../../api/fieldPath';

/** An entity as it is being written: anything may be missing. */
export type Draft = Record<string, unknown>;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function getAt(draft: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, part) => (isObject(at) ? at[part] : undefined),
    draft,
  );
}

/** The draft with another value at `path`; `undefined` takes the field away, and holders that are empty then. */
export function setAt(
  draft: Draft,
  path: readonly string[],
  value: unknown,
): Draft {
  const [first, ...rest] = path;
  if (first === undefined) return draft;
  const inner = draft[first];
  const changed =
    rest.length === 0
      ? value
      : setAt(isObject(inner) ? inner : {}, rest, value);
  const gone =
    changed === undefined ||
    (rest.length > 0 && isObject(changed) && Object.keys(changed).length === 0);
  if (!gone) return { ...draft, [first]: changed };
  return Object.fromEntries(
    Object.entries(draft).filter(([key]) => key !== first),
  );
}

/** A new entity of a kind. */
export function emptyDraft(form: KindForm): Draft {
  return {
    apiVersion: form.apiVersion,
    kind: form.kind,
    metadata: { name: '' },
  };
}

/** The same entity as one of another kind: what both forms ask is kept. */
export function ofKind(draft: Draft, form: KindForm): Draft {
  const kept = form.fields
    .map(field => [field.path, getAt(draft, field.path)] as const)
    .filter(([, value]) => value !== undefined)
    .reduce<Draft>((made, [path, value]) => setAt(made, path, value), {});
  return {
    apiVersion: form.apiVersion,
    kind: form.kind,
    metadata: draft['metadata'] ?? { name: '' },
    ...kept,
  };
}

function isBlank(value: unknown): boolean {
  return (
    value === undefined ||
    value === null ||
    (typeof value === 'string' && value.trim() === '') ||
    (Array.isArray(value) && value.every(isBlank)) ||
    (isObject(value) && Object.values(value).every(isBlank))
  );
}

function trimmed(value: unknown): unknown {
  if (typeof value === 'string')
    return value.includes('\n') ? value : value.trim();
  if (Array.isArray(value))
    return value.filter(item => !isBlank(item)).map(trimmed);
  return value;
}

/** The entity to save: blank fields left out, required lists there. */
export function toEntity(draft: Draft, form: KindForm | undefined): Entity {
  let entity = draft;
  for (const { path, ...field } of form?.fields ?? []) {
    const value = getAt(entity, path);
    const asList =
      field.required && mayBeEmpty({ path, ...field }) && isBlank(value);
    entity = setAt(
      entity,
      path,
      asList ? [] : isBlank(value) ? undefined : trimmed(value),
    );
  }
  const metadata = isObject(entity['metadata']) ? entity['metadata'] : {};
  const kept = Object.entries(metadata)
    .filter(([, value]) => !isBlank(value))
    .map(([key, value]) => [key, trimmed(value)]);
  return { ...entity, metadata: Object.fromEntries(kept) } as Entity;
}

const namePattern = /^[a-z0-9A-Z]+([-_.][a-z0-9A-Z]+)*$/;
const namespacePattern = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const longestName = 63;

function nameProblem(name: unknown): string | undefined {
  if (typeof name !== 'string' || !name.trim()) return 'Enter a name.';
  if (name.trim().length > longestName)
    return `A name has at most ${longestName} characters.`;
  return namePattern.test(name.trim())
    ? undefined
    : 'A name has letters and digits, with single -, _ or . between them.';
}

/** What is wrong before anybody is asked, by path. */
export function draftProblems(
  draft: Draft,
  form: KindForm | undefined,
): FieldErrors {
  const problems: Record<string, string> = {};
  const name = nameProblem(getAt(draft, ['metadata', 'name']));
  if (name) problems['metadata.name'] = name;
  const namespace = getAt(draft, ['metadata', 'namespace']);
  if (
    typeof namespace === 'string' &&
    namespace &&
    !namespacePattern.test(namespace)
  ) {
    problems['metadata.namespace'] =
      'A namespace has small letters and digits, with single - between them.';
  }
  for (const field of form?.fields ?? []) {
    if (
      field.required &&
      !mayBeEmpty(field) &&
      isBlank(getAt(draft, field.path))
    ) {
      problems[field.path.join('.')] = `${field.label} is needed.`;
    }
  }
  return problems;
}

/** What is said about a field or anything inside it. */
export function errorAt(
  errors: FieldErrors,
  path: readonly string[],
): string | undefined {
  const own = path.join('.');
  return Object.entries(errors).find(
    ([found]) => found === own || found.startsWith(`${own}.`),
  )?.[1];
}
