import {
  EntityRefLink,
  useEntityPresentation,
} from '@backstage/plugin-catalog-react';
import { Avatar } from '@backstage/ui';

export interface EntityChipProps {
  entityRef: string;
  /** Whether it stands inside something to click, where a link has no place. */
  plain?: boolean;
}

/** A person or a group: avatar and name, leading to their page. */
export function EntityChip({ entityRef, plain }: EntityChipProps) {
  const { primaryTitle } = useEntityPresentation(entityRef);
  return (
    <span className="pro-chip" title={plain ? entityRef : undefined}>
      <Avatar src="" name={primaryTitle} size="x-small" purpose="decoration" />
      {plain ? primaryTitle : <EntityRefLink entityRef={entityRef} hideIcon />}
    </span>
  );
}
