/** Plugins as an administrator and a developer meet them: install, configure, open the page, read what is wrong. */
import { strict as assert } from 'node:assert';
import { type Visitor } from './browser.ts';
import { type Installation } from './installation.ts';

/** A blip that no sample data has: it can only come from the organisation's own configuration. */
const blip = 'Ferris the stagehand';

const radar = {
  techRadar: {
    quadrants: ['Languages', 'Infrastructure', 'Frameworks', 'Ways of working'].map((name, index) => ({
      id: `q${index}`,
      name,
    })),
    rings: [
      { id: 'adopt', name: 'ADOPT', color: '#1E7F4F' },
      { id: 'trial', name: 'TRIAL', color: '#5746D9' },
    ],
    entries: [
      { id: 'ferris', title: blip, quadrant: 'q0', timeline: [{ date: '2026-11-01', ringId: 'adopt', moved: 1 }] },
    ],
  },
};

/** The front end is unmodified from npm, the back end a native worker; both halves belong to one plugin. */
export async function installTechRadar(installation: Installation, slug: string): Promise<void> {
  await installation.command('plugin', 'install', '@backstage-community/plugin-tech-radar', '--tenant', slug);
  const installed = await installation.command('plugin', 'install', 'proscenium:tech-radar', '--tenant', slug);
  assert.equal(installed.pluginId, 'tech-radar');
  assert.equal(installed.hasBackend, true);
  assert.equal(installed.hasFrontend, true);
}

/** Configures the radar on its settings page and sees the configured blip on its page. */
export async function useTechRadar(visitor: Visitor, installation: Installation, slug: string): Promise<void> {
  const { page } = visitor;
  const tenant = installation.tenant(slug);
  await visitor.open(`${tenant}/settings/plugins`);
  await visitor.sees(/tech-radar|Tech Radar/i);
  await visitor.screenshot('plugins');
  await visitor.open(`${tenant}/settings/plugins/tech-radar`);
  await page.getByRole('radio', { name: 'YAML' }).click();
  await page.getByLabel('Configuration as YAML').fill(JSON.stringify(radar, null, 2));
  // The form shows the same draft.
  await page.getByRole('radio', { name: 'Form' }).click();
  await page.locator(`input[value="${blip}"]`).waitFor();
  await page.getByRole('button', { name: 'Save configuration' }).click();
  await visitor.sees('Saved. The plugin starts anew with it.');
  await page.getByLabel('Hosts', { exact: true }).fill('Radar.example.com:443\n*.example.org:8443');
  await page.getByRole('button', { name: 'Save hosts' }).click();
  await visitor.sees('Saved. It holds from now on.');
  assert.equal(await page.getByLabel('Hosts', { exact: true }).inputValue(), 'radar.example.com\n*.example.org:8443');
  await visitor.sees(/L[0-3]: /);
  await visitor.settle();
  visitor.assertQuiet();
  await visitor.open(`${tenant}/tech-radar`);
  await visitor.sees(blip);
  await visitor.settle();
  await visitor.screenshot('tech-radar');
  visitor.assertQuiet();
}

/** The unmodified back end answers for the organisation's component, and not for another's. */
export async function useBadges(visitor: Visitor, installation: Installation, slug: string): Promise<void> {
  const installed = await installation.command(
    'plugin',
    'install',
    '@backstage-community/plugin-badges-backend',
    '--tenant',
    slug,
  );
  assert.equal(installed.pluginId, 'badges');
  const specs = await callAsUser(visitor, '/api/badges/entity/default/component/seat-planner/badge-specs');
  assert.equal(specs.status, 200, specs.text);
  assert.match(specs.text, /production/);
  await visitor.open(`${installation.tenant(slug)}/settings/plugins/badges`);
  await visitor.sees('Ready');
  await visitor.settle();
  await visitor.screenshot('plugin');
  visitor.assertQuiet();
}

/** Calls an API from the page, as a front-end plugin would. */
export async function callAsUser(visitor: Visitor, path: string): Promise<{ status: number; text: string }> {
  return visitor.page.evaluate(async address => {
    const session = await fetch('/api/auth/proscenium/refresh', { headers: { 'x-requested-with': 'XMLHttpRequest' } });
    const { backstageIdentity } = (await session.json()) as { backstageIdentity: { token: string } };
    const answer = await fetch(address, { headers: { authorization: `Bearer ${backstageIdentity.token}` } });
    return { status: answer.status, text: await answer.text() };
  }, path);
}

/** The other organisation has none of it: no page, no API, no entry in its list. */
export async function hasNoPlugins(visitor: Visitor, installation: Installation, slug: string): Promise<void> {
  const { page } = visitor;
  await visitor.open(`${installation.tenant(slug)}/settings/plugins`);
  await visitor.settle();
  await page.getByText('No plugins yet').waitFor();
  // They may be offered, but neither the list nor the menu leads to them.
  const own = await page.locator('a[href^="/"]').evaluateAll(links => links.map(link => link.getAttribute('href')));
  for (const word of [/tech.radar/i, /badges/i]) assert.doesNotMatch(own.join(' '), word);
  visitor.assertQuiet();
  visitor.excuse(/404/);
  assert.equal((await callAsUser(visitor, '/api/tech-radar/data')).status, 404);
  assert.equal((await callAsUser(visitor, '/api/badges/entity/default/component/x/badge-specs')).status, 404);
}
