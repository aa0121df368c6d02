import { Alert, ButtonLink } from '@backstage/ui';
import type { HeldRemoval } from '../../../api/removals';
import { heldShare } from './heldWords';
import { useHeldRemovals } from './useHeldRemovals';

/** Tells whoever may decide that removals wait; of one source when `isMine` picks them. */
export function HeldNotice(props: {
  className?: string;
  isMine?: (removal: HeldRemoval) => boolean;
}) {
  const held = useHeldRemovals().filter(props.isMine ?? (() => true));
  const [first] = held;
  if (!first) return null;
  const one = held.length === 1;
  return (
    <Alert
      className={props.className}
      status="warning"
      icon
      title={one ? 'A removal is held' : `${held.length} removals are held`}
      description={
        one
          ? `${first.source.name} would remove ${heldShare(first)}. They stay until somebody decides.`
          : 'Sources would remove unusually many entities. They stay until somebody decides.'
      }
      customActions={
        <ButtonLink
          variant="secondary"
          size="small"
          href={`/settings/catalog-sources/held${one ? `/${first.id}` : ''}`}
        >
          Look at it
        </ButtonLink>
      }
    />
  );
}
