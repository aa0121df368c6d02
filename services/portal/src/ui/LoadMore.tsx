import { Button } from '@backstage/ui';
import { Problem } from './Problem';
import type { Pages } from './usePages';

/** The foot of a list that comes in pages. */
export function LoadMore<T>(props: { pages: Pages<T>; label: string }) {
  const { more, busy, problem } = props.pages;
  if (!more) return null;
  return (
    <div className="pro-load-more">
      {problem && <Problem>{problem}</Problem>}
      <Button variant="secondary" isPending={busy} onPress={more}>
        {props.label}
      </Button>
    </div>
  );
}
