import type { RenderedPage, Rendering } from '../api/types';

/** Where the operator's browser gets a picture that a report names. */
export function pictureAddress(
  rollout: string,
  organization: string,
  file: string,
): string {
  const part = `rollouts/${rollout}/organizations/${organization}`;
  return `/api/plugins/v1/operator/${part}/pictures/${encodeURIComponent(file)}`;
}

/** What rendering came to, in one sentence or two. */
export function renderingWords(rendering: Rendering): string {
  const { notRendered, browser, pages } = rendering;
  if (notRendered) return `Its pages were not rendered. ${notRendered}`;
  const count =
    pages.length === 1 ? '1 page was' : `${pages.length} pages were`;
  const opened = `${count} opened in ${browser ?? 'a browser'} under both versions.`;
  const broken = pages.filter(page => page.broken.length > 0).length;
  if (broken === 0) return `${opened} None breaks with the new one.`;
  const fails = broken === 1 ? '1 breaks' : `${broken} break`;
  return `${opened} ${fails} with the new one.`;
}

const kinds: Record<string, string> = {
  start: 'first page',
  page: 'page',
  'entity-content': 'tab of an entity',
  'entity-card': 'card of an entity',
};

/** What kind of page it is, in words. */
export function kindWords({ kind }: RenderedPage): string {
  return kinds[kind] ?? 'page';
}
