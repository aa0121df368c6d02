import {
  EntityRefLink,
  useEntityPresentation,
} from '@backstage/plugin-catalog-react';
import { Avatar } from '@backstage/ui';

/** A person or a group: avatar and name, leading to their page. */
export function EntityChip({ entityRef }: { entityRef: string }) {
  const { primaryTitle } = useEntityPresentation(entityRef);
  return (
    <span className="pro-chip">
      <Avatar src="" name={primaryTitle} size="x-small" purpose="decoration" />
      <EntityRefLink entityRef={entityRef} hideIcon />
    </span>
  );
}
