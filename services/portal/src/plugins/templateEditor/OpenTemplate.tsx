import { stringifyEntityRef } from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { Link } from 'react-router-dom';
import { templateEditorApiRef } from '../../api/templateEditor';
import { Panel } from '../../ui/Panel';
import { EmptyState, Loaded } from '../../ui/states';
import { Status } from '../../ui/Status';
import { useLoad } from '../../ui/useLoad';
import './editor.css';
import { editorPath } from './paths';
import { outcomeWords } from './resultWords';

const fields = [
  'kind',
  'metadata.namespace',
  'metadata.name',
  'metadata.title',
  'metadata.description',
];

/** The templates of the catalog, to be opened in the editor. */
export function OpenTemplate() {
  const catalog = useApi(catalogApiRef);
  const editor = useApi(templateEditorApiRef);
  const { load, reload } = useLoad(async () => {
    const [{ items }, outcomes] = await Promise.all([
      catalog.queryEntities({
        filter: { kind: 'template' },
        fields,
        orderFields: { field: 'metadata.name', order: 'asc' },
        limit: 500,
      }),
      editor.outcomes(),
    ]);
    return items.map(entity => ({
      entity,
      tests: outcomeWords(
        outcomes.find(
          ({ templateRef }) => templateRef === stringifyEntityRef(entity),
        ),
      ),
    }));
  });
  return (
    <div className="pro-page editor-open">
      <Panel
        title="Templates of the catalog"
        introduction="Open one to change it with its form beside it, try it without effects, and run its tests."
        flush
      >
        <Loaded load={load} onRetry={reload}>
          {items =>
            items.length === 0 ? (
              <EmptyState
                title="No templates yet"
                action={{ label: 'Register repository', href: '/register' }}
              >
                Templates appear here when a repository with a template.yaml is
                registered.
              </EmptyState>
            ) : (
              <ul className="pro-list" aria-label="Templates of the catalog">
                {items.map(({ entity, tests }) => (
                  <li key={stringifyEntityRef(entity)}>
                    <div className="pro-grow">
                      <Link
                        className="pro-link pro-link-strong"
                        to={editorPath(entity)}
                      >
                        {entity.metadata.title ?? entity.metadata.name}
                      </Link>
                      {entity.metadata.description && (
                        <div className="pro-quiet pro-cut">
                          {entity.metadata.description}
                        </div>
                      )}
                    </div>
                    <Status tone={tests.tone}>{tests.words}</Status>
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
    </div>
  );
}
