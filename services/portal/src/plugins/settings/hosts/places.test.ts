import { describe, expect, it } from 'vitest';
import { placesOf, textOf } from './places';

describe('places', () => {
  it('are the lines of a text, without empty ones', () => {
    expect(placesOf(' example.com \n\n*.example.com\r\n')).toEqual([
      'example.com',
      '*.example.com',
    ]);
    expect(placesOf('')).toEqual([]);
  });

  it('come back as they are shown', () => {
    const places = ['*.example.com', 'example.com/specs/'];
    expect(placesOf(textOf(places))).toEqual(places);
  });
});
