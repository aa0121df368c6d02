import type { Entity } from '@backstage/catalog-model';
import type { EntitySource } from '../../api/entitySource';
import { FileLink } from '../../ui/FileLink';
import { Panel } from '../../ui/Panel';

interface StatusItem {
  type: string;
  level: string;
  message: string;
}

/** What the catalog says about the entity's own health. */
export function statusItems(entity: Entity): StatusItem[] {
  const { items } =
    (entity as { status?: { items?: StatusItem[] } }).status ?? {};
  return items ?? [];
}

/** Problems of the entity, with the place to repair them; nothing when it is well. */
export function StatusPanel(props: { entity: Entity; source: EntitySource }) {
  const items = statusItems(props.entity);
  if (items.length === 0) return null;
  return (
    <Panel title="Problems">
      <ul className="source-status">
        {items.map((item, at) => (
          <li key={at} data-level={item.level}>
            <strong>{item.level === 'error' ? 'Error' : 'Note'}</strong>
            <span className="pro-any-break">{item.message}</span>
            {props.source.url && (
              <span>
                See <FileLink url={props.source.url} line={props.source.line} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
