/** The places of a text with one on each line. */
export function placesOf(text: string): string[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');
}

/** The text that shows the places. */
export function textOf(places: readonly string[]): string {
  return places.join('\n');
}
