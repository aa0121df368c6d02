/**
 * The main job, as a person does it: sign an organisation up, connect a repository, see the catalog, create a component
 * from a template, watch it appear, open a plugin's page. Each step is a function, so that tests put them together.
 */
import { strict as assert } from 'node:assert';
import { type Visitor } from './browser.ts';
import { type Files } from './fixtures.ts';
import { type Installation } from './installation.ts';
import { hasNoPlugins, installTechRadar, useBadges, useTechRadar } from './plugins.ts';
import { type Step } from './steps.ts';

/** A person who signs an organisation up. */
export interface Founder {
  readonly organization: string;
  readonly slug: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** Acme's first administrator. */
export const ada: Founder = {
  organization: 'Acme Theatre',
  slug: 'acme',
  name: 'Ada Stage',
  email: 'ada@acme.test',
  password: 'curtain-rises-at-eight',
};

/** Acme's own colour. */
const accent = '#0f766e';

/** The other organisation's first administrator. */
export const grace: Founder = {
  organization: 'Globex </script><script>alert(1)</script>',
  slug: 'globex',
  name: 'Grace Wing',
  email: 'grace@globex.test',
  password: 'prompter-knows-the-lines',
};

/** From the apex to the organisation's own origin, signed in. */
export async function signUp(visitor: Visitor, installation: Installation, founder: Founder): Promise<void> {
  const { page } = visitor;
  await visitor.open(installation.origin);
  await visitor.screenshot('landing');
  await page.getByRole('link', { name: 'Create a portal' }).first().click();
  await page.getByLabel('Organisation').fill(founder.organization);
  await page.getByLabel('Address', { exact: true }).fill(founder.slug);
  await visitor.sees('This address is free.');
  await page.getByLabel('Your name').fill(founder.name);
  await page.getByLabel('Mail address').fill(founder.email);
  await page.getByLabel('Password', { exact: true }).fill(founder.password);
  await visitor.screenshot('sign-up');
  await page.getByRole('button', { name: 'Create portal' }).click();
  await page.waitForURL(`${installation.tenant(founder.slug)}/**`);
  await visitor.settle();
  visitor.assertQuiet();
}

/** Registers a descriptor on the onboarding page and waits until its entities are named there. */
export async function connectRepository(visitor: Visitor, installation: Installation, slug: string, url: string) {
  const { page } = visitor;
  await visitor.open(`${installation.tenant(slug)}/onboarding`);
  await page.getByLabel('Address of a catalog-info.yaml file').fill(url);
  await page.getByRole('button', { name: 'Register repository' }).click();
  await visitor.sees(/Seat planner|seat-planner/);
  await visitor.settle();
  await visitor.screenshot('onboarding');
  visitor.assertQuiet();
}

/** Looks at the list, a component with its relations, the graph and an API's definition. */
export async function lookAtCatalog(visitor: Visitor, installation: Installation, slug: string): Promise<void> {
  const { page } = visitor;
  await visitor.open(`${installation.tenant(slug)}/catalog?filters%5Bkind%5D=component&filters%5Buser%5D=all`);
  await visitor.sees('Seat planner');
  await visitor.sees('Price book');
  await visitor.settle();
  await visitor.screenshot('catalog');
  await visitor.open(`${installation.tenant(slug)}/catalog/default/component/seat-planner`);
  await visitor.sees('Finds the best free seats next to each other.');
  await visitor.sees(/box-office|Box office/);
  await visitor.settle();
  await visitor.screenshot('component');
  visitor.assertQuiet();
  await visitor.open(`${installation.tenant(slug)}/catalog/default/api/seats-api/definition`);
  await visitor.sees('Lists free seats');
  await visitor.settle();
  await visitor.screenshot('api');
  visitor.assertQuiet();
  await visitor.open(`${installation.tenant(slug)}/catalog-graph?rootEntityRefs%5B%5D=component%3Adefault%2Fseat-planner`);
  await page.locator('svg').getByText('Seats API').first().waitFor();
  await visitor.settle();
  await visitor.screenshot('graph');
  visitor.assertQuiet();
}

/** Finds a component by a word of its description. */
export async function search(visitor: Visitor, installation: Installation, slug: string): Promise<void> {
  await visitor.open(`${installation.tenant(slug)}/search?query=seats`);
  await visitor.sees('Seat planner');
  await visitor.settle();
  await visitor.screenshot('search');
  visitor.assertQuiet();
}

/** Registers the demo host's template and creates a component from it; returns when the catalog shows it. */
export async function createFromTemplate(visitor: Visitor, installation: Installation, slug: string, name: string) {
  const { page } = visitor;
  const tenant = installation.tenant(slug);
  await visitor.open(`${tenant}/register`);
  const template = `${installation.origin}/demo-git/demo/templates/raw/main/template.yaml`;
  await page.getByLabel('Address of a catalog-info.yaml file').fill(template);
  await page.getByRole('button', { name: 'Register repository' }).click();
  await visitor.sees('Node service');
  await visitor.settle();
  visitor.assertQuiet();
  await visitor.open(`${tenant}/create`);
  await visitor.sees('Node service');
  await visitor.screenshot('create');
  await visitor.open(`${tenant}/create/templates/default/node-service`);
  await page.getByLabel('Name').first().fill(name);
  await page.getByLabel('Owner').first().click();
  await page.getByRole('option', { name: /box.office/i }).first().click();
  await page.getByLabel('Description').fill('Greets guests at the door.');
  await visitor.screenshot('template-form');
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('button', { name: 'Create' }).click();
  await visitor.sees('Open in the catalog');
  await visitor.settle();
  await visitor.screenshot('run');
  visitor.assertQuiet();
  await page.getByRole('link', { name: 'Open in the catalog' }).click();
  await page.waitForURL(`**/catalog/default/component/${name}`);
  await visitor.sees('Greets guests at the door.');
  await visitor.settle();
  await visitor.screenshot('created');
  visitor.assertQuiet();
}

/** The other organisation's portal knows nothing of all that. */
export async function seesNothingOf(visitor: Visitor, installation: Installation, slug: string): Promise<void> {
  await visitor.open(`${installation.tenant(slug)}/catalog?filters%5Bkind%5D=component&filters%5Buser%5D=all`);
  await visitor.settle();
  const text = await visitor.page.locator('body').innerText();
  for (const word of ['Seat planner', 'Price book', 'Acme']) assert.ok(!text.includes(word), `${slug} sees ${word}`);
  visitor.assertQuiet();
  await visitor.open(`${installation.tenant(slug)}/search?query=seats`);
  await visitor.settle();
  const found = await visitor.page.locator('body').innerText();
  assert.ok(!found.includes('Seat planner'), `${slug} finds Seat planner`);
  visitor.assertQuiet();
}

/** Gives an organisation a colour of its own, on its settings page. */
export async function chooseAccent(visitor: Visitor, installation: Installation, slug: string): Promise<void> {
  const { page } = visitor;
  await visitor.open(`${installation.tenant(slug)}/settings/general`);
  await page.getByLabel('Another colour for the light mode').fill(accent);
  await page.getByRole('button', { name: 'Save changes' }).click();
  await visitor.sees('Saved. Everyone sees it at the next page.');
  await visitor.settle();
  await visitor.screenshot('settings');
  visitor.assertQuiet();
}

/** What one build shows in an organisation's portal. */
async function face(visitor: Visitor, url: string) {
  await visitor.open(url);
  return visitor.page.evaluate(async () => {
    const root = getComputedStyle(document.documentElement);
    const scripts = [...document.scripts].map(script => new URL(script.src || location.href).pathname);
    const loaded = performance.getEntriesByType('resource').map(entry => new URL(entry.name).pathname);
    const texts = await Promise.all(
      loaded.filter(path => path.startsWith('/static/')).map(async path => (await fetch(path)).text()),
    );
    return {
      title: document.title,
      accent: root.getPropertyValue('--pro-tenant-accent-light').trim().toLowerCase(),
      scripts: scripts.filter(path => path.startsWith('/static/')),
      menu: document.querySelector('nav[aria-label="Main menu"]')?.textContent ?? '',
      files: texts.join('\n'),
    };
  });
}

/** The same files serve both; title, colour and plugins differ; no file holds a word of either. */
export async function oneBuildServesBoth(acme: Visitor, globex: Visitor, installation: Installation): Promise<void> {
  await chooseAccent(acme, installation, ada.slug);
  const first = await face(acme, installation.tenant(ada.slug));
  const second = await face(globex, installation.tenant(grace.slug));
  assert.deepEqual(first.scripts, second.scripts);
  assert.notEqual(first.title, second.title);
  assert.equal(first.accent, accent);
  assert.notEqual(second.accent, accent);
  assert.match(first.menu, /Tech Radar/);
  assert.doesNotMatch(second.menu, /Tech Radar/);
  for (const word of [ada.organization, ada.slug, ada.email, 'Globex', grace.email]) {
    assert.ok(!first.files.includes(`"${word}"`) && !second.files.includes(`"${word}"`), `the build knows ${word}`);
  }
  acme.assertQuiet();
  globex.assertQuiet();
}

/** Signs out, and in again with mail and password. */
export async function signOutAndIn(visitor: Visitor, installation: Installation, founder: Founder): Promise<void> {
  const { page } = visitor;
  await visitor.open(installation.tenant(founder.slug));
  await visitor.sees(founder.organization);
  await visitor.screenshot('home');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await visitor.sees(`Sign in to ${founder.organization}`);
  await visitor.settle();
  await visitor.screenshot('sign-in');
  await page.getByLabel('Mail address').fill(founder.email);
  await page.getByLabel('Password', { exact: true }).fill(founder.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Main menu' }).waitFor();
  await visitor.settle();
  visitor.assertQuiet();
}

/** The whole story, for two people at two browsers. */
export function mainJob(installation: Installation, files: Files, acme: Visitor, globex: Visitor): Step[] {
  return [
    ['an organisation signs up and is signed in at its own address', () => signUp(acme, installation, ada)],
    [
      'a repository is connected and its entities are named while they come',
      () => connectRepository(acme, installation, ada.slug, files.url('catalog-info.yaml')),
    ],
    ['components, owners, APIs and relations can be seen', () => lookAtCatalog(acme, installation, ada.slug)],
    ['a component is found by a word of its description', () => search(acme, installation, ada.slug)],
    [
      'a component is created from a template and appears in the catalog',
      () => createFromTemplate(acme, installation, ada.slug, 'door-keeper'),
    ],
    [
      'a second organisation sees none of it, and its name cannot break the page',
      async () => {
        await signUp(globex, installation, grace);
        await globex.sees(grace.organization);
        assert.ok((await globex.page.title()).endsWith(grace.organization));
        await seesNothingOf(globex, installation, grace.slug);
      },
    ],
    [
      'a plugin from npm is installed while the portal runs, and its page shows what the organisation configured',
      async () => {
        await installTechRadar(installation, ada.slug);
        await useTechRadar(acme, installation, ada.slug);
      },
    ],
    ['an unmodified back-end plugin answers', () => useBadges(acme, installation, ada.slug)],
    ['the second organisation has none of these plugins', () => hasNoPlugins(globex, installation, grace.slug)],
    [
      'one build serves both: titles, colours and plugins differ, and no file knows either',
      () => oneBuildServesBoth(acme, globex, installation),
    ],
    ['signing out and in again leads back', () => signOutAndIn(acme, installation, ada)],
  ];
}
