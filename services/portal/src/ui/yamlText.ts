import { isMap, LineCounter, parseDocument, stringify } from 'yaml';

/** A value as YAML, without a line break at the end; text in several lines stays readable. */
export function toYaml(value: unknown): string {
  if (value === undefined) return '';
  return stringify(value, {
    lineWidth: 0,
    aliasDuplicateObjects: false,
  }).trimEnd();
}

export type ParsedYaml =
  { value: Record<string, unknown> } | { problem: string; line?: number };

/** The object that `text` is, in YAML or JSON, or what keeps it from being one, with the line. */
export function parseYamlObject(text: string): ParsedYaml {
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
  if (!isMap(document.contents)) {
    return {
      problem: 'An entity begins with fields such as kind: and metadata:.',
    };
  }
  try {
    return {
      value: document.toJS({ maxAliasCount: 100 }) as Record<string, unknown>,
    };
  } catch (thrown) {
    return {
      problem: thrown instanceof Error ? thrown.message : String(thrown),
    };
  }
}
