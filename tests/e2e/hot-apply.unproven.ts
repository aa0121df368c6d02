/** Settings that change under load: each is live within two seconds, and no request fails. */
import { strict as assert } from 'node:assert';
import { request } from 'node:http';
import { test } from 'node:test';
import { install, type Installation } from './installation.ts';
import { inOrder, type Step } from './steps.ts';
import { Traffic } from './traffic.ts';

const slug = 'lively';
const perSecond = 200;
const longestMs = 2_000;
/** The smallest picture that passes for one: a WebP's head. */
const picture = 'RIFF1234WEBPVP8 lively';

interface Reply {
  status: number;
  text: string;
}

/** A request to the organisation's own host, which only browsers resolve. */
async function ask(
  installation: Installation,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Reply> {
  const host = `${slug}.localhost:${installation.port}`;
  return new Promise((found, failed) => {
    const sent = request(
      { host: '127.0.0.1', port: installation.port, method, path, headers: { host, ...headers } },
      answer => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.once('end', () => found({ status: answer.statusCode ?? 0, text }));
      },
    );
    sent.once('error', failed);
    sent.end(body);
  });
}

/** Waits for a change to show and fails when that takes too long. */
async function liveInTime(shows: () => Promise<boolean>): Promise<void> {
  const begun = Date.now();
  while (!(await shows())) {
    assert.ok(Date.now() - begun <= longestMs, `not live after ${longestMs} ms`);
    await new Promise(wait => setTimeout(wait, 50));
  }
}

function changes(installation: Installation, token: string): Step[] {
  const json = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const page = async () => (await ask(installation, 'GET', '/', { accept: 'text/html' })).text;
  const change = async (method: string, path: string, body?: string) => {
    const reply = await ask(installation, method, `/api/tenant-admin/v1${path}`, json, body);
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.text}`);
    return reply.text;
  };
  const look = (branding: object) => change('PATCH', '/tenant', JSON.stringify({ branding }));
  return [
    ['the name', async () => {
      await change('PATCH', '/tenant', JSON.stringify({ name: 'Lively & Co' }));
      await liveInTime(async () => (await page()).includes('<title>Lively &amp; Co</title>'));
    }],
    ['the accent of both modes', async () => {
      await look({ accent: '#0f766e', accentDark: '#5eead4' });
      await liveInTime(async () => {
        const shown = await page();
        return shown.includes('#0f766e') && shown.includes('#5eead4');
      });
    }],
    ['logo and icon', async () => {
      for (const slot of ['logo', 'favicon']) await change('PUT', `/branding/${slot}`, picture);
      await liveInTime(async () => /"logoUrl":"[^"]+"/.test(await page()) && /"faviconUrl":"[^"]+"/.test(await page()));
      await change('DELETE', '/branding/logo');
      await liveInTime(async () => !/"logoUrl"/.test(await page()));
    }],
    ['the plan and its limits', async () => {
      const limited = async () =>
        (await ask(installation, 'GET', '/api/tenant-admin/v1/usage', json)).text.includes('"plan":"enterprise"');
      await installation.command('tenant', 'plan', slug, 'enterprise');
      await liveInTime(limited);
      await installation.command('tenant', 'plan', slug, 'internal');
      await liveInTime(async () => !(await limited()));
    }],
    ["a member's role", async () => {
      const added = JSON.parse(
        await change('POST', '/members', JSON.stringify({ name: 'Kim', email: 'kim@lively.test', role: 'viewer' })),
      ) as { member: { id: string }; invitation: { url: string } };
      const code = added.invitation.url.split('/').pop();
      const password = 'curtain-rises-at-nine';
      await change('POST', `/invitations/${code}/accept`, JSON.stringify({ password }));
      await change('PATCH', `/members/${added.member.id}`, JSON.stringify({ role: 'maintainer' }));
      await liveInTime(async () => {
        const { text } = await ask(installation, 'GET', '/api/tenant-admin/v1/members', json);
        return text.includes('"maintainer"');
      });
    }],
  ];
}

test('a change is live within two seconds under 200 requests a second, and none of them fails', async context => {
  const installation = await install();
  try {
    const made = await installation.command('tenant', 'create', slug, '--name', 'Lively', '--admin', 'ada@lively.test');
    const token = String(made.token);
    const headers = { host: `${slug}.localhost:${installation.port}`, authorization: `Bearer ${token}` };
    const traffic = new Traffic(installation.port, '/api/catalog/entities/by-query?limit=5', headers, perSecond);
    await inOrder(context, changes(installation, token));
    await traffic.stop();
    assert.ok(traffic.answers.length > perSecond, `only ${traffic.answers.length} requests were answered`);
    assert.deepEqual(traffic.failed, []);
  } finally {
    await installation.stop();
  }
});
