/** A DNS label is at most 63 characters; shorter ones can be told on the phone. */
const longestSuggestion = 40;

/** Letters that do not fall apart into a base letter and a mark. */
const spelledOut: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  þ: 'th',
};

/** What a person types into the address field, as far as it can be an address. */
export function tidySlug(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[ßæœøłđþ]/g, letter => spelledOut[letter] ?? '')
    .replace(/[\u0300-\u036f'’]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '');
}

/** The address to offer for an organisation: `Acme Théâtre GmbH` becomes `acme-theatre-gmbh`. */
export function suggestSlug(name: string): string {
  const slug = tidySlug(name).slice(0, longestSuggestion);
  return slug.replace(/-+$/, '');
}
