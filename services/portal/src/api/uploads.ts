import { createApiRef } from '@backstage/frontend-plugin-api';
import { ApiFailure } from './failure';
import { requestJson, requestNothing, type Fetch } from './request';
import type {
  LogLine,
  Logs,
  OfferedPreview,
  PreviewList,
  UploadedVersion,
  UploadList,
} from './types';

const uploads = 'plugin://plugins/v1/uploads';
const previews = 'plugin://plugins/v1/previews';

/** The organisation's own plugins, and the versions that one person looks at before they are published. */
export class UploadsClient {
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  list(): Promise<UploadList> {
    return requestJson(this.#fetch, uploads);
  }

  /** Uploads an archive as `npm pack` makes it. */
  async upload(archive: Blob): Promise<UploadedVersion> {
    const response = await this.#fetch(uploads, {
      method: 'POST',
      headers: { 'content-type': 'application/gzip' },
      body: archive,
    }).catch(() => {
      throw ApiFailure.unreachable();
    });
    if (!response.ok) throw await ApiFailure.fromResponse(response);
    return (await response.json()) as UploadedVersion;
  }

  remove(id: string): Promise<void> {
    return requestNothing(this.#fetch, `${uploads}/${id}`, {
      method: 'DELETE',
    });
  }

  publish(id: string): Promise<UploadedVersion> {
    return requestJson(this.#fetch, `${uploads}/${id}/publish`, {
      method: 'POST',
    });
  }

  /** Says who may look at a version before it is published. */
  setPreviewers(id: string, members: string[]): Promise<UploadedVersion> {
    return requestJson(this.#fetch, `${uploads}/${id}/previewers`, {
      method: 'PUT',
      body: { members },
    });
  }

  /** The last lines that the preview's worker wrote. */
  async readLog(id: string): Promise<LogLine[]> {
    const url = `${uploads}/${id}/logs`;
    return (await requestJson<Logs>(this.#fetch, url)).lines;
  }

  /** What the person may look at. */
  async listPreviews(): Promise<OfferedPreview[]> {
    return (await requestJson<PreviewList>(this.#fetch, previews)).items;
  }

  async setPreview(id: string, on: boolean): Promise<OfferedPreview[]> {
    const set = { method: 'PUT', body: { on } } as const;
    const url = `${previews}/${id}`;
    return (await requestJson<PreviewList>(this.#fetch, url, set)).items;
  }
}

export const uploadsApiRef = createApiRef<UploadsClient>().with({
  id: 'plugin.settings.uploads',
  pluginId: 'settings',
});
