import { useApi } from '@backstage/frontend-plugin-api';
import { Button } from '@backstage/ui';
import { useState, type FormEvent } from 'react';
import { useNavigate, useParams } from 'react-router-dom';
import { asFailure } from '../../../api/failure';
import { policiesApiRef, type PolicyReview } from '../../../api/policies';
import { ConfirmDialog } from '../../../ui/ConfirmDialog';
import { PageFrame } from '../../../ui/PageFrame';
import { Panel } from '../../../ui/Panel';
import { Problem } from '../../../ui/Problem';
import { EmptyState, Loaded } from '../../../ui/states';
import { TextInput } from '../../../ui/TextInput';
import { useLoad } from '../../../ui/useLoad';
import { Permitted } from '../Permitted';
import { useMay } from '../useMe';
import './policies.css';
import { ReviewView } from './ReviewView';

const toRoles = { href: '/settings/roles', label: 'Roles and policies' };
const toHistory = { href: '/settings/roles/history', label: 'History' };

function PublishForm(props: { revision: number; review: PolicyReview }) {
  const api = useApi(policiesApiRef);
  const navigate = useNavigate();
  const [note, setNote] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const publish = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await api.publish(props.revision, note);
      navigate('/settings/roles');
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void publish();
  };
  return (
    <Panel
      title={`Publish version ${props.review.version + 1}`}
      introduction="It is live in all processes within two seconds, and can be taken back in the history."
    >
      <form className="pro-form" onSubmit={submit} noValidate>
        {problem && <Problem>{problem}</Problem>}
        {props.review.outdated && (
          <Problem>
            Another version was published since this draft was begun. Discard
            the draft, or export what you need from it first.
          </Problem>
        )}
        <TextInput
          label="Note"
          description="What changed and why, for the history."
          value={note}
          onChange={setNote}
        />
        <div className="pro-form-foot">
          <Button
            type="submit"
            variant="primary"
            isPending={busy}
            isDisabled={props.review.outdated}
          >
            Publish
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function DraftReview() {
  const api = useApi(policiesApiRef);
  const mayChange = useMay('tenant.policy.update');
  const { load, reload } = useLoad(async () => {
    const { draft } = await api.get();
    return draft && { draft, review: await api.review() };
  });
  return (
    <Loaded load={load} onRetry={reload} rows={6}>
      {found =>
        found ? (
          <div className="pro-stack">
            <ReviewView review={found.review} />
            {mayChange && (
              <PublishForm
                revision={found.draft.revision}
                review={found.review}
              />
            )}
          </div>
        ) : (
          <Panel flush>
            <EmptyState title="There is no draft">
              Nothing waits to be published. What is changed in a role comes
              here first.
            </EmptyState>
          </Panel>
        )
      }
    </Loaded>
  );
}

/** What publishing the draft would change, and publishing it. */
export function ReviewPage() {
  return (
    <PageFrame title="Review changes" back={toRoles}>
      <Permitted permission="tenant.policy.read" to="see roles and policies">
        <DraftReview />
      </Permitted>
    </PageFrame>
  );
}

function VersionReview({ version }: { version: number }) {
  const api = useApi(policiesApiRef);
  const navigate = useNavigate();
  const mayChange = useMay('tenant.policy.update');
  const [asks, setAsks] = useState(false);
  const { load, reload } = useLoad(
    () => api.reviewVersion(version),
    String(version),
  );
  return (
    <Loaded load={load} onRetry={reload} rows={6}>
      {review => (
        <div className="pro-stack">
          <ReviewView review={review} />
          {mayChange && review.version !== version && (
            <div className="pro-actions">
              <Button variant="primary" onPress={() => setAsks(true)}>
                Go back to version {version}
              </Button>
            </div>
          )}
          {asks && (
            <ConfirmDialog
              title={`Go back to version ${version}?`}
              action="Publish it again"
              harmless
              onConfirm={async () => {
                await api.revert(version);
                navigate('/settings/roles');
              }}
              onClose={() => setAsks(false)}
            >
              What version {version} says is published as version{' '}
              {review.version + 1} and holds in all processes within two
              seconds.
            </ConfirmDialog>
          )}
        </div>
      )}
    </Loaded>
  );
}

/** What going back to a version would change, and going back. */
export function VersionPage() {
  const version = Number(useParams()['version']);
  return (
    <PageFrame title={`Version ${version}`} back={toHistory}>
      <Permitted permission="tenant.policy.read" to="see roles and policies">
        <VersionReview version={version} />
      </Permitted>
    </PageFrame>
  );
}
