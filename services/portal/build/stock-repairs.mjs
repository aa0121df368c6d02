// Small mistakes in stock files that no theme and no wrapper reaches, most of which bar people: a text and what it becomes. A text
// that is gone ends the build, so that an update of the package shows whether the repair is still needed.
import { fileURLToPath } from 'node:url';

const local = path => fileURLToPath(new URL(`../${path}`, import.meta.url));

const core = '@backstage/core-components/dist/components/LogViewer';
const graph =
  '@backstage/plugin-catalog-graph/dist/components/CatalogGraphPage';

/** The name of the filter is on the box around its field, where nobody hears it. */
const nameOfField = title => [
  'jsx(TextField, { ...params, variant: "outlined" })',
  `jsx(TextField, { ...params, variant: "outlined", inputProps: { ...params.inputProps, "aria-label": t("${title}") } })`,
];

const repairs = {
  [`${core}/RealLogViewer.esm.js`]: [
    // A row of no table.
    ['role: "row",', ''],
    ['"data-testid": "copy-button",', '"aria-label": "Copy lines",'],
  ],
  [`${core}/LogViewerControls.esm.js`]: [
    [
      'size: "small", onClick: () => resultIndexStep(true),',
      '"aria-label": "Previous match", size: "small", onClick: () => resultIndexStep(true),',
    ],
    [
      'size: "small", onClick: () => resultIndexStep(),',
      '"aria-label": "Next match", size: "small", onClick: () => resultIndexStep(),',
    ],
    [
      'size: "small", onClick: toggleShouldFilter,',
      '"aria-label": "Only matching lines", "aria-pressed": Boolean(props.shouldFilter), size: "small", onClick: toggleShouldFilter,',
    ],
    [
      'variant: "standard",',
      'variant: "standard", inputProps: { "aria-label": t("logViewer.searchField.placeholder") },',
    ],
  ],
  [`${graph}/SelectedKindsFilter.esm.js`]: [
    nameOfField('catalogGraphPage.selectedKindsFilter.title'),
  ],
  [`${graph}/SelectedRelationsFilter.esm.js`]: [
    nameOfField('catalogGraphPage.selectedRelationsFilter.title'),
  ],
  '@backstage/plugin-scaffolder/dist/components/TemplatingExtensionsPage/TemplatingExtensionsPage.esm.js':
    [
      [
        'className: classes.link,',
        'className: classes.link, "aria-label": "Link to this",',
      ],
    ],
  // A run that was cancelled ends a moment later, with what became of its steps. Who stops listening sees it go on for ever.
  '@backstage/plugin-scaffolder-react/dist/hooks/useEventStream.esm.js': [
    [
      /(case "cancelled":)\s*if \(!isTaskRecoverable\) \{\s*isStreamComplete = true;\s*\}/,
      '$1',
    ],
  ],
  // Who signed up need not be in the catalog: asked for in a list, a missing entity is no failed request.
  '@backstage/plugin-user-settings/dist/components/useUserProfileInfo.esm.js': [
    [
      /catalogApi\.getEntityByRef\(\s*(backStageIdentity\.userEntityRef)\s*\)/,
      'catalogApi.getEntitiesByRefs({ entityRefs: [$1] }).then(({ items }) => items[0])',
    ],
  ],
};

/** One rule for each file. */
export const repairRules = Object.entries(repairs).map(([file, texts]) => ({
  test: local(`node_modules/${file}`),
  loader: local('build/repair-loader.mjs'),
  options: { texts },
}));
