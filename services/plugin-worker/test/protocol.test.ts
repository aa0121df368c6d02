/** The golden messages of `shared/plugin-protocol`, which the Rust side reads too: the two cannot drift apart. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseBoot } from '../src/protocol/boot.ts';
import * as limits from '../src/protocol/limits.ts';
import {
  encodeLine,
  PROTOCOL_FD,
  type FatalLine,
  type ProtocolLine,
} from '../src/protocol/lines.ts';

const golden = (name: string): unknown =>
  JSON.parse(
    readFileSync(
      new URL(
        `../../../shared/plugin-protocol/golden/${name}.json`,
        import.meta.url,
      ),
      'utf8',
    ),
  );

describe('protocol', () => {
  test('the golden boot document is read without loss', () => {
    const document = golden('boot');
    assert.deepEqual(parseBoot(JSON.stringify(document)), document);
  });

  test('unknown fields are ignored and the drain has a default', () => {
    const { drainMs: _, ...document } = golden('boot') as Record<
      string,
      unknown
    >;
    const boot = parseBoot(JSON.stringify({ ...document, later: 1 }));
    assert.equal(boot.drainMs, limits.DEFAULT_DRAIN_MS);
    assert.equal('later' in boot, false);
  });

  test('a wrong field is named', () => {
    const document = golden('boot') as { plugins: object[]; gateway: object };
    const wrong: [object, RegExp][] = [
      [{ ...document, tenant: 7 }, /^tenant: is not a string/],
      [{ ...document, jwks: { keys: [{}] } }, /^jwks\.keys\[0\]\.kty/],
      [
        { ...document, gateway: { ...document.gateway, socket: '/g' } },
        /^gateway: needs exactly one/,
      ],
      [
        { ...document, plugins: [{ ...document.plugins[0], features: [1] }] },
        /^plugins\[0\]\.features\[0\]/,
      ],
    ];
    for (const [value, message] of wrong) {
      assert.throws(() => parseBoot(JSON.stringify(value)), { message });
    }
  });

  test('the golden lines are written as they stand', () => {
    for (const line of golden('lines') as ProtocolLine[]) {
      const text = encodeLine(line);
      assert.ok(text.endsWith('\n'));
      assert.deepEqual(JSON.parse(text), line);
    }
  });

  test('a fatal line that is too long is shortened, not lost', () => {
    const long: FatalLine = {
      type: 'fatal',
      reason: 'start',
      message: 'x'.repeat(100_000),
      failures: [{ plugin: 'p', message: 'y'.repeat(100_000) }],
    };
    const text = encodeLine(long);
    assert.ok(Buffer.byteLength(text) <= limits.MAX_LINE_BYTES);
    assert.equal((JSON.parse(text) as FatalLine).failures[0]?.plugin, 'p');
  });

  test('names and limits are those of the golden file', () => {
    assert.deepEqual(golden('limits'), {
      protocol: limits.PROTOCOL,
      supported: limits.SUPPORTED,
      capabilityHeader: limits.CAPABILITY_HEADER,
      controlPrefix: limits.CONTROL_PREFIX,
      platformPrefix: limits.PLATFORM_PREFIX,
      protocolFd: PROTOCOL_FD,
      maxLineBytes: limits.MAX_LINE_BYTES,
      maxBootBytes: limits.MAX_BOOT_BYTES,
      maxControlBodyBytes: limits.MAX_CONTROL_BODY_BYTES,
      maxWorkspaceEntries: limits.MAX_WORKSPACE_ENTRIES,
      maxWorkspaceBytes: limits.MAX_WORKSPACE_BYTES,
      maxBatch: limits.MAX_BATCH,
      startDeadlineMs: limits.START_DEADLINE_MS,
      defaultDrainMs: limits.DEFAULT_DRAIN_MS,
      maxSocketPathBytes: limits.MAX_SOCKET_PATH_BYTES,
      exit: limits.EXIT,
    });
  });
});
