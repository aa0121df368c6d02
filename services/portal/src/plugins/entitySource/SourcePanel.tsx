import { getCompoundEntityRef, type Entity } from '@backstage/catalog-model';
import { ButtonLink } from '@backstage/ui';
import type { EntitySource } from '../../api/entitySource';
import { FileLink } from '../../ui/FileLink';
import { Panel } from '../../ui/Panel';
import { Problem } from '../../ui/Problem';
import { RelativeTime } from '../../ui/RelativeTime';
import { editPath } from '../managedEntities/paths';

function FileFacts({ source }: { source: EntitySource }) {
  const registered = source.location?.replace(/^url:/, '');
  return (
    <dl className="pro-facts">
      {source.url && (
        <>
          <dt>File</dt>
          <dd>
            <FileLink url={source.url} line={source.line} whole />
          </dd>
        </>
      )}
      {registered && registered !== source.url && (
        <>
          <dt>Registered as</dt>
          <dd>
            <FileLink url={registered} whole />
          </dd>
        </>
      )}
      {source.readAt && (
        <>
          <dt>Read</dt>
          <dd>
            <RelativeTime at={source.readAt} />
          </dd>
        </>
      )}
    </dl>
  );
}

/** The file behind an entity, or that there is none. */
export function SourcePanel(props: {
  entity: Entity;
  source: EntitySource;
  /** The set that the entity is managed in. */
  set?: string;
}) {
  const { source, set } = props;
  return (
    <Panel
      title="Where this comes from"
      actions={
        set && (
          <ButtonLink
            variant="secondary"
            size="small"
            href={editPath(set, getCompoundEntityRef(props.entity))}
          >
            Edit entity
          </ButtonLink>
        )
      }
    >
      {source.problem && <Problem>{source.problem}</Problem>}
      {set ? (
        <p className="source-note">
          This entity is managed here, in the set <code>{set}</code>: it was
          made in the portal or through the API, and no file describes it.
        </p>
      ) : (
        <FileFacts source={source} />
      )}
    </Panel>
  );
}
