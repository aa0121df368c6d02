import { describe, expect, it } from 'vitest';
import { placesOf, textOf } from './places';

describe('places', () => {
  it('are the lines of a text, without empty ones', () => {
    expect(placesOf(' example.com \n\n*.example.com\r\n')).toEqual([
      'example.com',
      '*.example.com',
    ]);
    expect(placesOf('')).toEqual([]);
    expect(placesOf(' api.example.com \n\n*.example.org:8443\n')).toEqual([
      'api.example.com',
      '*.example.org:8443',
    ]);
    expect(placesOf('  \n')).toEqual([]);
  });

  it('come back as they are shown', () => {
    const places = ['*.example.com', 'example.com/specs/'];
    expect(placesOf(textOf(places))).toEqual(places);
  });
});
