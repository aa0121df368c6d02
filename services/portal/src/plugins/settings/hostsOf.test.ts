import { expect, test } from 'vitest';
import { hostsOf } from './PluginHosts';

test('each line is a host, and empty ones are none', () => {
  expect(hostsOf(' api.example.com \n\n*.example.org:8443\n')).toEqual([
    'api.example.com',
    '*.example.org:8443',
  ]);
  expect(hostsOf('  \n')).toEqual([]);
});
