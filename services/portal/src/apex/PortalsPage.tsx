import {
  useEffect,
  useState,
  useSyncExternalStore,
  type FormEvent,
} from 'react';
import { asFailure } from '../api/failure';
import { requestJson, requestNothing } from '../api/request';
import type { PortalDoor, PortalList } from '../api/types';
import { DoorPage } from '../frontDoor/DoorPage';
import { DoorForm, Field, Notice, SubmitButton } from '../frontDoor/form';
import './portals.css';

const base = '/api/tenant-admin/v1/portals';

function post<T>(path: string, body: unknown): Promise<T> {
  return requestJson<T>(fetch.bind(window), `${base}${path}`, {
    method: 'POST',
    body,
  });
}

function AskForm() {
  const [email, setEmail] = useState('');
  const [sent, setSent] = useState<string>();
  const [error, setError] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await requestNothing(fetch.bind(window), base, {
        method: 'POST',
        body: { email: email.trim() },
      });
      setSent(email.trim());
    } catch (thrown) {
      const failure = asFailure(thrown);
      setError(failure.fields['email']);
      if (!failure.fields['email']) setProblem(failure.message);
    }
    setBusy(false);
  };

  return (
    <DoorForm
      title="Find your portals"
      introduction="We mail you a link that lists the portals you belong to."
      onSubmit={event => void submit(event)}
      footer={<a href="/portal">Enter the address of a portal</a>}
    >
      {problem && <Notice tone="bad">{problem}</Notice>}
      {sent && (
        <Notice tone="good">
          A mail to {sent} is on its way. Its link works for 15 minutes.
        </Notice>
      )}
      <Field
        label="Mail address"
        name="email"
        type="email"
        autoComplete="email"
        value={email}
        onChange={value => {
          setEmail(value);
          setError(undefined);
        }}
        error={error}
        required
        autoFocus
      />
      <SubmitButton busy={busy}>Mail me the link</SubmitButton>
    </DoorForm>
  );
}

function Choice({ link }: { link: string }) {
  const [list, setList] = useState<PortalList>();
  const [problem, setProblem] = useState<string>();
  const [opening, setOpening] = useState<string>();

  useEffect(() => {
    post<PortalList>('/list', { link }).then(setList, (thrown: unknown) =>
      setProblem(asFailure(thrown).message),
    );
  }, [link]);

  const open = async (slug: string) => {
    setOpening(slug);
    setProblem(undefined);
    try {
      const door = await post<PortalDoor>('/open', { link, slug });
      location.assign(door.url);
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
      setOpening(undefined);
    }
  };

  return (
    <DoorForm
      title="Your portals"
      introduction={list && <>Choose where to go on as {list.email}.</>}
      onSubmit={event => event.preventDefault()}
      footer={<a href="/portals">Ask for a new link</a>}
    >
      {problem && <Notice tone="bad">{problem}</Notice>}
      {list?.items.length === 0 && (
        <p className="door-introduction">
          There is no portal with this address any more.
        </p>
      )}
      <ul className="portals-list">
        {list?.items.map(portal => (
          <li key={portal.slug}>
            <button
              type="button"
              disabled={opening !== undefined}
              onClick={() => void open(portal.slug)}
            >
              <span className="portals-name">{portal.name}</span>
              <span className="portals-address">
                {new URL(portal.url).host}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </DoorForm>
  );
}

/** A link that is opened in the tab in which it was asked for changes only the fragment: nothing loads again. */
function onLink(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

const currentLink = () => location.hash.slice(1);

/** Which portals a mail address belongs to: asks for the address, or shows what the mailed link is for. */
export function PortalsPage() {
  const link = useSyncExternalStore(onLink, currentLink);
  return (
    <DoorPage>
      {link ? <Choice key={link} link={link} /> : <AskForm />}
    </DoorPage>
  );
}
