/**
 * What the registry warns of in a bundle. npm's bulk advisory endpoint is asked once about every package that is in it;
 * a registry that does not have it is no reason to do without the bundle, and the answer says that nothing was checked.
 */
import semver from 'semver';

/** An advisory that a version in the bundle falls under. */
export interface Finding {
  package: string;
  version: string;
  /** `critical`, `high`, `moderate`, `low` or `info`. */
  severity: string;
  title: string;
  /** Where it is described; an https address. */
  url?: string;
}

/** What the registry said, and when. */
export interface Advisories {
  /** Time of the question. */
  checkedAt: string;
  /** The worst first, at most 100. */
  findings: Finding[];
  /** How many more there are. */
  left: number;
  /** Why the registry told nothing; absent: it did. */
  notChecked?: string;
}

/** Bounds of a question. */
export const LIMITS = {
  /** What the answer may take until its last byte, in ms. */
  timeoutMs: 10_000,
  /** Largest answer in bytes. */
  bytes: 4 << 20,
  /** Most packages that are asked about. */
  packages: 5_000,
  /** Most findings that are listed. */
  findings: 100,
};

const ENDPOINT = '-/npm/v1/security/advisories/bulk';
const SEVERITIES = ['critical', 'high', 'moderate', 'low', 'info'];
const LONGEST_TITLE = 200;
const LONGEST_URL = 300;

/** Versions by package. */
export type Packages = Map<string, Set<string>>;

/** Asks a registry; whatever goes wrong is in the answer. */
export async function askAdvisories(
  registry: string,
  packages: Packages,
  limits = LIMITS,
): Promise<Advisories> {
  const checkedAt = new Date().toISOString();
  const nothing = { checkedAt, findings: [], left: 0 };
  if (packages.size > limits.packages) {
    const notChecked = `The bundle has more than ${limits.packages} packages.`;
    return { ...nothing, notChecked };
  }
  try {
    const found = judge(await ask(registry, packages, limits), packages);
    const findings = found.slice(0, limits.findings);
    return { checkedAt, findings, left: found.length - findings.length };
  } catch (error) {
    return { ...nothing, notChecked: reason(error, limits) };
  }
}

/** An answer that cannot be used. */
class AnswerError extends Error {
  override name = 'AnswerError';
}

async function ask(
  registry: string,
  packages: Packages,
  limits: typeof LIMITS,
): Promise<unknown> {
  const base = registry.endsWith('/') ? registry : `${registry}/`;
  const body = Object.fromEntries(
    [...packages].map(([name, versions]) => [name, [...versions]]),
  );
  const answer = await fetch(new URL(ENDPOINT, base), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(limits.timeoutMs),
  });
  if (answer.status !== 200) {
    await answer.body?.cancel();
    throw new AnswerError(`The registry answers ${answer.status}.`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const parts = answer.body as AsyncIterable<Uint8Array> | null;
  for await (const chunk of parts ?? []) {
    bytes += chunk.length;
    if (bytes > limits.bytes) {
      const most = limits.bytes / 1024 / 1024;
      throw new AnswerError(`The registry's answer has more than ${most} MiB.`);
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    throw new AnswerError("The registry's answer is no JSON.");
  }
}

function reason(error: unknown, limits: typeof LIMITS): string {
  if (error instanceof AnswerError) return error.message;
  const { name, cause } = error as Error & { cause?: { code?: string } };
  if (name === 'TimeoutError') {
    return `The registry did not answer within ${limits.timeoutMs / 1000} seconds.`;
  }
  const code = cause?.code;
  return `The registry cannot be asked${code ? ` (${code})` : ''}.`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What versions of the bundle fall under, the worst first. */
function judge(told: unknown, packages: Packages): Finding[] {
  if (!isRecord(told)) throw new AnswerError("The registry's answer is none.");
  const found: Finding[] = [];
  for (const [name, versions] of packages) {
    const advisories = told[name];
    if (!Array.isArray(advisories)) continue;
    for (const advisory of (advisories as unknown[]).filter(isRecord)) {
      for (const version of versions) {
        if (!concerns(advisory['vulnerable_versions'], version)) continue;
        found.push(finding(name, version, advisory));
      }
    }
  }
  const rank = ({ severity }: Finding) => SEVERITIES.indexOf(severity);
  return found.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      a.package.localeCompare(b.package) ||
      a.version.localeCompare(b.version),
  );
}

/** A range that cannot be read concerns every version: the registry was asked about these alone. */
function concerns(range: unknown, version: string): boolean {
  if (typeof range !== 'string' || semver.validRange(range) === null) {
    return true;
  }
  return semver.satisfies(version, range, { includePrerelease: true });
}

function finding(
  name: string,
  version: string,
  { severity, title, url }: Record<string, unknown>,
): Finding {
  const known = SEVERITIES.find(word => word === severity);
  const address = typeof url === 'string' ? url : '';
  const isAddress =
    /^https:\/\/[^\s"'<>]+$/.test(address) && address.length <= LONGEST_URL;
  return {
    package: name,
    version,
    // What is not named is not taken to be harmless.
    severity: known ?? 'high',
    title: line(typeof title === 'string' ? title : 'Without a title'),
    ...(isAddress && { url: address }),
  };
}

function line(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_TITLE);
}
