import type { ApiFailure } from './failure';

/** One step on the way to a value: a key, a place in a list, or the list item with this value in a field. */
export type PathPart = string | number | { field: string; value: string };

const step =
  /\.?(?:\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\[([\w$-]+)=("(?:[^"\\]|\\.)*")\]|([^.[]+))/gy;

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}

/**
 * The steps of a path in either spelling: JSON pointers (`/links/0/url`) and dotted ones (`links[0].url`,
 * `annotations["a.b/c"]`, `links[url="https://…"].title`).
 */
export function pathParts(path: string): PathPart[] {
  if (path.startsWith('/')) {
    return path
      .slice(1)
      .split('/')
      .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
      .map(part => (/^\d+$/.test(part) ? Number(part) : part));
  }
  return [...path.matchAll(step)].map(
    ([, index, quoted, field, value = '""', plain = '']) => {
      if (index !== undefined) return Number(index);
      if (quoted !== undefined) return unquoted(quoted);
      if (field !== undefined) return { field, value: unquoted(value) };
      return /^\d+$/.test(plain) ? Number(plain) : plain;
    },
  );
}

/** A path in one spelling, `links.0.url`, for comparing. */
export function fieldPath(path: string): string {
  return pathParts(path)
    .map(part =>
      typeof part === 'object' ? `${part.field}=${part.value}` : String(part),
    )
    .join('.');
}

export type FieldErrors = Readonly<Record<string, string>>;

/** What a failure says about fields, by path; `below` takes off a leading part of the path. */
export function fieldErrors(failure: ApiFailure, below = ''): FieldErrors {
  return Object.fromEntries(
    Object.entries(failure.fields).map(([path, text]) => {
      const found = fieldPath(path);
      const inner =
        below && found.startsWith(`${below}.`)
          ? found.slice(below.length + 1)
          : found;
      return [inner, text];
    }),
  );
}

/** The errors that no field of a form shows. */
export function unshownErrors(
  errors: FieldErrors,
  isShown: (path: string) => boolean,
): string[] {
  return Object.entries(errors)
    .filter(([path]) => !isShown(path))
    .map(([path, text]) => (text.includes(path) ? text : `${path}: ${text}`));
}
