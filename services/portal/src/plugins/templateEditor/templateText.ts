import { LineCounter, parseAllDocuments } from 'yaml';

type Json = Record<string, unknown>;

/** What an editor makes of the text of a template's file. */
export type ReadTemplate =
  { template: Json; pages: Json[] } | { problem: string };

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pagesOf(template: Json): Json[] | string {
  const spec = isObject(template.spec) ? template.spec : {};
  const { parameters } = spec;
  if (parameters === undefined || parameters === null) return [];
  const pages = Array.isArray(parameters) ? parameters : [parameters];
  return pages.every(isObject)
    ? pages
    : 'spec.parameters must be a page of the form, or a list of pages.';
}

/** The template among the documents of a file, with the pages of its form; or why there is none, with the line. */
export function readTemplate(text: string, name: string): ReadTemplate {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
  });
  const found = Array.isArray(documents) ? documents : [];
  const broken = found.flatMap(({ errors }) => errors)[0];
  if (broken) {
    const { line } = lines.linePos(broken.pos[0]);
    return {
      problem: `Line ${line}: ${broken.message.replace(/\.$/, '')}.`,
    };
  }
  let values: unknown[];
  try {
    values = found.map(document => document.toJS({ maxAliasCount: 100 }));
  } catch (thrown) {
    return {
      problem: thrown instanceof Error ? thrown.message : String(thrown),
    };
  }
  const templates = values.filter(isObject).filter(v => v.kind === 'Template');
  const isNamed = ({ metadata }: Json) =>
    isObject(metadata) && metadata.name === name;
  const template = templates.find(isNamed) ?? templates[0];
  if (!template) {
    return { problem: 'No document of this file is of kind Template.' };
  }
  const pages = pagesOf(template);
  return typeof pages === 'string' ? { problem: pages } : { template, pages };
}
