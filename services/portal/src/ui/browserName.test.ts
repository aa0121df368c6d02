import { expect, test } from 'vitest';
import { browserName } from './browserName';

test('browsers have the names that people call them', () => {
  for (const [userAgent, name] of [
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36',
      'Chrome on Linux',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:147.0) Gecko/20100101 Firefox/147.0',
      'Firefox on macOS',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1',
      'Safari on iOS',
    ],
    ['curl/8.9.1', 'curl'],
    ['Something else', 'Something else'],
    [undefined, 'A browser that did not say its name'],
  ] as const) {
    expect(browserName(userAgent)).toBe(name);
  }
});
