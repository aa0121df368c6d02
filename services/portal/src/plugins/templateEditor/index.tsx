import { coreExtensionData } from '@backstage/frontend-plugin-api';
import { EntityContentBlueprint } from '@backstage/plugin-catalog-react/alpha';
import stockPlugin from '@backstage/plugin-scaffolder/alpha';
import { lazy, Suspense } from 'react';

const EditorRoutes = lazy(() =>
  import(/* webpackChunkName: "template-editor" */ './EditorRoutes').then(
    m => ({ default: m.EditorRoutes }),
  ),
);

/** The stock template editor, which knows folders of one's own only, with an editor of the catalog's templates. */
export const templateEditor = stockPlugin
  .getExtension('sub-page:scaffolder/editor')
  .override({
    *factory(originalFactory) {
      const original = originalFactory();
      yield* original;
      yield coreExtensionData.reactElement(
        <Suspense fallback={null}>
          <EditorRoutes stock={original.get(coreExtensionData.reactElement)} />
        </Suspense>,
      );
    },
  });

/** Whether a template's tests pass, on its page. */
export const templateTests = EntityContentBlueprint.make({
  name: 'template-tests',
  params: {
    path: '/tests',
    title: 'Tests',
    filter: { kind: 'template' },
    loader: () =>
      import(/* webpackChunkName: "template-tests" */ './TestsTab').then(m => (
        <m.TestsTab />
      )),
  },
});
