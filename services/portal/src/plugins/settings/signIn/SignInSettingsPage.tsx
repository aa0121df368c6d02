import { useApi } from '@backstage/frontend-plugin-api';
import { Button, ButtonLink } from '@backstage/ui';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { asFailure } from '../../../api/failure';
import { sessionsApiRef } from '../../../api/sessions';
import { signInSettingsApiRef } from '../../../api/signInSettings';
import { tenantAdminApiRef } from '../../../api/tenantAdmin';
import type { IdentityProvider, Member, SignInRule } from '../../../api/types';
import { ConfirmDialog } from '../../../ui/ConfirmDialog';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';
import { RelativeTime } from '../../../ui/RelativeTime';
import { Status } from '../../../ui/Status';
import { EmptyState, Loaded } from '../../../ui/states';
import { useLoad } from '../../../ui/useLoad';
import { Permitted } from '../Permitted';
import { useMay } from '../useMe';
import { kindTitles } from './providerDraft';
import './signIn.css';

function ProviderItem({ provider }: { provider: IdentityProvider }) {
  return (
    <li className="signin-item">
      <div className="pro-grow">
        <Link className="pro-link pro-link-strong" to={provider.id}>
          {provider.title}
        </Link>{' '}
        <span className="pro-quiet">{kindTitles[provider.kind]}</span>
        <div className="pro-quiet pro-mono pro-any-break">
          {provider.issuer}
        </div>
      </div>
      <div className="signin-states">
        {provider.enabled ? (
          <Status tone="good">On</Status>
        ) : (
          <Status tone="quiet">Off</Status>
        )}
        <span className="pro-quiet">
          {provider.testedAt ? (
            <>
              Tested <RelativeTime at={provider.testedAt} />
            </>
          ) : (
            'Never tested'
          )}
        </span>
      </div>
    </li>
  );
}

function RulePanel(props: {
  rule: SignInRule;
  members: Member[];
  mayChange: boolean;
  onChanged: (rule: SignInRule) => void;
}) {
  const settings = useApi(signInSettingsApiRef);
  const { rule } = props;
  const [asking, setAsking] = useState(false);
  // What was chosen is shown at once; when it is refused, it goes back.
  const [sent, setSent] = useState<readonly string[]>();
  const breakGlass = sent ?? rule.breakGlass;
  const [problem, setProblem] = useState<string>();
  const admins = props.members.filter(
    member => member.role === 'admin' && member.status === 'active',
  );
  const save = async (changed: SignInRule) => {
    setProblem(undefined);
    props.onChanged(await settings.setRule(changed));
  };
  const attempt = (changed: SignInRule) =>
    save(changed).catch((thrown: unknown) =>
      setProblem(asFailure(thrown).message),
    );
  const toggle = async (id: string, chosen: boolean) => {
    const changed = chosen
      ? [...breakGlass, id]
      : breakGlass.filter(other => other !== id);
    setSent(changed);
    await attempt({ ...rule, breakGlass: changed });
    setSent(undefined);
  };
  return (
    <Panel
      title="Passwords"
      introduction={
        rule.enforced
          ? 'Members sign in through a provider. Passwords, invitations by link and sign-in links work for nobody but the administrators named here.'
          : 'Members sign in through a provider or with a password.'
      }
    >
      {problem && <Problem>{problem}</Problem>}
      <fieldset className="signin-admins" disabled={!props.mayChange}>
        <legend>Emergency access</legend>
        <p className="pro-quiet">
          These administrators keep their password for the day on which the
          provider fails. Their accounts are never linked to one by mail
          address.
        </p>
        {admins.map(admin => (
          <label key={admin.id}>
            <input
              type="checkbox"
              checked={breakGlass.includes(admin.id)}
              onChange={event => void toggle(admin.id, event.target.checked)}
            />{' '}
            {admin.name} <span className="pro-quiet">{admin.email}</span>
          </label>
        ))}
      </fieldset>
      {props.mayChange && (
        <Button
          variant="secondary"
          destructive={!rule.enforced}
          onPress={() =>
            rule.enforced
              ? void attempt({ ...rule, enforced: false })
              : setAsking(true)
          }
        >
          {rule.enforced ? 'Allow passwords again' : 'Require a provider'}
        </Button>
      )}
      {asking && (
        <ConfirmDialog
          title="Require a provider?"
          action="Require a provider"
          onConfirm={() => save({ ...rule, enforced: true })}
          onClose={() => setAsking(false)}
        >
          Members can no longer sign in with a password, except the
          administrators named for emergencies. Who is signed in stays signed
          in. You can allow passwords again here at any time.
        </ConfirmDialog>
      )}
    </Panel>
  );
}

function EverybodyPanel() {
  const sessions = useApi(sessionsApiRef);
  const [asking, setAsking] = useState(false);
  const [ended, setEnded] = useState<number>();
  return (
    <Panel
      title="Sessions"
      introduction="Each person's sessions are with the member. This ends those of all."
    >
      {ended !== undefined && (
        <p role="status">
          <Status tone="good">
            {ended === 1 ? 'One session was' : `${ended} sessions were`} ended,
            in all processes.
          </Status>
        </p>
      )}
      <Button variant="secondary" destructive onPress={() => setAsking(true)}>
        Sign everybody out
      </Button>
      {asking && (
        <ConfirmDialog
          title="Sign everybody out?"
          action="Sign everybody out"
          onConfirm={async () => {
            setEnded((await sessions.endEverybodys()).ended);
          }}
          onClose={() => setAsking(false)}
        >
          Every member must sign in again, on every device. This browser stays
          signed in. API tokens keep working.
        </ConfirmDialog>
      )}
    </Panel>
  );
}

function SignInSettings() {
  const settings = useApi(signInSettingsApiRef);
  const admin = useApi(tenantAdminApiRef);
  const mayChange = useMay('tenant.signIn.update') ?? false;
  const mayEnd = useMay('tenant.member.update') ?? false;
  const providers = useLoad(() => settings.listProviders());
  const rule = useLoad(async () => {
    const [current, members] = await Promise.all([
      settings.getRule(),
      admin.listMembers(),
    ]);
    return { current, members };
  });
  return (
    <div className="pro-stack">
      <Panel title="Providers" flush>
        <Loaded load={providers.load} onRetry={providers.reload}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState
                title="No providers yet"
                action={
                  mayChange ? { label: 'Add provider', href: 'new' } : undefined
                }
              >
                Members sign in with passwords. Connect Okta, Entra ID, Google,
                Keycloak or GitHub, so that they use the account they have.
              </EmptyState>
            ) : (
              <ul className="pro-list">
                {items.map(provider => (
                  <ProviderItem key={provider.id} provider={provider} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
      <Loaded load={rule.load} onRetry={rule.reload}>
        {({ current, members }) => (
          <RulePanel
            rule={current}
            members={members}
            mayChange={mayChange}
            onChanged={changed => rule.set({ current: changed, members })}
          />
        )}
      </Loaded>
      {mayEnd && <EverybodyPanel />}
    </div>
  );
}

/** How members of the organisation sign in. */
export function SignInSettingsPage() {
  const may = useMay('tenant.signIn.update');
  return (
    <PageFrame
      title="Sign-in"
      introduction="With what your members sign in, and what that makes them here."
      actions={
        may && (
          <ButtonLink variant="primary" href="/settings/sign-in/new">
            Add provider
          </ButtonLink>
        )
      }
    >
      <Permitted permission="tenant.signIn.read" to="see how members sign in">
        <SignInSettings />
      </Permitted>
    </PageFrame>
  );
}
