import type { Entity } from '@backstage/catalog-model';
import { expect, test } from 'vitest';
import type { FieldOrigin } from '../../api/entitySource';
import { fileParts } from './fileParts';

test('what was added here or by the catalog is not the file’s', () => {
  const entity: Entity = {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: {
      name: 'x',
      tags: ['rust', 'critical'],
      links: [{ url: 'https://a.org' }, { url: 'https://b.org' }],
      labels: { tier: '1' },
      annotations: {
        'backstage.io/managed-by-location': 'url:https://x.org',
        'acme.org/pager': 'team-a',
        'github.com/project-slug': 'a/b',
      },
    },
  };
  const from = (
    path: string,
    kind: FieldOrigin['source']['kind'],
  ): FieldOrigin => ({
    path,
    source: { kind },
  });
  const origins = [
    from('/metadata/tags/0', 'file'),
    from('/metadata/tags/1', 'overlay'),
    from('/metadata/links/0', 'file'),
    from('/metadata/links/1', 'overlay'),
    from('/metadata/labels/tier', 'overlay'),
    from('/metadata/annotations/backstage.io~1managed-by-location', 'platform'),
    from('/metadata/annotations/acme.org~1pager', 'overlay'),
    from('/metadata/annotations/github.com~1project-slug', 'file'),
  ];
  expect(fileParts(entity, origins)).toEqual({
    tags: ['rust'],
    links: [{ url: 'https://a.org' }],
    labels: {},
    annotations: { 'github.com/project-slug': 'a/b' },
  });
});
