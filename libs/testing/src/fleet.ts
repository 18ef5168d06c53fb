import { eventually } from './eventually.js';
import { FleetConnection, type FleetConnectionHost, type NextPublish } from './fleet-connection.js';
import { Histogram } from './histogram.js';
import { PublishLedger } from './publish-ledger.js';
import { PublishPlan, type Disorder, type ObservationClock } from './publish-plan.js';
import { seededRandom } from './seeded-random.js';

export interface FleetOptions {
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly connections: number;
  /** Default 1. */
  readonly devicesPerConnection?: number;
  /** Publishes in flight of one connection at most. Default 20. */
  readonly window?: number;
  /** Publishes a second of the whole fleet, or as many as are acked. Default `max`. */
  readonly rate?: number | 'max';
  /** Observations are published until this many, then the fleet is idle; duplicates count. Default without end. */
  readonly publishes?: number;
  /** Same seed, same values, same disorder. Default 1. */
  readonly seed?: number;
  /** Devices are `<prefix>-00000` and so on. Default `fleet`. */
  readonly devicePrefix?: string;
  readonly clock?: ObservationClock;
  readonly disorder?: Disorder;
  /** Default false: a resend needs the session. */
  readonly cleanSession?: boolean;
  /** Default 60. */
  readonly keepaliveSeconds?: number;
  /** User name and password of a connection. Default none. */
  readonly credentials?: (connection: number) => { readonly username: string; readonly password: string };
}

/** Counts since the fleet was made. */
export interface FleetStats {
  /** PUBLISH packets, duplicates included, resends not. */
  readonly published: number;
  readonly acked: number;
  readonly inFlight: number;
  readonly resent: number;
  readonly connected: number;
  /** Connections lost, refused or not made, each time. */
  readonly lost: number;
  readonly refused: number;
  /** PUBACKs that overtook an older one. A server that keeps to MQTT-4.6.0-2 sends none. */
  readonly ackOutOfOrder: number;
  /** PUBACKs for nothing in flight. */
  readonly ackUnknown: number;
  /** Publishes that were due at a fixed rate while a connection's queue was full, and were given up. */
  readonly overrun: number;
}

/** Publishes due but not yet sent, kept for each connection at most. */
const QUEUE = 4_096;
const TICK_MS = 1;
/** Connections opened before waiting for some of them to be accepted. */
const OPENING_AT_ONCE = 200;

/**
 * A load generator: many MQTT 3.1.1 connections in one process, each publishing for one or more devices at QoS 1 with
 * a bounded window, and a ledger of what was sent and acked. At a fixed rate it is an open loop: a publish that has to
 * wait for the window is late by the time at which it was due, so a stalled server shows in the latency.
 */
export class Fleet {
  readonly ledger: PublishLedger;
  private histogram = new Histogram();
  readonly devices: readonly string[];
  private readonly connections: FleetConnection[] = [];
  private readonly plans: PublishPlan[];
  private readonly perConnection: number;
  private readonly turns: Uint32Array;
  /** Due times of each connection's waiting publishes, rings of `QUEUE`. */
  private readonly dues: { times: Float64Array; first: number; length: number }[] = [];
  private readonly limit: number;
  private readonly rate: number | 'max';
  private running = false;
  private left: number;
  private ticker: NodeJS.Timeout | undefined;
  private readonly pinger: NodeJS.Timeout;
  private startedMs = 0;
  private scheduled = 0;
  private nextConnection = 0;
  private readonly counts = {
    published: 0,
    acked: 0,
    resent: 0,
    lost: 0,
    refused: 0,
    ackOutOfOrder: 0,
    ackUnknown: 0,
    overrun: 0,
  };

  constructor(options: FleetOptions) {
    const seed = options.seed ?? 1;
    const prefix = options.devicePrefix ?? 'fleet';
    this.perConnection = options.devicesPerConnection ?? 1;
    this.rate = options.rate ?? 'max';
    this.limit = options.publishes ?? Infinity;
    this.left = this.limit;
    const count = options.connections * this.perConnection;
    const digits = Math.max(5, String(count - 1).length);
    this.devices = Array.from({ length: count }, (_, i) => `${prefix}-${String(i).padStart(digits, '0')}`);
    this.ledger = new PublishLedger(this.devices, seed);
    this.plans = this.devices.map((_, i) => new PublishPlan(seed + i, options.clock, options.disorder));
    this.turns = new Uint32Array(options.connections);
    const random = seededRandom(seed);
    for (let i = 0; i < options.connections; i++)
      this.connections.push(this.makeConnection(options, i, random));
    this.pinger = setInterval(() => {
      const nowMs = performance.now();
      for (const connection of this.connections) connection.pingIfSilent(nowMs);
    }, 1_000);
    this.pinger.unref();
  }

  /** Opens all connections, and keeps them open until `close`. @throws Error when they are not all accepted in time. */
  async connect(timeoutMs = 30_000): Promise<void> {
    let opened = 0;
    await eventually(
      () => {
        const accepted = this.connectedCount();
        while (opened < this.connections.length && opened - accepted < OPENING_AT_ONCE) {
          this.connections[opened++]?.open();
        }
        if (accepted < this.connections.length) {
          throw new Error(
            `${accepted} of ${this.connections.length} accepted, ${this.counts.refused} refused`,
          );
        }
      },
      { timeoutMs, everyMs: 5, what: 'connecting the fleet' },
    );
  }

  /** Starts publishing, or goes on after `pause`. */
  start(): void {
    if (this.running) return;
    this.running = true;
    this.startedMs = performance.now();
    this.scheduled = 0;
    if (this.rate === 'max') for (const connection of this.connections) connection.pump();
    else this.ticker = setInterval(() => this.schedule(performance.now()), TICK_MS);
  }

  /** Publishes nothing new. What is in flight is still acked or, after a loss, resent. */
  pause(): void {
    this.running = false;
    clearInterval(this.ticker);
  }

  /** Waits until all `publishes` are acked. @throws Error when they are not in time. */
  async finish(timeoutMs = 60_000): Promise<void> {
    await eventually(() => this.expectAllAcked(this.limit), {
      timeoutMs,
      everyMs: 10,
      what: 'all publishes acked',
    });
    this.pause();
  }

  /** Pauses, then waits until everything in flight is acked. @throws Error when it is not in time. */
  async drain(timeoutMs = 30_000): Promise<void> {
    this.pause();
    await eventually(() => this.expectAllAcked(this.counts.published), {
      timeoutMs,
      everyMs: 10,
      what: 'draining the fleet',
    });
  }

  /** Cuts connections as a lost network does, without DISCONNECT; they reconnect and resend. Default all. */
  cut(connections: readonly number[] = [...this.connections.keys()]): void {
    for (const index of connections) this.connections[index]?.cut();
  }

  /** From when a publish was due until its PUBACK, since the start or the last reset; resends and duplicates included. */
  get latency(): Histogram {
    return this.histogram;
  }

  /** Starts the latency anew, e.g. after warming up. */
  resetLatency(): void {
    this.histogram = new Histogram();
  }

  stats(): FleetStats {
    const inFlight = this.connections.reduce((sum, connection) => sum + connection.inFlight, 0);
    return { ...this.counts, inFlight, connected: this.connectedCount() };
  }

  /** Stops publishing and closes every connection with DISCONNECT. Does not wait for acks: `drain` does. */
  async close(): Promise<void> {
    this.pause();
    clearInterval(this.pinger);
    for (const connection of this.connections) connection.close();
    // One turn of the event loop, in which the DISCONNECTs leave.
    await new Promise((resolve) => setImmediate(resolve));
  }

  private connectedCount(): number {
    return this.connections.reduce((sum, connection) => sum + (connection.ready ? 1 : 0), 0);
  }

  private expectAllAcked(expected: number): void {
    const { published, acked } = this.counts;
    if (published < expected || acked < published) {
      throw new Error(`${published} published of ${expected}, ${acked} acked`);
    }
  }

  private makeConnection(options: FleetOptions, index: number, random: () => number): FleetConnection {
    const firstDevice = index * this.perConnection;
    const topics = this.devices
      .slice(firstDevice, firstDevice + this.perConnection)
      .map((device) => `devices/${device}/telemetry`);
    if (this.rate !== 'max') this.dues.push({ times: new Float64Array(QUEUE), first: 0, length: 0 });
    return new FleetConnection(
      {
        host: options.host ?? '127.0.0.1',
        port: options.port,
        clientId: `${options.devicePrefix ?? 'fleet'}-client-${index}`,
        cleanSession: options.cleanSession ?? false,
        keepaliveSeconds: options.keepaliveSeconds ?? 60,
        window: options.window ?? 20,
        seed: options.seed ?? 1,
        topics,
        firstDevice,
        random,
        ...options.credentials?.(index),
      },
      this.hostOf(index),
    );
  }

  private hostOf(index: number): FleetConnectionHost {
    return {
      next: () => this.next(index),
      sent: (device, publish) => {
        this.counts.published++;
        this.ledger.markSent(device, publish.seq, publish.tsMs);
      },
      acked: (device, seq, latencyMs) => {
        this.counts.acked++;
        this.histogram.record(latencyMs);
        this.ledger.markAcked(device, seq);
      },
      lost: (refusal) => {
        this.counts.lost++;
        if (refusal !== undefined) this.counts.refused++;
      },
      count: (what, times) => {
        this.counts[what] += times;
      },
    };
  }

  private next(connection: number): NextPublish | undefined {
    if (this.left <= 0) return undefined;
    let dueMs: number;
    if (this.rate === 'max') {
      if (!this.running) return undefined;
      dueMs = performance.now();
    } else {
      const queue = this.dues[connection];
      if (!this.running || queue === undefined || queue.length === 0) return undefined;
      dueMs = queue.times[queue.first] as number;
      queue.first = (queue.first + 1) % QUEUE;
      queue.length--;
    }
    this.left--;
    const topic = (this.turns[connection] as number) % this.perConnection;
    this.turns[connection] = topic + 1;
    const plan = this.plans[connection * this.perConnection + topic] as PublishPlan;
    return { topic, publish: plan.next(Date.now()), dueMs };
  }

  /** Hands out what has become due since the last time, one connection after the other. */
  private schedule(nowMs: number): void {
    const rate = this.rate as number;
    const due = Math.floor(((nowMs - this.startedMs) / 1000) * rate);
    const touched = new Set<number>();
    for (; this.scheduled < due && this.left > 0; this.scheduled++) {
      const index = this.nextConnection;
      this.nextConnection = (index + 1) % this.connections.length;
      const queue = this.dues[index];
      if (queue === undefined) continue;
      if (queue.length === QUEUE) {
        this.counts.overrun++;
        continue;
      }
      // Due at its own moment, not at the tick that found it.
      queue.times[(queue.first + queue.length) % QUEUE] = this.startedMs + (this.scheduled / rate) * 1000;
      queue.length++;
      touched.add(index);
    }
    for (const index of touched) this.connections[index]?.pump();
  }
}
