/** The address of a line in a file, on hosts that have one. */
export function lineAddress(url: string, line?: number): string {
  if (line === undefined || url.includes('#')) return url;
  if (/\/(blob|-\/blob)\//.test(url)) return `${url}#L${line}`;
  return /\/\/([^/]*\.)?bitbucket\.org\//.test(url) && url.includes('/src/')
    ? `${url}#lines-${line}`
    : url;
}

/** The last part of an address: what a person calls the file. */
export function fileName(url: string): string {
  return url.split(/[?#]/)[0]?.split('/').filter(Boolean).at(-1) ?? url;
}

/** Whether a browser can be led there: not `file:` or a place inside a tool. */
export function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url);
}
