import type { Entity } from '@backstage/catalog-model';
import { useApi } from '@backstage/frontend-plugin-api';
import {
  Alert,
  ButtonLink,
  ToggleButton,
  ToggleButtonGroup,
} from '@backstage/ui';
import { useState } from 'react';
import { entityHistoryApiRef } from '../../api/entityHistory';
import { CodeView } from '../../ui/CodeView';
import { DiffView } from '../../ui/DiffView';
import { diffLines, withContext } from '../../ui/lineDiff';
import { Panel } from '../../ui/Panel';
import { Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import { toYaml } from '../../ui/yamlText';
import { withoutBookkeeping } from './bookkeeping';

type Shown = 'entity' | 'since';

function SinceThen(props: { then: Entity; now: Entity }) {
  const lines = diffLines(
    toYaml(withoutBookkeeping(props.then)).split('\n'),
    toYaml(withoutBookkeeping(props.now)).split('\n'),
  );
  if (lines.every(line => line.mark === 'same')) {
    return <p className="pro-quiet">Nothing has changed since then.</p>;
  }
  return <DiffView lines={withContext(lines)} label="Changes since then" />;
}

/** The entity as it was at a moment, and what is different now. */
export function VersionView(props: {
  entityRef: string;
  now: Entity;
  at: string;
}) {
  const history = useApi(entityHistoryApiRef);
  const [shown, setShown] = useState<Shown>('entity');
  const { load, reload } = useLoad(
    () => history.entity(props.entityRef, props.at),
    `${props.entityRef} ${props.at}`,
  );
  const moment = new Date(props.at).toLocaleString(undefined, {
    dateStyle: 'medium',
    timeStyle: 'medium',
  });
  return (
    <div className="pro-stack">
      <Alert
        status="info"
        icon
        title={`As it was on ${moment}`}
        description="This is how the catalog knew the entity then. The rest of the page shows it as it is now."
        customActions={
          <ButtonLink href="?" variant="secondary" size="small">
            Back to the history
          </ButtonLink>
        }
      />
      <Panel
        title={
          shown === 'entity' ? 'The entity then' : 'What changed since then'
        }
        actions={
          <ToggleButtonGroup
            aria-label="What to show"
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[shown]}
            onSelectionChange={keys => setShown([...keys][0] as Shown)}
          >
            <ToggleButton id="entity">Entity</ToggleButton>
            <ToggleButton id="since">Changes since</ToggleButton>
          </ToggleButtonGroup>
        }
      >
        <Loaded load={load} onRetry={reload} rows={8}>
          {then =>
            shown === 'entity' ? (
              <CodeView
                label={`The entity as of ${moment}`}
                text={toYaml(withoutBookkeeping(then))}
              />
            ) : (
              <SinceThen then={then} now={props.now} />
            )
          }
        </Loaded>
      </Panel>
    </div>
  );
}
