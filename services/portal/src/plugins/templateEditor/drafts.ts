import type { TemplateFiles } from '../../api/templateEditor';
import type { EditedFile } from './files';

const most = 10;
const drafts = new Map<string, EditedFile[]>();

/** A draft belongs to what it was made of: another commit is another template. */
function keyOf(opened: TemplateFiles): string {
  return `${opened.entityRef} ${opened.commit ?? ''}`;
}

/**
 * What somebody wrote and did not take anywhere yet. The page may be drawn anew under them, for instance when their system
 * goes dark in the evening, and they may look at another page and come back.
 */
export function draftOf(opened: TemplateFiles): EditedFile[] | undefined {
  return drafts.get(keyOf(opened));
}

/** Keeps a draft, or forgets it; of many, the latest. */
export function keepDraft(
  opened: TemplateFiles,
  files: EditedFile[] | undefined,
): void {
  drafts.delete(keyOf(opened));
  if (files) drafts.set(keyOf(opened), files);
  const oldest = drafts.keys().next().value;
  if (drafts.size > most && oldest !== undefined) drafts.delete(oldest);
}
