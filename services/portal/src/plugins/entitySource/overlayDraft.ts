import type { EntityLink } from '@backstage/catalog-model';
import type { FieldErrors } from '../../api/fieldPath';
import type { FileParts } from './fileParts';
import type { Overlay } from '../../api/entitySource';

export interface KeyedRow {
  key: string;
  value: string;
}

export interface LinkRow {
  url: string;
  title: string;
  type: string;
}

/** An overlay as it is typed: rows may be unfinished. */
export interface OverlayDraft {
  links: LinkRow[];
  annotations: KeyedRow[];
  labels: KeyedRow[];
  tags: string[];
}

const noParts: FileParts = { links: [], tags: [], labels: {}, annotations: {} };
export const emptyLink: LinkRow = { url: '', title: '', type: '' };
export const emptyKeyed: KeyedRow = { key: '', value: '' };

const keyed = (map: Record<string, string>): KeyedRow[] =>
  Object.entries(map).map(([key, value]) => ({ key, value }));

export function toDraft(overlay: Overlay): OverlayDraft {
  return {
    links: overlay.links.map(({ url, title, type }) => ({
      url,
      title: title ?? '',
      type: type ?? '',
    })),
    annotations: keyed(overlay.annotations),
    labels: keyed(overlay.labels),
    tags: overlay.tags,
  };
}

const isBlankKeyed = ({ key, value }: KeyedRow) => !key.trim() && !value.trim();
const isBlankLink = (row: LinkRow) =>
  !row.url.trim() && !row.title.trim() && !row.type.trim();

/** What is wrong with the rows, by path: `links.0.url`, `labels.1.key`. */
export function draftErrors(
  draft: OverlayDraft,
  file: FileParts = noParts,
): FieldErrors {
  const errors: Record<string, string> = {};
  draft.links.forEach((row, at) => {
    if (!isBlankLink(row) && !URL.canParse(row.url.trim())) {
      errors[`links.${at}.url`] = 'Enter a whole address, https://…';
    }
  });
  for (const part of ['annotations', 'labels'] as const) {
    const seen = new Set<string>();
    draft[part].forEach((row, at) => {
      if (isBlankKeyed(row)) return;
      const key = row.key.trim();
      if (!key) errors[`${part}.${at}.key`] = 'Enter a key.';
      else if (seen.has(key))
        errors[`${part}.${at}.key`] = 'This key is here already.';
      else if (key in file[part])
        errors[`${part}.${at}.key`] = 'The file sets this, and the file wins.';
      seen.add(key);
    });
  }
  return errors;
}

const asMap = (rows: KeyedRow[]) =>
  Object.fromEntries(
    rows
      .filter(row => !isBlankKeyed(row))
      .map(({ key, value }) => [key.trim(), value.trim()]),
  );

/** The overlay that a draft without errors stands for; blank rows count for nothing. */
export function fromDraft(draft: OverlayDraft, before: Overlay): Overlay {
  const links = draft.links
    .filter(row => !isBlankLink(row))
    .map((row): EntityLink => {
      const url = row.url.trim();
      const icon = before.links.find(link => link.url === url)?.icon;
      return {
        url,
        ...(row.title.trim() && { title: row.title.trim() }),
        ...(icon && { icon }),
        ...(row.type.trim() && { type: row.type.trim() }),
      };
    });
  return {
    links,
    annotations: asMap(draft.annotations),
    labels: asMap(draft.labels),
    tags: draft.tags,
  };
}

export function isEmptyOverlay(overlay: Overlay): boolean {
  return (
    overlay.links.length === 0 &&
    overlay.tags.length === 0 &&
    Object.keys(overlay.annotations).length === 0 &&
    Object.keys(overlay.labels).length === 0
  );
}

/**
 * The server names a label by its key (`labels.tier`), the form by its row (`labels.0.value`): translates one to the
 * other.
 */
export function rowErrors(
  errors: FieldErrors,
  draft: OverlayDraft,
): FieldErrors {
  return Object.fromEntries(
    Object.entries(errors).map(([path, text]) => {
      const [part, ...rest] = path.split('.');
      if (part !== 'annotations' && part !== 'labels') return [path, text];
      const key = rest.join('.');
      const at = draft[part].findIndex(row => row.key.trim() === key);
      return [at < 0 ? path : `${part}.${at}.key`, text];
    }),
  );
}
