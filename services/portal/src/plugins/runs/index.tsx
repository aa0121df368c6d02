import {
  coreExtensionData,
  SubPageBlueprint,
} from '@backstage/frontend-plugin-api';
import stockPlugin from '@backstage/plugin-scaffolder/alpha';
import { lazy, Suspense } from 'react';
import { templateEditor, templateTests } from '../templateEditor';

const RunNotice = lazy(() =>
  import(/* webpackChunkName: "runs" */ './RunNotice').then(m => ({
    default: m.RunNotice,
  })),
);

const approvals = SubPageBlueprint.make({
  name: 'approvals',
  params: {
    path: 'approvals',
    title: 'Approvals',
    loader: () =>
      import(/* webpackChunkName: "runs" */ './ApprovalsPage').then(m => (
        <m.ApprovalsPage />
      )),
  },
});

const runs = SubPageBlueprint.make({
  name: 'runs',
  params: {
    path: 'runs',
    title: 'Runs',
    loader: () =>
      import(/* webpackChunkName: "runs" */ './RunsPage').then(m => (
        <m.RunsPage />
      )),
  },
});

const schedules = SubPageBlueprint.make({
  name: 'schedules',
  params: {
    path: 'schedules',
    title: 'Schedules',
    loader: () =>
      import(/* webpackChunkName: "runs" */ './SchedulesPage').then(m => (
        <m.SchedulesPage />
      )),
  },
});

/** The stock page of a run says what the run waits for, and lets approvers decide. */
const tasks = stockPlugin.getExtension('sub-page:scaffolder/tasks').override({
  *factory(originalFactory) {
    const original = originalFactory();
    yield* original;
    yield coreExtensionData.reactElement(
      <>
        <Suspense fallback={null}>
          <RunNotice />
        </Suspense>
        {original.get(coreExtensionData.reactElement)}
      </>,
    );
  },
});

/** The stock Create pages, with approvals, the history of runs and schedules beside them, and an editor of the catalog's templates. */
export const runsPlugin = stockPlugin.withOverrides({
  extensions: [
    tasks,
    templateEditor,
    templateTests,
    approvals,
    runs,
    schedules,
  ],
});
