import { compareSeverity, SEVERITIES, type Severity } from '@fieldstream/domain';
import type { AlertRecord } from '@fieldstream/wire';
import { Problem } from '../http/problem.js';
import { encodeEvent, encodeHeartbeat } from './server-sent-event.js';

/** Where a subscriber is written to: the part of an HTTP answer that is needed here. */
export interface EventSink {
  /** Bytes that wait to be taken. */
  readonly writableLength: number;
  write(chunk: string): unknown;
  /** Resolves with true when nothing waits any more, with false when that takes longer than `ms`, or it has ended. */
  drained(ms: number): Promise<boolean>;
  end(): unknown;
  /** Cuts the connection. */
  destroy(): unknown;
}

/** Which changes a subscriber wants; what is left out does not matter. */
export interface StreamFilter {
  readonly deviceId?: string | undefined;
  readonly ruleId?: string | undefined;
  /** At least so severe. */
  readonly severity?: Severity | undefined;
}

export interface SubscribersOptions {
  readonly maxSubscribers: number;
  /** Bytes that may wait for one subscriber; beyond it the subscriber is cut off. */
  readonly maxWaitingBytes: number;
  /** Changes that may come while a subscriber is told what it missed; beyond it the subscriber is cut off. */
  readonly maxHeldAlerts: number;
  /** A subscriber that takes nothing for so long while it is told what it missed is cut off. */
  readonly drainTimeoutMs: number;
}

/**
 * Those who listen to the stream of alerts. Nobody waits for a slow one: it is cut off, comes back, and is told from the
 * database what it missed.
 */
export class Subscribers {
  readonly #all = new Set<Subscription>();
  #newest = 0;
  #isClosed = false;
  /** Subscribers that were cut off because they did not keep up. */
  cut = 0;

  constructor(private readonly options: SubscribersOptions) {}

  get size(): number {
    return this.#all.size;
  }

  /**
   * From now on changes are held for the subscriber; `begin` writes them.
   * @throws Problem if there are too many subscribers
   */
  add(filter: StreamFilter, sink: EventSink): Subscription {
    const { maxSubscribers } = this.options;
    if (this.#isClosed) throw new Problem('too-many-subscribers', 'The server is about to stop.');
    if (this.#all.size >= maxSubscribers) {
      throw new Problem(
        'too-many-subscribers',
        `There are ${maxSubscribers} subscribers already; try again later.`,
      );
    }
    const subscription = new Subscription(filter, sink, this.options, {
      onCut: () => void this.cut++,
      onEnd: () => void this.#all.delete(subscription),
    });
    this.#all.add(subscription);
    return subscription;
  }

  publish(alerts: readonly AlertRecord[]): void {
    for (const { sequence } of alerts) this.#newest = Math.max(this.#newest, sequence);
    for (const subscription of this.#all) subscription.take(alerts);
  }

  /** Keeps the connections open, and lets a client whose filter lets little through come back with a new ID. */
  heartbeat(): void {
    for (const subscription of this.#all) subscription.heartbeat(this.#newest);
  }

  /** Ends all, for good. */
  close(): void {
    this.#isClosed = true;
    for (const subscription of this.#all) subscription.end();
  }
}

type Limits = Omit<SubscribersOptions, 'maxSubscribers'>;

/** One subscriber. */
export class Subscription {
  /** What has come while it is being told what it missed; undefined from then on. */
  #held: AlertRecord[] | undefined = [];
  /** Sequences that it was told as missed, which the stream may bring still. */
  #told: ReadonlySet<number> = new Set();
  #newest = 0;
  #isOver = false;

  constructor(
    private readonly filter: StreamFilter,
    private readonly sink: EventSink,
    private readonly limits: Limits,
    private readonly events: { onCut(): void; onEnd(): void },
  ) {}

  /**
   * Writes the beginning of the stream, then what was missed, then what has come since, as fast as it is taken. From then
   * on what comes is written at once.
   */
  async begin(beginning: {
    readonly text: string;
    /** The sequence at which the beginning was made. */
    readonly newest: number;
    readonly missed: readonly AlertRecord[];
  }): Promise<void> {
    const { text, newest, missed } = beginning;
    this.#newest = newest;
    this.#told = new Set(missed.map(({ sequence }) => sequence));
    this.#write(text);
    await this.#writeSlowly(missed);
    for (;;) {
      const held = this.#held?.splice(0) ?? [];
      if (held.length === 0) break;
      await this.#writeSlowly(held.filter(({ sequence }) => !this.#told.has(sequence)));
    }
    this.#held = undefined;
  }

  take(alerts: readonly AlertRecord[]): void {
    if (this.#isOver) return;
    if (this.#held === undefined) {
      for (const alert of alerts) if (!this.#told.has(alert.sequence)) this.#writeAlert(alert);
      return;
    }
    this.#held.push(...alerts);
    if (this.#held.length > this.limits.maxHeldAlerts) this.#cutOff();
  }

  heartbeat(newest: number): void {
    if (this.#held !== undefined) return;
    this.#newest = Math.max(this.#newest, newest);
    this.#write(encodeHeartbeat(this.#newest));
  }

  end(): void {
    if (this.#isOver) return;
    this.drop();
    this.sink.end();
  }

  /** Forgets it; its connection is another's affair. */
  drop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#held = undefined;
    this.events.onEnd();
  }

  async #writeSlowly(alerts: readonly AlertRecord[]): Promise<void> {
    const { maxWaitingBytes, drainTimeoutMs } = this.limits;
    for (const alert of alerts) {
      if (this.#isOver) return;
      this.#writeAlert(alert);
      if (this.sink.writableLength <= maxWaitingBytes / 2) continue;
      if (!(await this.sink.drained(drainTimeoutMs))) this.#cutOff();
    }
  }

  #writeAlert(alert: AlertRecord): void {
    if (!isWanted(this.filter, alert)) return;
    this.#newest = Math.max(this.#newest, alert.sequence);
    this.#write(encodeEvent({ event: 'alert', id: alert.sequence, data: alert }));
  }

  #cutOff(): void {
    if (this.#isOver) return;
    this.events.onCut();
    this.drop();
    this.sink.destroy();
  }

  #write(text: string): void {
    if (this.#isOver) return;
    this.sink.write(text);
    if (this.sink.writableLength > this.limits.maxWaitingBytes) this.#cutOff();
  }
}

/** A change of severity and the end of an alert are told whatever they lead to: who was told of it before must know. */
function isWanted({ deviceId, ruleId, severity }: StreamFilter, alert: AlertRecord): boolean {
  if (deviceId !== undefined && alert.deviceId !== deviceId) return false;
  if (ruleId !== undefined && alert.ruleId !== ruleId) return false;
  if (severity === undefined || alert.change === 'severity' || alert.change === 'resolved') return true;
  const found = SEVERITIES.find((known) => known === alert.severity);
  return found === undefined || compareSeverity(found, severity) >= 0;
}
