import { ApiFailure } from '../api/failure';
import { requestJson, requestNothing, type Fetch } from '../api/request';
import type {
  BegunRollout,
  Isolation,
  NewOperatorRollout,
  OperatorChange,
  OperatorDeed,
  OperatorIdentity,
  OperatorOrganization,
  OperatorPlugin,
  OperatorRollout,
  OperatorWorkerList,
  RolloutOrganization,
} from '../api/types';
import type { Page } from '../ui/usePages';

const session = '/api/auth/v1/operator/session';
const base = '/api/plugins/v1/operator';

type Query = Record<string, string | undefined>;

function address(path: string, query: Query): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] =>
    Boolean(pair[1]),
  );
  const text = new URLSearchParams(given).toString();
  return text ? `${base}${path}?${text}` : `${base}${path}`;
}

/** Asks for what the operator may see, with the session cookie of this host. */
export class OperatorClient {
  readonly #fetch: Fetch;
  readonly #onSignedOut: () => void;

  /** `onSignedOut` hears of every answer that says that nobody is signed in. */
  constructor(fetch: Fetch, onSignedOut: () => void) {
    this.#fetch = fetch;
    this.#onSignedOut = onSignedOut;
  }

  signIn(code: string): Promise<OperatorIdentity> {
    return requestJson(this.#fetch, session, {
      method: 'POST',
      body: { code },
    });
  }

  /** Who is signed in; undefined: nobody. */
  async whoAmI(): Promise<OperatorIdentity | undefined> {
    try {
      return await requestJson(this.#fetch, session);
    } catch (thrown) {
      if (thrown instanceof ApiFailure && thrown.status === 401) {
        return undefined;
      }
      throw thrown;
    }
  }

  signOut(): Promise<void> {
    return this.#heard(
      requestNothing(this.#fetch, session, { method: 'DELETE' }),
    );
  }

  listPlugins(cursor?: string): Promise<Page<OperatorPlugin>> {
    return this.#get('/plugins', { cursor });
  }

  listOrganizations(
    which: { package: string; version?: string },
    cursor?: string,
  ): Promise<Page<OperatorOrganization>> {
    return this.#get('/organizations', { ...which, cursor });
  }

  listHistory(
    which: { package?: string; organization?: string },
    cursor?: string,
  ): Promise<Page<OperatorChange>> {
    return this.#get('/history', { ...which, cursor });
  }

  listRollouts(
    cursor?: string,
    limit?: string,
  ): Promise<Page<OperatorRollout>> {
    return this.#get('/rollouts', { cursor, limit });
  }

  getRollout(id: string): Promise<OperatorRollout> {
    return this.#get(`/rollouts/${encodeURIComponent(id)}`);
  }

  listRolloutOrganizations(
    id: string,
    cursor?: string,
    limit?: string,
  ): Promise<Page<RolloutOrganization>> {
    const path = `/rollouts/${encodeURIComponent(id)}/organizations`;
    return this.#get(path, { cursor, limit });
  }

  startRollout(body: NewOperatorRollout): Promise<BegunRollout> {
    return this.#heard(
      requestJson(this.#fetch, `${base}/rollouts`, { method: 'POST', body }),
    );
  }

  stopRollout(id: string): Promise<void> {
    return this.#wish(id, 'stop');
  }

  revertRollout(id: string): Promise<void> {
    return this.#wish(id, 'revert');
  }

  listWorkers(): Promise<OperatorWorkerList> {
    return this.#get('/workers');
  }

  getIsolation(): Promise<Isolation> {
    return this.#get('/isolation');
  }

  listDeeds(cursor?: string): Promise<Page<OperatorDeed>> {
    return this.#get('/deeds', { cursor });
  }

  #wish(id: string, what: 'stop' | 'revert'): Promise<void> {
    const url = `${base}/rollouts/${encodeURIComponent(id)}/${what}`;
    return this.#heard(requestNothing(this.#fetch, url, { method: 'POST' }));
  }

  #get<T>(path: string, query: Query = {}): Promise<T> {
    return this.#heard(requestJson<T>(this.#fetch, address(path, query)));
  }

  async #heard<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (thrown) {
      if (thrown instanceof ApiFailure && thrown.status === 401) {
        this.#onSignedOut();
      }
      throw thrown;
    }
  }
}
