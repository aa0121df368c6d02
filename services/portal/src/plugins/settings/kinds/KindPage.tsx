import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router-dom';
import { catalogSettingsApiRef } from '../../../api/catalogSettings';
import { CodeView } from '../../../ui/CodeView';
import { ConfirmDialog } from '../../../ui/ConfirmDialog';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { EmptyState, Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { Permitted } from '../Permitted';
import { useMay } from '../useMe';
import { KindForm } from './KindForm';
import { newKindDraft, toKindDraft } from './kindDraft';

const kindsPath = '/settings/kinds';
const back = { href: kindsPath, label: 'Kinds' };

function RemoveButton({ kind }: { kind: string }) {
  const settings = useApi(catalogSettingsApiRef);
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button variant="secondary" destructive onPress={() => setAsking(true)}>
        Remove kind
      </Button>
      {asking && (
        <ConfirmDialog
          title={`Remove the kind ${kind}?`}
          action="Remove kind"
          onConfirm={async () => {
            await settings.removeKind(kind);
            navigate(kindsPath);
          }}
          onClose={() => setAsking(false)}
        >
          Files that have entities of this kind fail from their next read on.
        </ConfirmDialog>
      )}
    </>
  );
}

/** A new kind. */
export function NewKindPage() {
  return (
    <PageFrame
      title="Define a kind"
      introduction="Files and people may bring entities of it as soon as it is saved."
      back={back}
    >
      <Permitted permission="tenant.update" to="define kinds">
        <KindForm start={newKindDraft} isNew />
      </Permitted>
    </PageFrame>
  );
}

/** One kind of the organisation's own. */
export function KindPage() {
  const { kind: name = '' } = useParams();
  const settings = useApi(catalogSettingsApiRef);
  const mayChange = useMay('tenant.update') === true;
  const { load, reload } = useLoad(async () => {
    const kinds = await settings.kinds();
    return kinds.find(({ kind, builtIn }) => kind === name && !builtIn);
  }, name);
  const kind = load.state === 'ready' ? load.value : undefined;
  return (
    <PageFrame
      title={kind?.title ?? name}
      introduction="When it changes, every entity of this kind is checked anew."
      back={back}
      actions={kind && mayChange && <RemoveButton kind={kind.kind} />}
    >
      <Loaded load={load} onRetry={reload} rows={8}>
        {found =>
          !found ? (
            <Panel>
              <EmptyState
                title="There is no such kind"
                action={{ label: 'Show all kinds', href: kindsPath }}
              >
                Nobody has defined {name}, or it was removed.
              </EmptyState>
            </Panel>
          ) : mayChange ? (
            <KindForm
              key={found.kind}
              start={toKindDraft(found)}
              isNew={false}
            />
          ) : (
            <Panel title="Schema">
              <CodeView
                label={`Schema of ${found.kind}`}
                text={JSON.stringify(found.schema ?? {}, null, 2)}
              />
            </Panel>
          )
        }
      </Loaded>
    </PageFrame>
  );
}
