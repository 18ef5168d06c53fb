import { setTimeout as delay } from 'node:timers/promises';

/** Of one request. */
const REQUEST_TIMEOUT_MS = 5_000;
/** Of the attempts at one thing while the API answers that it cannot just now. */
const RETRY_FOR_MS = 15_000;
const RETRY_EVERY_MS = 500;
const PAGE = 500;

/** What the demo wants to know of a device. */
export interface KnownDevice {
  readonly deviceId: string;
  readonly name: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

export interface PlatformApiOptions {
  /** E.g. `http://127.0.0.1:3000`. */
  readonly url: string;
  readonly token: string | undefined;
  /** Ends whatever is under way; it then rejects. */
  readonly signal: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * The few calls of the HTTP API that the demo makes. A connection that fails, and an answer of 5xx, are tried again for a
 * bounded time.
 */
export class PlatformApi {
  readonly #options: PlatformApiOptions;

  constructor(options: PlatformApiOptions) {
    this.#options = options;
  }

  /** All devices whose IDs begin with the prefix. @throws Error */
  async listDevices(prefix: string): Promise<readonly KnownDevice[]> {
    const found: KnownDevice[] = [];
    for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
      const query = new URLSearchParams({ search: prefix, limit: String(PAGE) });
      if (cursor !== null) query.set('cursor', cursor);
      const { body } = await this.#call('GET', `/api/devices?${query.toString()}`, [200]);
      const page = body as { readonly items: readonly KnownDevice[]; readonly next: string | null };
      found.push(...page.items.filter(({ deviceId }) => deviceId.startsWith(prefix)));
      cursor = page.next;
    }
    return found;
  }

  /** Makes a rule. @returns whether it was made; false if there is one with this ID already. @throws Error */
  async createRule(rule: object): Promise<boolean> {
    const { status } = await this.#call('POST', '/api/rules', [201, 409], rule);
    return status === 201;
  }

  /** Sets name and labels. @throws Error */
  async describeDevice(deviceId: string, patch: Omit<KnownDevice, 'deviceId'>): Promise<void> {
    await this.#call('PATCH', `/api/devices/${encodeURIComponent(deviceId)}`, [200], patch);
  }

  async #call(method: string, path: string, expected: readonly number[], body?: object): Promise<Answer> {
    const deadlineMs = performance.now() + RETRY_FOR_MS;
    for (;;) {
      const answer = await this.#request(method, path, body).catch((error: unknown) => error as Error);
      if (!(answer instanceof Error) && expected.includes(answer.status)) return answer;
      const isPassing = answer instanceof Error || answer.status >= 500;
      this.#options.signal.throwIfAborted();
      if (!isPassing || performance.now() > deadlineMs) throw faultOf(`${method} ${path}`, answer);
      await delay(RETRY_EVERY_MS, undefined, { signal: this.#options.signal });
    }
  }

  async #request(method: string, path: string, body: object | undefined): Promise<Answer> {
    const { url, token, signal } = this.#options;
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  }
}

function faultOf(request: string, answer: Answer | Error): Error {
  if (answer instanceof Error) {
    return new Error(`the API cannot be reached (${request}): ${answer.message}`, { cause: answer });
  }
  const { detail } = (answer.body ?? {}) as { readonly detail?: string };
  return new Error(`the API answered ${answer.status} to ${request}: ${detail ?? ''}`);
}
