import { useApi } from '@backstage/frontend-plugin-api';
import { Button, PasswordField, Select } from '@backstage/ui';
import { useRef, useState, type FormEvent } from 'react';
import { useNavigate, useParams } from 'react-router-dom';
import { asFailure } from '../../../api/failure';
import type { FieldErrors } from '../../../api/fieldPath';
import { signInSettingsApiRef } from '../../../api/signInSettings';
import type { FoundProvider, IdentityProvider } from '../../../api/types';
import { ConfirmDialog } from '../../../ui/ConfirmDialog';
import { CopyField } from '../../../ui/CopyField';
import { focusFirstError } from '../../../ui/focusFirstError';
import { NoPermission } from '../../../ui/NoPermission';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';
import { Status } from '../../../ui/Status';
import { Loaded } from '../../../ui/states';
import { TextInput } from '../../../ui/TextInput';
import { useLoad } from '../../../ui/useLoad';
import { Permitted } from '../Permitted';
import { useMay } from '../useMe';
import { MappingFields } from './MappingFields';
import { PreviewPanel } from './PreviewPanel';
import {
  draftOf,
  kindTitles,
  nameFromTitle,
  newProviderDraft,
  sameConnection,
  toForm,
  type ProviderDraft,
} from './providerDraft';
import './signIn.css';
import { TestPanel } from './TestPanel';

const back = { href: '/settings/sign-in', label: 'Sign-in' };

interface ConnectionProps {
  draft: ProviderDraft;
  errors: FieldErrors;
  redirectUri: string;
  hasSecret: boolean;
  onChange: (draft: ProviderDraft) => void;
  onErrors: (errors: FieldErrors) => void;
}

function Found({ found }: { found: FoundProvider }) {
  return (
    <p role="status">
      <Status tone="good">The provider was found</Status>{' '}
      <span className="pro-quiet pro-any-break">
        People sign in at {found.authorizationEndpoint}
      </span>
    </p>
  );
}

function IssuerField(props: ConnectionProps) {
  const settings = useApi(signInSettingsApiRef);
  const { draft, errors, onChange, onErrors } = props;
  const [found, setFound] = useState<FoundProvider>();
  const [busy, setBusy] = useState(false);
  const find = async () => {
    setBusy(true);
    setFound(undefined);
    onErrors({});
    try {
      const { kind, issuer, name } = draft;
      setFound(await settings.discover({ kind, issuer, name }));
    } catch (thrown) {
      const failure = asFailure(thrown);
      const named = Object.keys(failure.fields).length > 0;
      onErrors(named ? failure.fields : { issuer: failure.message });
    } finally {
      setBusy(false);
    }
  };
  const isGithub = draft.kind === 'github';
  return (
    <>
      <TextInput
        label={isGithub ? 'Address of GitHub' : 'Issuer'}
        name="issuer"
        description={
          isGithub
            ? 'https://github.com, or the start page of your own server.'
            : 'As the provider shows it. Its description of itself is read from there.'
        }
        placeholder="https://id.example.com"
        value={draft.issuer}
        onChange={issuer => {
          setFound(undefined);
          onChange({ ...draft, issuer });
        }}
        error={errors['issuer']}
      />
      {found && <Found found={found} />}
      {!isGithub && (
        <div>
          <Button
            size="small"
            variant="secondary"
            isPending={busy}
            onPress={() => void find()}
          >
            Find provider
          </Button>
        </div>
      )}
    </>
  );
}

function ConnectionFields(props: ConnectionProps) {
  const { draft, errors, onChange, hasSecret } = props;
  const isNamed = draft.name !== nameFromTitle(draft.title);
  return (
    <>
      <TextInput
        label="Title"
        name="title"
        description="The button says: Sign in with …"
        value={draft.title}
        onChange={title =>
          onChange({
            ...draft,
            title,
            name: isNamed ? draft.name : nameFromTitle(title),
          })
        }
        error={errors['title']}
      />
      <TextInput
        label="Name in addresses"
        name="name"
        value={draft.name}
        onChange={name => onChange({ ...draft, name })}
        error={errors['name']}
      />
      <div>
        <CopyField label="Redirect URI" text={props.redirectUri} />
        <p className="pro-quiet">
          Enter exactly this as the redirect URI of the client at the provider.
        </p>
      </div>
      <IssuerField {...props} />
      <TextInput
        label="Client id"
        name="clientId"
        value={draft.clientId}
        onChange={clientId => onChange({ ...draft, clientId })}
        error={errors['clientId']}
      />
      <div className="pro-field">
        <PasswordField
          label="Client secret"
          name="clientSecret"
          size="small"
          autoComplete="off"
          description={
            hasSecret
              ? 'One is stored, encrypted. Leave this empty to keep it.'
              : 'Stored encrypted and never shown again.'
          }
          value={draft.clientSecret}
          onChange={clientSecret => onChange({ ...draft, clientSecret })}
          isInvalid={Boolean(errors['clientSecret'])}
          validationBehavior="aria"
        />
        {errors['clientSecret'] && (
          <p className="pro-field-error" role="alert">
            {errors['clientSecret']}
          </p>
        )}
      </div>
      <TextInput
        label="Scopes"
        name="scopes"
        description="What is asked for. Empty: the usual ones."
        placeholder={
          draft.kind === 'github'
            ? 'read:user user:email read:org'
            : 'openid profile email'
        }
        value={draft.scopes}
        onChange={scopes => onChange({ ...draft, scopes })}
        error={errors['settings.scopes']}
      />
    </>
  );
}

function KindField(props: {
  draft: ProviderDraft;
  onChange: (draft: ProviderDraft) => void;
}) {
  return (
    <Select
      label="Protocol"
      options={[
        { id: 'oidc', label: kindTitles.oidc },
        { id: 'github', label: kindTitles.github },
      ]}
      value={props.draft.kind}
      onChange={key =>
        props.onChange(newProviderDraft(key === 'github' ? 'github' : 'oidc'))
      }
    />
  );
}

interface EditorProps {
  provider?: IdentityProvider;
  redirectUriPattern: string;
  onSaved: () => void;
}

/** What the form does: tests, saves, and shows what is wrong at the fields. */
function useEditor({ provider, onSaved }: EditorProps) {
  const settings = useApi(signInSettingsApiRef);
  const [draft, setDraft] = useState<ProviderDraft>(() =>
    provider ? draftOf(provider) : newProviderDraft('oidc'),
  );
  const [tested, setTested] = useState<{ id: string; draft: ProviderDraft }>();
  const [errors, setErrors] = useState<FieldErrors>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState<'test' | 'save'>();
  const formRef = useRef<HTMLFormElement>(null);
  const isStale = tested !== undefined && !sameConnection(tested.draft, draft);

  const attempt = async (what: 'test' | 'save', act: () => Promise<void>) => {
    setBusy(what);
    setErrors({});
    setProblem(undefined);
    try {
      await act();
    } catch (thrown) {
      const failure = asFailure(thrown);
      setErrors(failure.fields);
      setProblem(failure.message);
      focusFirstError(formRef.current);
    } finally {
      setBusy(undefined);
    }
  };
  const test = () => {
    // Opened at once, or the browser takes it for an advertisement.
    const opened = window.open('', '_blank', 'popup,width=520,height=720');
    return attempt('test', async () => {
      try {
        const form = toForm(draft, {
          enabled: false,
          providerId: provider?.id,
        });
        const started = await settings.startTest(form);
        setTested({ id: started.id, draft });
        if (opened) opened.location.href = started.url;
        else
          setProblem(
            'Your browser blocked the window of the test. Allow it and test again.',
          );
      } catch (thrown) {
        opened?.close();
        throw thrown;
      }
    });
  };
  const save = (enabled: boolean) =>
    attempt('save', async () => {
      const testId = tested && !isStale ? tested.id : undefined;
      const form = toForm(draft, { enabled, testId });
      if (provider) await settings.changeProvider(provider.id, form);
      else await settings.addProvider(form);
      onSaved();
    });
  return {
    formRef,
    draft,
    setDraft,
    errors,
    setErrors,
    problem,
    busy,
    tested,
    isStale,
    test,
    save,
  };
}

function RemoveDialog(props: {
  provider: IdentityProvider;
  onRemoved: () => void;
  onClose: () => void;
}) {
  const settings = useApi(signInSettingsApiRef);
  return (
    <ConfirmDialog
      title={`Remove ${props.provider.title}?`}
      action="Remove provider"
      onConfirm={async () => {
        await settings.removeProvider(props.provider.id);
        props.onRemoved();
      }}
      onClose={props.onClose}
    >
      Its button disappears from the sign-in page at once. The people who came
      through it stay members; they need a password, or another provider, to
      come in again.
    </ConfirmDialog>
  );
}

function Editor(props: EditorProps) {
  const { provider } = props;
  const editor = useEditor(props);
  const { draft, setDraft, errors } = editor;
  const [removing, setRemoving] = useState(false);
  const isOn = provider?.enabled ?? true;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void editor.save(isOn);
  };
  return (
    <div className="pro-stack">
      {editor.problem && <Problem>{editor.problem}</Problem>}
      <form
        ref={editor.formRef}
        className="pro-stack"
        onSubmit={submit}
        noValidate
      >
        <Panel title="Connection">
          <div className="pro-form">
            {!provider && <KindField draft={draft} onChange={setDraft} />}
            <ConnectionFields
              draft={draft}
              errors={errors}
              redirectUri={props.redirectUriPattern.replace(
                '{name}',
                draft.name || 'NAME',
              )}
              hasSecret={provider?.hasSecret ?? false}
              onChange={setDraft}
              onErrors={editor.setErrors}
            />
          </div>
        </Panel>
        <Panel
          title="Mapping"
          introduction="What the provider's words about somebody mean here."
        >
          <div className="pro-form">
            <MappingFields
              settings={draft.settings}
              errors={errors}
              onChange={mapped => setDraft({ ...draft, settings: mapped })}
            />
          </div>
        </Panel>
        <PreviewPanel draft={draft} />
        <TestPanel
          testId={editor.tested?.id}
          isStale={editor.isStale}
          busy={editor.busy === 'test'}
          onTest={() => void editor.test()}
        />
        <div className="pro-form-foot signin-foot">
          <Button
            type="submit"
            variant="primary"
            isPending={editor.busy === 'save'}
          >
            {provider ? 'Save provider' : 'Save and turn on'}
          </Button>
          <Button variant="secondary" onPress={() => void editor.save(!isOn)}>
            {provider
              ? `Save and turn ${isOn ? 'off' : 'on'}`
              : 'Save, leave off'}
          </Button>
          {provider && (
            <Button
              variant="tertiary"
              destructive
              onPress={() => setRemoving(true)}
            >
              Remove provider
            </Button>
          )}
        </div>
      </form>
      {removing && provider && (
        <RemoveDialog
          provider={provider}
          onRemoved={props.onSaved}
          onClose={() => setRemoving(false)}
        />
      )}
    </div>
  );
}

/** Sets a provider up. */
export function NewProviderPage() {
  const settings = useApi(signInSettingsApiRef);
  const navigate = useNavigate();
  const { load, reload } = useLoad(() => settings.listProviders());
  return (
    <PageFrame
      title="Add a provider"
      introduction="Let your members sign in with the account they have. Nothing changes for anybody until you save."
      back={back}
    >
      <Permitted permission="tenant.signIn.update" to="set up providers">
        <Loaded load={load} onRetry={reload} rows={6}>
          {list => (
            <Editor
              redirectUriPattern={list.redirectUriPattern}
              onSaved={() => void navigate(back.href)}
            />
          )}
        </Loaded>
      </Permitted>
    </PageFrame>
  );
}

/** Changes a provider. */
export function ProviderPage() {
  const settings = useApi(signInSettingsApiRef);
  const navigate = useNavigate();
  const { id } = useParams();
  const may = useMay('tenant.signIn.update');
  const { load, reload } = useLoad(() => settings.listProviders(), id);
  const provider =
    load.state === 'ready'
      ? load.value.items.find(item => item.id === id)
      : undefined;
  return (
    <PageFrame title={provider?.title ?? 'Provider'} back={back}>
      {may === false ? (
        <NoPermission to="change providers" />
      ) : (
        <Loaded load={load} onRetry={reload} rows={6}>
          {list =>
            provider ? (
              <Editor
                key={provider.id}
                provider={provider}
                redirectUriPattern={list.redirectUriPattern}
                onSaved={() => void navigate(back.href)}
              />
            ) : (
              <Problem>There is no such provider any more.</Problem>
            )
          }
        </Loaded>
      )}
    </PageFrame>
  );
}
