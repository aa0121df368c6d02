import { useState } from 'react';
import { Link } from 'react-router-dom';
import { usePortal } from '../../app/portalApi';
import { PageFrame } from '../../ui/PageFrame';
import { Panel } from '../../ui/Panel';
import { LocationProgressView } from '../locations/LocationProgressView';
import { RegisterForm } from '../locations/RegisterForm';
import { createPath } from '../managedEntities/paths';

/** Register a repository and watch what is found; here lead the "Register" buttons of the stock pages. */
export function RegisterPage() {
  const portal = usePortal();
  const [ids, setIds] = useState<string[]>([]);
  return (
    <PageFrame
      title="Register a repository"
      introduction="Everything that its catalog-info.yaml describes appears in the catalog, and stays up to date."
    >
      <div className="pro-stack">
        <Panel>
          <RegisterForm
            sampleUrl={portal.demo ? portal.demoSampleUrl : undefined}
            onRegistered={id => setIds(before => [id, ...before])}
          />
        </Panel>
        <p className="pro-quiet register-other">
          Nothing to register, because there is no file?{' '}
          <Link className="pro-link" to={createPath}>
            Create an entity by hand
          </Link>
        </p>
        {ids.map(id => (
          <LocationProgressView key={id} locationId={id} />
        ))}
      </div>
    </PageFrame>
  );
}
