import { LineCounter, parseDocument, stringify } from 'yaml';

/** A value as YAML, without a line break at the end; text in several lines stays readable. */
export function toYaml(value: unknown): string {
  if (value === undefined) return '';
  return stringify(value, {
    lineWidth: 0,
    aliasDuplicateObjects: false,
  }).trimEnd();
}

type Parsed<T> = { value: T } | { problem: string; line?: number };
export type ParsedYaml = Parsed<Record<string, unknown>>;

/** The value that `text` is, in YAML or JSON, or what keeps it from being one, with the line. */
export function parseYaml(text: string): Parsed<unknown> {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
  });
  const error = document.errors[0];
  if (error) {
    const { line } = counter.linePos(error.pos[0]);
    const reason = error.message.replace(/\.$/, '');
    return { problem: `Line ${line}: ${reason}.`, line };
  }
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) as unknown };
  } catch (thrown) {
    return {
      problem: thrown instanceof Error ? thrown.message : String(thrown),
    };
  }
}

/** As `parseYaml`, for an entity. */
export function parseYamlObject(text: string): ParsedYaml {
  const parsed = parseYaml(text);
  if ('problem' in parsed) return parsed;
  const { value } = parsed;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { value: value as Record<string, unknown> };
  }
  return {
    problem: 'An entity begins with fields such as kind: and metadata:.',
  };
}
