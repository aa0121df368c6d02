import { createApiRef } from '@backstage/frontend-plugin-api';
import type { Page } from '../ui/usePages';
import { ApiFailure } from './failure';
import { requestJson, requestNothing, type Fetch } from './request';
import type {
  AuditEntry,
  AuditList,
  AuditSettings,
  AuditStream,
  AuditStreamChange,
  AuditStreamList,
  AuditVerification,
  MadeAuditStream,
  NewAuditStream,
} from './types';

const base = 'plugin://tenant-admin/v1/audit';

/** Which events are wanted; empty texts are not asked for. */
export interface AuditFilter {
  actor?: string;
  action?: string;
  target?: string;
  from?: string;
  until?: string;
  text?: string;
}

/** The filter as a query string, with what else is asked. */
export function auditQuery(
  filter: AuditFilter,
  more: Record<string, string | undefined> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filter, ...more })) {
    if (value?.trim()) query.set(name, value.trim());
  }
  const text = query.toString();
  return text ? `?${text}` : '';
}

/** The audit log of the organisation. */
export class AuditClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  async list(
    filter: AuditFilter,
    before?: string,
    limit = 50,
  ): Promise<Page<AuditEntry>> {
    const query = auditQuery(filter, { before, limit: String(limit) });
    const list = await requestJson<AuditList>(this.#fetch, `${base}${query}`);
    return { items: list.items, nextCursor: list.next };
  }

  /** The events that match, as lines of JSON. */
  async export(filter: AuditFilter): Promise<Blob> {
    const response = await this.#fetch(`${base}/export${auditQuery(filter)}`);
    if (!response.ok) throw await ApiFailure.fromResponse(response);
    return response.blob();
  }

  verify(kept: string): Promise<AuditVerification> {
    const query = auditQuery({}, { kept });
    return requestJson(this.#fetch, `${base}/verification${query}`);
  }

  undo(id: string): Promise<void> {
    return requestNothing(this.#fetch, `${base}/${id}/undo`, {
      method: 'POST',
    });
  }

  getSettings(): Promise<AuditSettings> {
    return requestJson(this.#fetch, `${base}/settings`);
  }

  setRetention(retentionDays: number | null): Promise<AuditSettings> {
    return requestJson(this.#fetch, `${base}/settings`, {
      method: 'PATCH',
      body: { retentionDays },
    });
  }

  async listStreams(): Promise<AuditStream[]> {
    const list = await requestJson<AuditStreamList>(
      this.#fetch,
      `${base}/streams`,
    );
    return list.items;
  }

  addStream(stream: NewAuditStream): Promise<MadeAuditStream> {
    return requestJson(this.#fetch, `${base}/streams`, {
      method: 'POST',
      body: stream,
    });
  }

  changeStream(id: string, change: AuditStreamChange): Promise<AuditStream> {
    return requestJson(this.#fetch, `${base}/streams/${id}`, {
      method: 'PATCH',
      body: change,
    });
  }

  removeStream(id: string): Promise<void> {
    return requestNothing(this.#fetch, `${base}/streams/${id}`, {
      method: 'DELETE',
    });
  }
}

export const auditApiRef = createApiRef<AuditClient>().with({
  id: 'plugin.settings.audit',
  pluginId: 'settings',
});
