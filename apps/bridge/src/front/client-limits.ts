import type { Logger } from '@fieldstream/domain';
import { MinuteLog } from './minute-log.js';

export interface ClientBounds {
  readonly keepaliveMinSeconds: number;
  readonly keepaliveMaxSeconds: number;
  readonly maxTopicBytes: number;
  readonly maxTopicLevels: number;
  readonly maxClientIdLength: number;
  readonly maxFilters: number;
}

/** Why a CONNECT is refused for what it asks for: a closed list, used as metric label. */
export const LIMIT_REFUSALS = ['client-id', 'keepalive', 'will-topic'] as const;
export type LimitRefusal = (typeof LIMIT_REFUSALS)[number];

/** CONNACK return codes (MQTT 3.1.1, table 3.1); there is none for a keep-alive, and 5 is what clients do not repeat at once. */
const RETURN_CODES: Readonly<Record<LimitRefusal, 2 | 5>> = { 'client-id': 2, keepalive: 5, 'will-topic': 5 };

/** What of a CONNECT is bounded. */
export interface ConnectRequest {
  clientId?: string | undefined;
  clean?: boolean | undefined;
  /** Seconds; 0 for none. */
  keepalive?: number | undefined;
  will?: { topic: string } | undefined;
}

export interface ConnectFault {
  readonly reason: LimitRefusal;
  readonly message: string;
  readonly returnCode: 2 | 5;
}

const SLASH = 47;
/** Bytes of one character of a string's length, at most. */
const MAX_UTF8_BYTES = 3;

/** Bounds on what one client may ask for, once it can be understood. Counts what is refused, and logs it once a minute. */
export class ClientLimits {
  /** CONNECTs that were refused. */
  readonly refused = Object.fromEntries(LIMIT_REFUSALS.map((reason) => [reason, 0])) as Record<
    LimitRefusal,
    number
  >;
  /** Topic filters that were not granted. */
  filtersRefused = 0;
  readonly #filters = new WeakMap<object, Set<string>>();
  readonly #log: MinuteLog;

  constructor(
    private readonly bounds: ClientBounds,
    logger: Pick<Logger, 'warn'>,
    now: () => number,
  ) {
    this.#log = new MinuteLog({ logger, now });
  }

  /** Why a CONNECT is refused, if it is. */
  connectFault({ clientId = '', clean, keepalive = 0, will }: ConnectRequest): ConnectFault | undefined {
    const { maxClientIdLength, keepaliveMinSeconds } = this.bounds;
    // MQTT-3.1.3-8: a session cannot be resumed without a name.
    if (clientId === '' && !clean)
      return this.#refuse('client-id', 'an empty client ID needs a clean session');
    if (clientId.length > maxClientIdLength) {
      return this.#refuse(
        'client-id',
        `the client ID has ${clientId.length} characters, more than MQTT_MAX_CLIENT_ID_LENGTH=${maxClientIdLength}`,
      );
    }
    // MQTT-1.5.3-2 for U+0000, and what section 1.5.3 advises for the others.
    if (/[\u0000-\u001f\u007f-\u009f]/.test(clientId)) {
      return this.#refuse('client-id', 'the client ID contains control characters');
    }
    if (keepalive > 0 && keepalive < keepaliveMinSeconds) {
      return this.#refuse(
        'keepalive',
        `the keep-alive of ${keepalive} s is less than MQTT_KEEPALIVE_MIN_SECONDS=${keepaliveMinSeconds}`,
      );
    }
    const fault = will && this.topicFault(will.topic);
    return fault === undefined ? undefined : this.#refuse('will-topic', `the will: ${fault}`);
  }

  /** Seconds of keep-alive that the bridge goes by: it does not wait for ever, whatever the client asked for. */
  keepaliveOf(keepalive: number | undefined): number {
    const { keepaliveMaxSeconds } = this.bounds;
    return keepalive === undefined || keepalive === 0
      ? keepaliveMaxSeconds
      : Math.min(keepalive, keepaliveMaxSeconds);
  }

  /** What is wrong with a topic name or filter, if anything is. Runs for every publish. */
  topicFault(topic: string): string | undefined {
    const { maxTopicBytes, maxTopicLevels } = this.bounds;
    if (topic.length * MAX_UTF8_BYTES > maxTopicBytes && Buffer.byteLength(topic) > maxTopicBytes) {
      return `the topic has more than MQTT_MAX_TOPIC_BYTES=${maxTopicBytes} bytes`;
    }
    if (topic.length < maxTopicLevels) return undefined;
    let levels = 1;
    for (let at = 0; at < topic.length; at++) if (topic.charCodeAt(at) === SLASH) levels++;
    return levels > maxTopicLevels
      ? `the topic has ${levels} levels, more than MQTT_MAX_TOPIC_LEVELS=${maxTopicLevels}`
      : undefined;
  }

  /** Whether a client gets a further filter. */
  maySubscribe(client: object, filter: string): boolean {
    const fault = this.topicFault(filter);
    const filters = this.#filters.get(client) ?? new Set();
    this.#filters.set(client, filters);
    if (fault === undefined && (filters.has(filter) || filters.size < this.bounds.maxFilters)) {
      filters.add(filter);
      return true;
    }
    this.filtersRefused++;
    this.#log.warn('filter', 'topic filters were refused; this is the last one', () => ({
      why: fault ?? `the client has MQTT_MAX_FILTERS=${this.bounds.maxFilters} filters already`,
    }));
    return false;
  }

  /** A client gave filters back. */
  unsubscribed(client: object, filters: readonly string[]): void {
    for (const filter of filters) this.#filters.get(client)?.delete(filter);
  }

  #refuse(reason: LimitRefusal, message: string): ConnectFault {
    this.refused[reason]++;
    this.#log.warn(reason, 'CONNECTs were refused; this is the last one', () => ({ why: message }));
    return { reason, message, returnCode: RETURN_CODES[reason] };
  }
}
