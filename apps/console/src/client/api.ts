import createClient, { type Middleware } from 'openapi-fetch';
import { ApiError, problemOf } from './api-error.js';
import type { components, paths } from './schema.js';
import { currentToken, tokenRefused } from './token.js';

/** A named schema of the API's OpenAPI document, e.g. `Schema<'Device'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

const withToken: Middleware = {
  onRequest({ request }) {
    const token = currentToken();
    if (token !== null) request.headers.set('authorization', `Bearer ${token}`);
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return undefined;
    if (response.status === 401) tokenRefused();
    throw new ApiError(await problemOf(response));
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === 'AbortError') return error;
    return new ApiError({
      kind: 'unreachable',
      status: 0,
      title: 'The server cannot be reached',
      detail: String(error),
    });
  },
};

/**
 * The API under its own types: `(await api.GET('/api/devices', { params: { query: { limit: 50 } } })).data`. Whatever is not
 * a success is thrown as an `ApiError`, so `data` is there; `dataOf` says so to the compiler.
 */
export const api = createClient<paths>({ baseUrl: location.origin });
api.use(withToken);

/** The data of an answer. @throws ApiError as the request does */
export async function dataOf<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T;
}
