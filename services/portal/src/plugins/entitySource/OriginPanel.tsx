import type { Entity } from '@backstage/catalog-model';
import type { FieldOrigin } from '../../api/entitySource';
import { fieldPath } from '../../api/fieldPath';
import { Badge } from '../../ui/Badge';
import { EntityChip } from '../../ui/EntityChip';
import { Panel } from '../../ui/Panel';
import { RelativeTime } from '../../ui/RelativeTime';
import { originWords, shortValue, valueAt } from './origin';

/** What was done here stands out. */
const mark = new Set<FieldOrigin['source']['kind']>(['overlay', 'set']);

function OriginRow({
  entity,
  origin,
}: {
  entity: Entity;
  origin: FieldOrigin;
}) {
  const { source } = origin;
  const byPerson = source.actor && /^user:/.test(source.actor);
  return (
    <tr>
      <th scope="row" className="pro-mono pro-any-break">
        {fieldPath(origin.path)}
      </th>
      <td className="pro-mono pro-any-break">
        {shortValue(valueAt(entity, origin.path))}
      </td>
      <td>
        <span className="source-origin">
          <Badge tone={mark.has(source.kind) ? 'accent' : 'plain'}>
            {originWords(source)}
          </Badge>
          {byPerson && source.actor && <EntityChip entityRef={source.actor} />}
          {source.changedAt && mark.has(source.kind) && (
            <span className="pro-quiet">
              <RelativeTime at={source.changedAt} />
            </span>
          )}
        </span>
      </td>
    </tr>
  );
}

/** For each field, who gave it its value. */
export function OriginPanel(props: { entity: Entity; origins: FieldOrigin[] }) {
  if (props.origins.length === 0) return null;
  return (
    <Panel
      title="Field by field"
      introduction="Who gave each field its value."
      flush
    >
      <div className="pro-table-scroll">
        <table className="pro-table source-origins">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Value</th>
              <th scope="col">Comes from</th>
            </tr>
          </thead>
          <tbody>
            {props.origins.map(origin => (
              <OriginRow
                key={origin.path}
                entity={props.entity}
                origin={origin}
              />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
