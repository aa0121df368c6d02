import { stringifyEntityRef, type Entity } from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { useEffect, useState } from 'react';
import {
  SuggestInput,
  type Suggestion,
  type SuggestInputProps,
} from '../../ui/SuggestInput';

const waitMs = 200;
const mostOffered = 20;

function titleOf({ metadata, spec }: Entity): string {
  const profile = spec?.['profile'] as { displayName?: string } | undefined;
  return metadata.title ?? profile?.displayName ?? metadata.name;
}

/** Entities whose name or title has what is typed. */
function useFoundEntities(
  kinds: readonly string[],
  typed: string,
): Suggestion[] {
  const catalog = useApi(catalogApiRef);
  const [found, setFound] = useState<Suggestion[]>([]);
  const wanted = kinds.join();
  // The name is what a chosen reference is found again by.
  const term = typed.split(/[:/]/).at(-1)?.trim() ?? '';
  useEffect(() => {
    let current = true;
    const ask = async () => {
      const { items } = await catalog.queryEntities({
        filter: wanted ? { kind: wanted.split(',') } : undefined,
        fullTextFilter: term
          ? {
              term,
              fields: [
                'metadata.name',
                'metadata.title',
                'spec.profile.displayName',
              ],
            }
          : undefined,
        fields: [
          'kind',
          'metadata.name',
          'metadata.namespace',
          'metadata.title',
          'spec.profile.displayName',
        ],
        limit: mostOffered,
      });
      if (!current) return;
      setFound(
        items.map(entity => ({
          id: stringifyEntityRef(entity),
          title: titleOf(entity),
          description: stringifyEntityRef(entity),
        })),
      );
    };
    // Without suggestions the field still takes what is typed.
    const timer = setTimeout(() => void ask().catch(() => undefined), waitMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [catalog, wanted, term]);
  return found;
}

export type EntityRefInputProps = Omit<SuggestInputProps, 'suggestions'> & {
  kinds: readonly string[];
};

/** A reference to another entity, found by name or title. */
export function EntityRefInput({ kinds, ...field }: EntityRefInputProps) {
  const suggestions = useFoundEntities(kinds, field.value);
  return <SuggestInput {...field} suggestions={suggestions} />;
}
