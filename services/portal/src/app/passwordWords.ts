import type { BrowserSession } from '../api/types';

/** What a session says that began without a provider. */
const ownWays = ['password', 'hand-off'];

/** How somebody without a password signs in: by the provider that this browser came in by, or else the last one known. */
export function withoutPassword(sessions: readonly BrowserSession[]): string {
  const provider = [...sessions]
    .sort((one, other) => Number(other.current) - Number(one.current))
    .map(session => session.signedInBy)
    .find(way => way !== undefined && !ownWays.includes(way));
  return `You sign in with ${provider ?? 'a provider of your organisation'}; there is no password here.`;
}
