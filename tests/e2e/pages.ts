/**
 * The pages of the main job, from the landing page to errors, as somebody meets them who uses a keyboard, a screen reader
 * or a telephone: none bars anybody. Comes after the main job, whose entities, runs and plugins it looks at.
 */
import { strict as assert } from 'node:assert';
import { type Browser } from 'playwright-core';
import { Visitor } from './browser.ts';
import { type Files } from './fixtures.ts';
import { type Installation } from './installation.ts';
import { ada } from './job.ts';
import { type Step } from './steps.ts';

/** Who looks, where, and who serves files. */
export interface Ground {
  readonly installation: Installation;
  readonly files: Files;
  readonly browser: Browser;
  /** Acme's administrator, signed in. */
  readonly visitor: Visitor;
}

type Look = readonly [path: string, says: string | RegExp];

const seats = '/catalog/default/api/seats-api';
const graph = '/catalog-graph?rootEntityRefs%5B%5D=component%3Adefault%2Fseat-planner';

const signedIn: readonly Look[] = [
  ['/', 'My components'],
  ['/onboarding', 'Address of a catalog-info.yaml file'],
  ['/search', 'Search'],
  ['/search?query=seats', 'Seat planner'],
  ['/search?query=nothing-has-this-word', /no results/i],
  ['/create', 'Node service'],
  ['/create/tasks', 'completed'],
  ['/create/actions', 'catalog:register'],
  ['/create/templating-extensions', 'parseRepoUrl'],
  ['/create/edit', /template/i],
  ['/api-docs', 'Seats API'],
  [seats, 'Asks for free seats and holds them.'],
  [`${seats}/definition`, 'Lists free seats'],
  [graph, 'Seats API'],
  ['/catalog/default/component/seat-planner', 'Finds the best free seats next to each other.'],
  ['/catalog/default/system/ticketing', 'Sells seats for the evening.'],
  ['/catalog/default/group/box-office', 'Box office'],
  ['/catalog/default/template/node-service', 'Node service'],
  ['/tech-radar', 'Ferris the stagehand'],
  ['/settings/plugins', /badges/i],
  ['/settings/plugins/tech-radar', 'Save configuration'],
  ['/settings/plugins/badges', 'Restart plugin'],
  ['/profile', 'Sessions'],
];

/** Where nothing is. The server says so, too. */
const nothingThere: readonly Look[] = [
  ['/no-such-page', /not find|no page|not found/i],
  ['/catalog/default/component/nobody', /not found|no entity/i],
  ['/create/templates/default/nobody', /not found|no template/i],
  ['/create/tasks/00000000-0000-4000-8000-000000000000', /not found|no (run|task)/i],
];

async function look({ visitor, installation }: Ground, pages: readonly Look[]): Promise<void> {
  const found: string[] = [];
  for (const [path, says] of pages) {
    await visitor.open(`${installation.tenant(ada.slug)}${path}`);
    await visitor.sees(says);
    found.push(...(await visitor.obstacles()));
  }
  assert.deepEqual(found, []);
}

const slow = `apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata:
  name: slow-change
  title: Slow change of scene
  description: Takes its time, to be watched.
spec:
  type: service
  owner: group:default/box-office
  parameters:
    - title: The scene
      required: [scene]
      properties:
        scene: { type: string, title: Scene, description: Which one comes next., pattern: '^[A-Z]' }
        lights: { type: boolean, title: Lights on, default: true }
        curtain: { type: string, title: Curtain, enum: [open, closed] }
    - title: The crew
      properties:
        owner: { type: string, title: Owner, ui:field: OwnerPicker, ui:options: { catalogFilter: { kind: Group } } }
        hands: { type: array, title: Stage hands, items: { type: string } }
  steps:
    - { id: tell, name: Tell everybody, action: 'debug:log', input: { message: 'Curtain down.' } }
    - { id: wait, name: Change the scene, action: 'debug:wait', input: { minutes: 9 } }
    - { id: done, name: Tell everybody again, action: 'debug:log', input: { message: 'Curtain up.' } }
`;

/** Each page of the form, a mistake in it, the review, the run while it goes on, and its end. */
async function aRunIsWatched({ visitor, installation, files }: Ground): Promise<void> {
  const { page } = visitor;
  const tenant = installation.tenant(ada.slug);
  const found: string[] = [];
  const check = async (isBusy = false) => void found.push(...(await visitor.obstacles(isBusy)));
  files.put('slow-template.yaml', slow);
  await visitor.open(`${tenant}/register`);
  await page.getByLabel('Address of a catalog-info.yaml file').fill(files.url('slow-template.yaml'));
  await page.getByRole('button', { name: 'Register repository' }).click();
  await visitor.sees('Slow change of scene');
  await check();
  await visitor.open(`${tenant}/create/templates/default/slow-change`);
  visitor.excuse(/Form validation failed/);
  await page.getByRole('textbox', { name: 'Scene' }).fill('the forest');
  await check();
  await page.getByRole('button', { name: 'Next' }).click();
  await visitor.sees(/must match pattern/);
  await check();
  await page.getByRole('textbox', { name: 'Scene' }).fill('The forest');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByLabel('Owner').first().waitFor();
  await check();
  await page.getByRole('button', { name: 'Review' }).click();
  await visitor.sees('The forest');
  await check();
  await page.getByRole('button', { name: 'Create' }).click();
  await page.waitForURL('**/create/tasks/*');
  await page.getByRole('button', { name: 'Show Logs' }).click();
  await visitor.sees('Beginning step Change the scene');
  await check(true);
  visitor.assertQuiet();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await visitor.sees(/has been cancelled/);
  await check();
  assert.deepEqual(found, []);
  visitor.assertQuiet();
}

async function anOperationIsOpened({ visitor, installation }: Ground): Promise<void> {
  await visitor.open(`${installation.tenant(ada.slug)}${seats}/definition`);
  const operation = visitor.page.locator('button').filter({ hasText: 'Lists free seats' });
  await operation.click();
  await visitor.page.getByRole('heading', { name: 'Responses' }).waitFor();
  assert.deepEqual(await visitor.obstacles(), []);
  visitor.assertQuiet();
}

async function finishedRuns(ground: Ground): Promise<void> {
  const { visitor, installation } = ground;
  await visitor.open(`${installation.tenant(ada.slug)}/create/tasks`);
  await visitor.page.getByRole('row', { name: /Node service|node-service/ }).getByRole('link').first().click();
  await visitor.sees('Open in the catalog');
  assert.deepEqual(await visitor.obstacles(), []);
  visitor.assertQuiet();
}

/** Doors that strangers find: the installation's own pages, the sign-in, an organisation that nobody knows. */
async function strangers({ installation, browser }: Ground): Promise<void> {
  const stranger = await Visitor.arrive(browser, { screenshots: false });
  const found: string[] = [];
  const doors: readonly Look[] = [
    [installation.origin, 'Create a portal'],
    [`${installation.origin}/signup`, 'Create portal'],
    [`${installation.tenant(ada.slug)}/catalog`, `Sign in to ${ada.organization}`],
  ];
  for (const [url, says] of doors) {
    await stranger.open(url);
    await stranger.sees(says);
    found.push(...(await stranger.obstacles()));
  }
  stranger.assertQuiet();
  stranger.excuse(/404/);
  await stranger.open(installation.tenant('nobody-here'));
  await stranger.sees(/no portal|nobody|not find/i);
  found.push(...(await stranger.obstacles()));
  assert.deepEqual(found, []);
}

/** The story of those who look at everything. */
export function openToEverybody(ground: Ground): Step[] {
  const { visitor } = ground;
  return [
    ['no page of the portal bars anybody, in a wide window or a narrow one', async () => {
      await look(ground, signedIn);
      visitor.assertQuiet();
    }],
    ['nor does an operation of an API that is opened', () => anOperationIsOpened(ground)],
    ['nor a template’s form, or a run that goes on', () => aRunIsWatched(ground)],
    ['nor a run that has ended', () => finishedRuns(ground)],
    ['nor the pages before the sign-in, or an organisation that nobody knows', () => strangers(ground)],
    ['nor what is said where nothing is', async () => {
      visitor.excuse(/404/);
      await look(ground, nothingThere);
      visitor.assertQuiet();
    }],
  ];
}
