import { createApiRef } from '@backstage/frontend-plugin-api';
import { requestJson, requestNothing, type Fetch } from './request';
import type { BrowserSession, EndedSessions, SessionList } from './types';

const base = 'plugin://auth/v1';

/** Whose sessions: one's own, or those of a member. */
export interface SessionOwner {
  memberId?: string;
}

const pathOf = ({ memberId }: SessionOwner) =>
  memberId ? `${base}/members/${memberId}/sessions` : `${base}/sessions`;

/** Browsers that are signed in, and one's own password. */
export class SessionsClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  async list(owner: SessionOwner): Promise<BrowserSession[]> {
    const list = await requestJson<SessionList>(this.#fetch, pathOf(owner));
    return list.items;
  }

  end(owner: SessionOwner, id: string): Promise<void> {
    return requestNothing(this.#fetch, `${pathOf(owner)}/${id}`, {
      method: 'DELETE',
    });
  }

  /** Of one's own, the browser that asks stays signed in. */
  endAll(owner: SessionOwner): Promise<EndedSessions> {
    return requestJson(this.#fetch, pathOf(owner), { method: 'DELETE' });
  }

  endEverybodys(): Promise<EndedSessions> {
    return requestJson(this.#fetch, `${base}/organization/sessions`, {
      method: 'DELETE',
    });
  }

  changePassword(current: string, password: string): Promise<void> {
    return requestNothing(this.#fetch, `${base}/password`, {
      method: 'POST',
      body: { current, password },
    });
  }
}

export const sessionsApiRef = createApiRef<SessionsClient>().with({
  id: 'plugin.settings.sessions',
  pluginId: 'settings',
});
