import { useApi } from '@backstage/frontend-plugin-api';
import { useEntity } from '@backstage/plugin-catalog-react';
import { Button, ButtonLink } from '@backstage/ui';
import { useState } from 'react';
import { asFailure } from '../../api/failure';
import {
  templateEditorApiRef,
  type TestOutcome,
} from '../../api/templateEditor';
import { Panel } from '../../ui/Panel';
import { Problem } from '../../ui/Problem';
import { RelativeTime } from '../../ui/RelativeTime';
import { Loaded } from '../../ui/states';
import { Status } from '../../ui/Status';
import { useLoad } from '../../ui/useLoad';
import { useMay } from '../settings/useMe';
import { Findings } from './Findings';
import { editorPath } from './paths';
import { outcomeWords } from './resultWords';

const pollMs = 2000;

function Facts({ outcome }: { outcome: TestOutcome }) {
  const { tone, words } = outcomeWords(outcome);
  return (
    <div className="editor-result">
      <p>
        <Status tone={tone}>{words}</Status>
      </p>
      {outcome.state === 'none' && (
        <p className="pro-quiet">
          There is no template.test.yaml beside the template. The editor makes
          one to begin with.
        </p>
      )}
      {outcome.problem && <Problem>{outcome.problem}</Problem>}
      <Findings findings={outcome.findings} />
      {outcome.ranAt && (
        <p className="pro-quiet">
          Run <RelativeTime at={outcome.ranAt} />
          {outcome.checkedAt && (
            <>
              , looked for changes <RelativeTime at={outcome.checkedAt} />
            </>
          )}
          .
        </p>
      )}
    </div>
  );
}

/** What came of the template's tests when they last ran by themselves. */
export function TestsTab() {
  const { entity } = useEntity();
  const editor = useApi(templateEditorApiRef);
  const mayManage = useMay('scaffolder.template.management') === true;
  const [problem, setProblem] = useState<string>();
  const { name, namespace = 'default' } = entity.metadata;
  const { load, reload, set } = useLoad(
    () => editor.outcome(namespace, name),
    `${namespace}/${name}`,
    ({ state }) => (state === 'pending' ? pollMs : undefined),
  );
  const run = async () => {
    try {
      set(await editor.askForTests(namespace, name));
      setProblem(undefined);
      reload();
    } catch (thrown) {
      setProblem(asFailure(thrown).message);
    }
  };
  return (
    <Panel
      title="Tests"
      introduction="They run by themselves whenever the template or an action changes; files beside the template are looked at once an hour."
      actions={
        mayManage && (
          <>
            <Button variant="secondary" onPress={() => void run()}>
              Run tests now
            </Button>
            <ButtonLink href={editorPath(entity)} variant="primary">
              Open in the editor
            </ButtonLink>
          </>
        )
      }
    >
      {problem && <Problem>{problem}</Problem>}
      <Loaded load={load} onRetry={reload}>
        {outcome => <Facts outcome={outcome} />}
      </Loaded>
    </Panel>
  );
}
