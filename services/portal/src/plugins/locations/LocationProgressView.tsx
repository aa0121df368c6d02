import { useApi } from '@backstage/frontend-plugin-api';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import { locationsApiRef } from '../../api/locations';
import type { LocationProgress, LocationState } from '../../api/types';
import { Status, type Tone } from '../../ui/Status';
import { Loaded } from '../../ui/states';
import { useLoad } from '../../ui/useLoad';
import './locations.css';
import { ProblemList } from './ProblemList';

const busyPollMs = 1_000;
const quietPollMs = 10_000;

const stateWords: Record<LocationState, [Tone, string]> = {
  pending: ['busy', 'Waiting to be read'],
  reading: ['busy', 'Reading'],
  done: ['good', 'Read'],
  failed: ['bad', 'Could not be read'],
};

export function LocationStatusLabel(props: {
  state: LocationState;
  problems: number;
}) {
  if (props.state === 'done' && props.problems > 0) {
    return <Status tone="warning">Read, with problems</Status>;
  }
  const [tone, words] = stateWords[props.state];
  return <Status tone={tone}>{words}</Status>;
}

/** `1 entity`, `3 entities`. */
export function counted(count: number): string {
  return count === 1 ? '1 entity' : `${count} entities`;
}

function Progress({ progress }: { progress: LocationProgress }) {
  const { state, entities, problems, location } = progress;
  const busy = state === 'pending' || state === 'reading';
  return (
    <div className="location-progress">
      <div className="location-head" role="status">
        <LocationStatusLabel state={state} problems={problems.length} />
        <span className="pro-quiet">
          {entities.length > 0 && `${counted(entities.length)} found`}
          {problems.length > 0 &&
            `${entities.length > 0 ? ', ' : ''}${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`}
        </span>
      </div>
      <p className="location-target pro-any-break">{location.target}</p>
      {busy && <div className="location-bar" aria-hidden="true" />}
      {entities.length > 0 && (
        <ul className="location-entities" aria-label="Entities found">
          {entities.map(entity => (
            <li key={entity.entityRef}>
              <span className="pro-quiet">{entity.kind}</span>
              <EntityRefLink entityRef={entity.entityRef} />
            </li>
          ))}
        </ul>
      )}
      <ProblemList problems={problems} target={location.target} />
    </div>
  );
}

export interface LocationProgressViewProps {
  locationId: string;
  /** Told each new answer, for pages that count. */
  onProgress?: (progress: LocationProgress) => void;
}

/** What the catalog found at one address, live while it reads. */
export function LocationProgressView(props: LocationProgressViewProps) {
  const locations = useApi(locationsApiRef);
  const { load, reload } = useLoad(
    async () => {
      const progress = await locations.progress(props.locationId);
      props.onProgress?.(progress);
      return progress;
    },
    props.locationId,
    ({ state }) =>
      state === 'pending' || state === 'reading' ? busyPollMs : quietPollMs,
  );
  return (
    <Loaded load={load} onRetry={reload} rows={2}>
      {progress => <Progress progress={progress} />}
    </Loaded>
  );
}
