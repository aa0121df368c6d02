/** What people and the outside world get wrong: a clear message at the right place, and everything else goes on. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { launch, Visitor } from './browser.ts';
import { type Files, serveFiles } from './fixtures.ts';
import { install, type Installation } from './installation.ts';
import { ada, signUp } from './job.ts';
import { keysHaveOwners } from './keys.ts';
import { inOrder } from './steps.ts';

/** Files that cannot be read or understood, and what must be said about them. */
const badFiles: readonly { file: string; text?: string; contentType?: string; says: RegExp }[] = [
  { file: 'not-there.yaml', says: /no matching files|not.?found|404/i },
  { file: 'syntax.yaml', text: 'kind: Component\nmetadata: [unclosed\nspec: {}\n', says: /line \d+/i },
  { file: 'page.yaml', text: '<!doctype html><html><body>Sign in</body></html>', contentType: 'text/html', says: /HTML/i },
  {
    file: 'bomb.yaml',
    text: `a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(10).fill(`*a${n}`).join(',')}]`).join('\n')}\n`,
    says: /alias|too many|limit|large/i,
  },
  { file: 'deep.yaml', text: `a: ${'['.repeat(200_000)}`, says: /deep|nest|limit/i },
  { file: 'large.yaml', text: `# ${'x'.repeat(10_000_000)}\n`, says: /larger than|too large/i },
];

interface Progress {
  state: string;
  entities: unknown[];
  problems: { message: string }[];
}

async function readToTheEnd(visitor: Visitor, target: string): Promise<Progress> {
  return visitor.page.evaluate(async address => {
    const session = await fetch('/api/auth/proscenium/refresh', { headers: { 'x-requested-with': 'XMLHttpRequest' } });
    const { backstageIdentity } = (await session.json()) as { backstageIdentity: { token: string } };
    const headers = { authorization: `Bearer ${backstageIdentity.token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ type: 'url', target: address });
    const made = await fetch('/api/catalog/locations', { method: 'POST', headers, body });
    const { location } = (await made.json()) as { location: { id: string } };
    for (let tries = 0; tries < 100; tries++) {
      const answer = await fetch(`/api/catalog/v1/locations/${location.id}/progress`, { headers });
      const progress = (await answer.json()) as Progress;
      if (progress.state !== 'pending' && progress.state !== 'reading') return progress;
      await new Promise(wait => setTimeout(wait, 200));
    }
    throw new Error(`${address} was never read to its end`);
  }, target);
}

async function badFilesAreNamed(visitor: Visitor, installation: Installation, files: Files): Promise<void> {
  await visitor.open(installation.tenant(ada.slug));
  for (const { file, text, contentType, says } of badFiles) {
    if (text !== undefined) files.put(file, text, contentType);
    const progress = await readToTheEnd(visitor, files.url(file));
    const problems = JSON.stringify(progress.problems);
    assert.match(problems, says, file);
    assert.equal(progress.entities.length, 0, `${file} registered something`);
  }
  await visitor.open(`${installation.tenant(ada.slug)}/settings/catalog-sources`);
  await visitor.settle();
  await visitor.screenshot('catalog-sources');
  visitor.assertQuiet();
}

async function signUpErrorsAreAtTheField(visitor: Visitor, installation: Installation): Promise<void> {
  const { page } = visitor;
  await visitor.open(`${installation.origin}/signup`);
  await page.getByLabel('Organisation').fill('Acme');
  const address = page.getByLabel('Address', { exact: true });
  await address.fill(ada.slug);
  await visitor.sees(/taken/i);
  await address.fill('admin');
  await visitor.sees(/reserved/i);
  await address.fill('fresh-name');
  await visitor.sees('This address is free.');
  await page.getByLabel('Your name').fill('Eve');
  await page.getByLabel('Mail address').fill('not a mail address');
  await page.getByLabel('Password', { exact: true }).fill('12345');
  await page.getByRole('button', { name: 'Create portal' }).click();
  await visitor.sees('Enter your mail address.');
  visitor.assertQuiet();
  await page.getByLabel('Mail address').fill('eve@example.test');
  visitor.excuse(/400/);
  await page.getByRole('button', { name: 'Create portal' }).click();
  await visitor.sees(/at least 12|longer|too short/i);
  await visitor.screenshot('sign-up-errors');
  visitor.assertQuiet();
}

async function unknownHostsGetOnePage(visitor: Visitor, installation: Installation): Promise<void> {
  visitor.excuse(/404/);
  await visitor.open(installation.tenant('nobody-here'));
  await visitor.sees(/no portal|nobody|not find/i);
  await visitor.screenshot('unknown-host');
  visitor.assertQuiet();
}

async function wrongPasswordIsSaidPlainly(visitor: Visitor, installation: Installation): Promise<void> {
  const { page } = visitor;
  await visitor.open(installation.tenant(ada.slug));
  await page.getByLabel('Mail address').fill(ada.email);
  await page.getByLabel('Password', { exact: true }).fill('wrong-wrong-wrong');
  visitor.excuse(/401/);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await visitor.sees('The mail address or the password is wrong.');
  visitor.assertQuiet();
}

test('bad input gets a clear error and loses nothing', async context => {
  const files = await serveFiles();
  const installation = await install({
    env: { PROSCENIUM_READING__ALLOW: files.host, PROSCENIUM_WORKER__NODE: '/nonexistent/node' },
  });
  const browser = await launch();
  try {
    const member = await Visitor.arrive(browser);
    const stranger = await Visitor.arrive(browser);
    await inOrder(context, [
      ['an organisation is there to begin with', () => signUp(member, installation, ada)],
      ['mistakes in the sign-up form are named at their field', () => signUpErrorsAreAtTheField(stranger, installation)],
      ['a host that is nobody’s shows one friendly page', () => unknownHostsGetOnePage(stranger, installation)],
      ['a wrong password is said plainly', () => wrongPasswordIsSaidPlainly(stranger, installation)],
      ['files that cannot be read are named with their reason', () => badFilesAreNamed(member, installation, files)],
      keysHaveOwners(installation),
    ]);
  } finally {
    await browser.close();
    await installation.stop();
    files.close();
  }
});
