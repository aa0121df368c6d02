/** A real OpenID Connect provider on loopback; see provider.mjs. */
export interface TestProvider {
  readonly issuer: string;
  change(changes: Record<string, unknown>): void;
  visit(url: string, account: string): Promise<{ location?: string; status?: number; body?: string }>;
  stop(): Promise<void>;
}

export function startProvider(settings?: Record<string, unknown>): Promise<TestProvider>;
export function makeKey(alg: 'RS256' | 'ES256', kid: string): Record<string, unknown>;
