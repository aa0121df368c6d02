import { useState, type FormEvent } from 'react';
import { DoorPage } from '../frontDoor/DoorPage';
import { DoorForm, Field, SubmitButton } from '../frontDoor/form';
import type { PortalConfig } from '../portalConfig';
import { suggestSlug, tidySlug } from './slug';
import { askAvailability } from './useSlugAvailability';

/** Takes a person to the address of their organisation. */
export function GoToPortalPage({ portal }: { portal: PortalConfig }) {
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const slug = suggestSlug(typed);
    if (!slug) {
      setError("Enter your organisation's address.");
      return;
    }
    setBusy(true);
    // When the question cannot be answered, going there can.
    const free = await askAvailability(fetch.bind(window), slug).then(
      answer => answer.available,
      () => false,
    );
    if (free) {
      setError(`There is no portal at ${slug}.${portal.domain}.`);
      setBusy(false);
      return;
    }
    location.assign(`${location.protocol}//${slug}.${portal.domain}/`);
  };

  return (
    <DoorPage>
      <DoorForm
        title="Go to your portal"
        onSubmit={event => void submit(event)}
        footer={
          <>
            {portal.mail && (
              <>
                Forgotten the address? <a href="/portals">Find your portals</a>
                <br />
              </>
            )}
            New here? <a href="/signup">Create a portal</a>
          </>
        }
      >
        <Field
          label="Address of your organisation"
          name="slug"
          autoComplete="off"
          value={typed}
          onChange={value => {
            setTyped(tidySlug(value));
            setError(undefined);
          }}
          suffix={`.${portal.domain}`}
          error={error}
          required
          autoFocus
        />
        <SubmitButton busy={busy}>Go to portal</SubmitButton>
      </DoorForm>
    </DoorPage>
  );
}
