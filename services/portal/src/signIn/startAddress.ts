/** Where a provider's button leads: back to the page that was asked for. */
export function startAddress(
  url: string,
  here: { pathname: string; search: string },
): string {
  const next = `${here.pathname}${here.search}`;
  return next === '/' ? url : `${url}?next=${encodeURIComponent(next)}`;
}
