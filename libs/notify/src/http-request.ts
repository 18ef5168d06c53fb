import { DeliveryError, type DeliveryErrorCode } from './delivery-error.js';
import { withoutSecrets } from './secret-fields.js';
import { oneLine, truncate } from './text.js';

/** A request is given up after this, wherever it stands: looking up the name, connecting, waiting for the answer. */
export const REQUEST_TIMEOUT_MS = 5_000;
/** A receiver that wants to be left alone for longer is asked again after this. */
export const LONGEST_RETRY_AFTER_MS = 15 * 60 * 1000;

/** No more than this of an answer is read, and only of one that is a refusal. */
const ANSWER_BYTES = 4096;
/** How much of it an error quotes. */
const QUOTED_CHARACTERS = 200;

export interface HttpRequest {
  readonly url: string;
  /** Default POST. */
  readonly method?: 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** What an error must not quote, besides the address and the credentials of the request itself. */
  readonly secrets: readonly string[];
}

/** As `HttpRequest`, or one that only asks. */
type Request = Omit<HttpRequest, 'method' | 'body'> & {
  readonly method?: 'POST' | 'PUT' | 'GET';
  readonly body?: string;
};

/** Sends JSON, as `sendRequest` does. */
export async function sendJson(
  { headers, body, ...request }: Omit<HttpRequest, 'body'> & { readonly body: unknown },
  signal: AbortSignal,
): Promise<void> {
  const json = JSON.stringify(body);
  await sendRequest(
    { ...request, headers: { 'content-type': 'application/json', ...headers }, body: json },
    signal,
  );
}

/**
 * Sends one request, and resolves when the receiver answers with a status from 200 to 299. Redirects are not followed, and
 * the answer's body is not read, but for the beginning of one that says why not.
 * @throws DeliveryError
 */
export async function sendRequest(request: HttpRequest, signal: AbortSignal): Promise<void> {
  await exchange(request, signal, async (response) => {
    // Dropping the body closes the connection, however much the receiver would send.
    await response.body?.cancel().catch(() => {});
  });
}

/**
 * Asks for JSON, and reads at most `maxBytes` of it.
 * @throws DeliveryError `receiver-fault` where the answer is longer, or something else.
 */
export async function getJson(
  request: Omit<HttpRequest, 'method' | 'body'>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<unknown> {
  return exchange({ ...request, method: 'GET' }, signal, async (response) => {
    const { text, isCutShort } = await beginningOf(response, maxBytes);
    try {
      if (!isCutShort) return JSON.parse(text) as unknown;
    } catch {
      // Told below.
    }
    const { host } = new URL(request.url);
    throw new DeliveryError(
      'receiver-fault',
      `${host} answered with something other than ${maxBytes} bytes of JSON`,
    );
  });
}

/** One request, with its time; `take` gets an answer that is none of refusal. */
async function exchange<T>(
  request: Request,
  signal: AbortSignal,
  take: (response: Response) => Promise<T>,
): Promise<T> {
  const { host } = new URL(request.url);
  const attempt = new AbortController();
  let ended: DeliveryErrorCode | undefined;
  const end = (code: DeliveryErrorCode): void => {
    ended ??= code;
    attempt.abort();
  };
  const onAbort = (): void => end('aborted');
  const timer = setTimeout(end, REQUEST_TIMEOUT_MS, 'timeout');
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (signal.aborted) end('aborted');
    const response = await open(request, attempt.signal).catch((error: unknown) => {
      throw notAnswered(host, ended, error);
    });
    if (!response.ok) throw await refusal(host, response, request);
    return await take(response);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

async function open(
  { url, method = 'POST', headers, body }: Request,
  signal: AbortSignal,
): Promise<Response> {
  return fetch(url, {
    method,
    headers: { 'user-agent': 'fieldstream', ...headers },
    ...(body === undefined ? {} : { body }),
    redirect: 'manual',
    signal,
  });
}

function notAnswered(host: string, ended: DeliveryErrorCode | undefined, error: unknown): DeliveryError {
  if (ended === 'aborted') return new DeliveryError('aborted', `sending to ${host} was ended`);
  if (ended === 'timeout')
    return new DeliveryError('timeout', `${host} did not answer within ${REQUEST_TIMEOUT_MS} ms`);
  return new DeliveryError('unreachable', `${host} cannot be reached: ${networkFault(error)}`);
}

/** The code of a network fault, e.g. ECONNREFUSED. Never a text of `fetch`: it may hold the address. */
function networkFault(error: unknown): string {
  let fault = error as { cause?: unknown; code?: unknown; errors?: unknown; message?: unknown } | undefined;
  for (let depth = 0; depth < 5 && fault; depth++) {
    if (typeof fault.code === 'string') return fault.code;
    if (fault.message === 'bad port') return 'its port is one that web clients may not use';
    const inner: unknown = Array.isArray(fault.errors) ? fault.errors[0] : fault.cause;
    fault = typeof inner === 'object' && inner !== null ? inner : undefined;
  }
  return 'the connection failed';
}

async function refusal(host: string, response: Response, request: Request): Promise<DeliveryError> {
  const { status } = response;
  const answer = await beginningOf(response, ANSWER_BYTES);
  const secrets = [...request.secrets, request.url, ...credentialsIn(request.headers ?? {})];
  const clean = oneLine(withoutSecrets(answer.text, secrets, answer.isCutShort));
  const quoted = clean === '' ? '' : `: ${truncate(clean, QUOTED_CHARACTERS)}`;
  const isRedirect = status >= 300 && status < 400;
  const hint = isRedirect ? '; redirects are not followed, so enter the address to which it leads' : quoted;
  return new DeliveryError(codeOf(status), `${host} answered ${status}${hint}`, {
    retryAfterMs: status === 429 || status === 503 ? retryAfter(response, answer.text) : undefined,
  });
}

function codeOf(status: number): DeliveryErrorCode {
  if (status === 429) return 'rate-limited';
  if (status === 408 || status === 425 || status >= 500) return 'receiver-fault';
  return 'refused';
}

/** What `Authorization` holds: without its scheme, too, and a user's password in the clear. */
function credentialsIn(headers: Readonly<Record<string, string>>): string[] {
  const value = headers['authorization'] ?? '';
  return [value, value.slice(value.indexOf(' ') + 1)];
}

async function beginningOf(
  response: Response,
  maxBytes: number,
): Promise<{ text: string; isCutShort: boolean }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  try {
    while (size < maxBytes) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done || !value) break;
      const part = value.subarray(0, maxBytes - size);
      chunks.push(part);
      size += part.length;
    }
  } catch {
    // The status says enough: an answer that breaks off is quoted as far as it came.
    return { text: Buffer.concat(chunks).toString('utf8'), isCutShort: true };
  }
  const isCutShort = size >= maxBytes;
  await reader?.cancel().catch(() => {});
  return { text: Buffer.concat(chunks).toString('utf8'), isCutShort };
}

/** RFC 9110 section 10.2.3, or else what Discord and Telegram say in the body, in seconds. */
function retryAfter(response: Response, text: string): number | undefined {
  const header = response.headers.get('retry-after');
  const ms = header === null ? secondsInBody(text) * 1000 : headerMs(header);
  return Number.isFinite(ms) ? Math.min(Math.max(Math.ceil(ms), 0), LONGEST_RETRY_AFTER_MS) : undefined;
}

function headerMs(header: string): number {
  return /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
}

function secondsInBody(text: string): number {
  try {
    const body = JSON.parse(text) as { retry_after?: unknown; parameters?: { retry_after?: unknown } } | null;
    const seconds = body?.retry_after ?? body?.parameters?.retry_after;
    return typeof seconds === 'number' ? seconds : NaN;
  } catch {
    return NaN;
  }
}
