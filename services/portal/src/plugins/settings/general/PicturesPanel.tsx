import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useRef, useState, type ChangeEvent } from 'react';
import { asFailure } from '../../../api/failure';
import { tenantAdminApiRef, type Picture } from '../../../api/tenantAdmin';
import type { Tenant } from '../../../api/types';
import { applyFavicon } from '../../../firstTheme';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';

const largestBytes = 512 * 1024;
const files = '/api/tenant-admin/v1/branding/files';

const slots: { slot: Picture; title: string; accept: string; hint: string }[] =
  [
    {
      slot: 'logo',
      title: 'Logo',
      accept: 'image/png,image/jpeg,image/webp',
      hint: 'In the menu, on a dark ground, 28 pixels high. PNG, JPEG or WebP.',
    },
    {
      slot: 'favicon',
      title: 'Icon',
      accept: 'image/png,image/x-icon,image/webp',
      hint: "In the browser's tab, square. PNG, ICO or WebP.",
    },
  ];

function PictureRow(props: {
  tenant: Tenant;
  slot: (typeof slots)[number];
  onChanged: (tenant: Tenant) => void;
}) {
  const admin = useApi(tenantAdminApiRef);
  const { slot, title, accept, hint } = props.slot;
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const file = props.tenant.branding[slot];

  const attempt = async (act: () => Promise<Tenant>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      const tenant = await act();
      const icon = tenant.branding.favicon;
      if (icon) applyFavicon(`${files}/${icon}`);
      props.onChanged(tenant);
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    }
    setBusy(false);
  };
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const picked = event.target.files?.[0];
    event.target.value = '';
    if (!picked) return;
    if (picked.size > largestBytes) {
      setProblem('This picture is larger than 512 kB. Make it smaller.');
      return;
    }
    void attempt(() => admin.setPicture(slot, picked));
  };

  return (
    <div className="settings-picture">
      <div className="settings-picture-frame">
        {file ? (
          <img
            src={`${files}/${file}`}
            alt={`Present ${title.toLowerCase()}`}
          />
        ) : (
          <span className="pro-quiet">None</span>
        )}
      </div>
      <div className="pro-grow">
        <div className="settings-label">{title}</div>
        <p className="pro-quiet settings-hint">{hint}</p>
        {problem && <Problem>{problem}</Problem>}
        <input
          ref={input}
          type="file"
          hidden
          accept={accept}
          aria-label={title}
          onChange={choose}
        />
        <div className="pro-actions">
          <Button
            size="small"
            variant="secondary"
            isPending={busy}
            onPress={() => input.current?.click()}
          >
            {file
              ? `Replace ${title.toLowerCase()}`
              : `Upload ${title.toLowerCase()}`}
          </Button>
          {file && (
            <Button
              size="small"
              variant="tertiary"
              destructive
              onPress={() => void attempt(() => admin.removePicture(slot))}
            >
              Remove
            </Button>
          )}
        </div>
      </div>
    </div>
  );
}

/** Logo and icon. */
export function PicturesPanel(props: {
  tenant: Tenant;
  onChanged: (tenant: Tenant) => void;
}) {
  return (
    <Panel
      title="Pictures"
      introduction="Up to 512 kB each. They are on the sign-in page too, so everybody can see them."
    >
      <div className="pro-stack">
        {slots.map(slot => (
          <PictureRow
            key={slot.slot}
            tenant={props.tenant}
            slot={slot}
            onChanged={props.onChanged}
          />
        ))}
      </div>
    </Panel>
  );
}
