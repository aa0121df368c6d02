import { ApiFailure } from './failure';

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

async function send(
  fetch: Fetch,
  url: string,
  options: RequestOptions,
): Promise<Response> {
  const hasBody = options.body !== undefined;
  const response = await fetch(url, {
    method: options.method ?? 'GET',
    headers: {
      accept: 'application/json',
      ...(hasBody && { 'content-type': 'application/json' }),
      ...options.headers,
    },
    body: hasBody ? JSON.stringify(options.body) : undefined,
    signal: options.signal,
  }).catch((error: unknown) => {
    if (options.signal?.aborted) throw error;
    throw ApiFailure.unreachable();
  });
  if (!response.ok) throw await ApiFailure.fromResponse(response);
  return response;
}

/** Sends a request and reads the JSON answer; throws `ApiFailure`. */
export async function requestJson<T>(
  fetch: Fetch,
  url: string,
  options: RequestOptions = {},
): Promise<T> {
  const response = await send(fetch, url, options);
  return (await response.json()) as T;
}

/** Sends a request whose answer has no body that matters; throws `ApiFailure`. */
export async function requestNothing(
  fetch: Fetch,
  url: string,
  options: RequestOptions = {},
): Promise<void> {
  await send(fetch, url, options);
}
