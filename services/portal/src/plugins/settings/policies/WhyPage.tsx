import { useApi } from '@backstage/frontend-plugin-api';
import { Button, Select } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { asFailure } from '../../../api/failure';
import {
  policiesApiRef,
  type Explanation,
  type PermissionCatalogue,
} from '../../../api/policies';
import { tenantAdminApiRef } from '../../../api/tenantAdmin';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';
import { Status } from '../../../ui/Status';
import { Loaded } from '../../../ui/states';
import { SuggestInput } from '../../../ui/SuggestInput';
import { TextInput } from '../../../ui/TextInput';
import { useLoad } from '../../../ui/useLoad';
import { Permitted } from '../Permitted';
import { conditionWords } from './criteria';
import { permissionSuggestions } from './known';
import './policies.css';

const decisions: Record<
  string,
  { tone: 'good' | 'bad' | 'warning'; text: string }
> = {
  allow: { tone: 'good', text: 'Allowed' },
  deny: { tone: 'bad', text: 'Denied' },
  conditional: { tone: 'warning', text: 'Allowed under a condition' },
};

function Decision({ word }: { word: string }) {
  const known = decisions[word];
  return <Status tone={known?.tone ?? 'quiet'}>{known?.text ?? word}</Status>;
}

function Reason({ reason }: { reason: Explanation['reasons'][number] }) {
  return (
    <li data-decides={reason.decides ? '' : undefined}>
      <div className="pro-grow">
        <strong>
          {reason.role
            ? `Role ${reason.role}`
            : `Built-in role ${reason.subject}`}
        </strong>{' '}
        {reason.role ? (
          <>
            {reason.effect === 'allow' ? 'allows' : 'denies'} it, through{' '}
            <span className="pro-mono">{reason.subject}</span>
          </>
        ) : reason.effect === 'allow' ? (
          'comes with it'
        ) : (
          'does not come with it'
        )}
        {reason.condition && (
          <div className="pro-quiet pro-any-break">
            where {conditionWords(reason.condition)}
          </div>
        )}
      </div>
      {reason.decides && <Status tone="busy">This decided</Status>}
    </li>
  );
}

function Answer({ answer }: { answer: Explanation }) {
  return (
    <Panel
      title={answer.permission}
      introduction={`For ${answer.userEntityRef}, whose refs are ${answer.refs.join(', ')}`}
      actions={<Decision word={answer.onResource ?? answer.decision} />}
      flush
    >
      {answer.condition && (
        <p className="pro-panel-body pro-any-break">
          Where {conditionWords(answer.condition)}
        </p>
      )}
      <ul className="pro-list">
        {answer.reasons.map((reason, at) => (
          <Reason key={at} reason={reason} />
        ))}
      </ul>
    </Panel>
  );
}

function Ask(props: {
  members: { id: string; name: string }[];
  catalogue: PermissionCatalogue;
}) {
  const api = useApi(policiesApiRef);
  const [member, setMember] = useState('');
  const [permission, setPermission] = useState('catalog.entity.read');
  const [resourceRef, setResourceRef] = useState('');
  const [answer, setAnswer] = useState<Explanation>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const ask = async () => {
    setBusy(true);
    setProblem(undefined);
    setAnswer(undefined);
    try {
      setAnswer(await api.explain({ member, permission, resourceRef }));
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void ask();
  };
  return (
    <div className="pro-stack">
      <Panel>
        <form className="pro-form" onSubmit={submit} noValidate>
          {problem && <Problem>{problem}</Problem>}
          <Select
            label="Who"
            placeholder="Choose a member"
            search={{ placeholder: 'Find by name' }}
            options={props.members.map(({ id, name }) => ({ id, label: name }))}
            value={member || null}
            onChange={key => typeof key === 'string' && setMember(key)}
          />
          <SuggestInput
            label="Permission"
            value={permission}
            onChange={setPermission}
            suggestions={permissionSuggestions(props.catalogue)}
          />
          <TextInput
            label="On which resource"
            description="An entity's ref, or what a plugin calls its own by; may stay empty."
            placeholder="component:default/shop"
            value={resourceRef}
            onChange={setResourceRef}
          />
          <div className="pro-form-foot">
            <Button
              type="submit"
              variant="primary"
              isPending={busy}
              isDisabled={!member || !permission}
            >
              Explain
            </Button>
          </div>
        </form>
      </Panel>
      {answer && <Answer answer={answer} />}
    </div>
  );
}

function Why() {
  const api = useApi(policiesApiRef);
  const admin = useApi(tenantAdminApiRef);
  const { load, reload } = useLoad(() =>
    Promise.all([admin.listMembers(), api.listPermissions()]),
  );
  return (
    <Loaded load={load} onRetry={reload} rows={4}>
      {([members, catalogue]) => (
        <Ask members={members} catalogue={catalogue} />
      )}
    </Loaded>
  );
}

/** Why somebody may or may not do something. */
export function WhyPage() {
  return (
    <PageFrame
      title="Why?"
      introduction="Every decision can be explained: which rules spoke, and which of them decided."
      back={{ href: '/settings/roles', label: 'Roles and policies' }}
    >
      <Permitted permission="tenant.policy.read" to="see roles and policies">
        <Why />
      </Permitted>
    </PageFrame>
  );
}
