import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from '@fieldstream/domain';
import { addressKey } from './address-key.js';
import { CUT_CAUSES, type CutCause } from './cut-causes.js';
import { MinuteLog } from './minute-log.js';
import { PendingConnections } from './pending-connections.js';
import { StreamGate } from './stream-gate.js';
import { TrafficBudget, type TrafficLimits } from './traffic-budget.js';

export interface FrontLimits extends TrafficLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxPendingConnections: number;
  readonly connectTimeoutMs: number;
  readonly maxConnectBytes: number;
  readonly maxPacketBytes: number;
}

export interface FrontOptions {
  readonly limits: FrontLimits;
  readonly logger: Logger;
  /** Milliseconds that never go back. */
  readonly now: () => number;
}

/** One connection of any listener, from the moment it was accepted. */
export interface FrontConnection {
  readonly address: string;
  readonly sinceMs: number;
  readonly socket: Socket;
  /** What carries MQTT, once that is known: the socket, or what TLS and WebSocket make of it. */
  stream: Duplex | undefined;
  gate: StreamGate | undefined;
  /** Common name of the certificate that the client proved to own. */
  peer: string | undefined;
}

interface SharedBudget {
  readonly budget: TrafficBudget;
  connections: number;
}

const MIN_SWEEP_MS = 20;
const MAX_SWEEP_MS = 1_000;

/**
 * What all listeners have in common: the bounds on connections, the time until a client has to have said who it is, and the
 * gate that every byte passes. A connection is counted when it is accepted, before TLS and WebSocket.
 */
export class Front {
  /** Connections that were cut here. */
  readonly cuts = Object.fromEntries(CUT_CAUSES.map((cause) => [cause, 0])) as Record<CutCause, number>;
  /** Open connections by address. */
  readonly #perAddress = new Map<string, number>();
  readonly #pending = new PendingConnections<FrontConnection>();
  readonly #byStream = new WeakMap<Duplex, FrontConnection>();
  /** Of devices that proved who they are: all connections of one share it. */
  readonly #budgets = new Map<string, SharedBudget>();
  readonly #log: MinuteLog;
  #connections = 0;
  #sweeping: NodeJS.Timeout | undefined;

  constructor(private readonly options: FrontOptions) {
    this.#log = new MinuteLog(options);
  }

  get connections(): number {
    return this.#connections;
  }

  /** Connections that have not been let in yet. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Closes the connections that have not been let in; the others are the broker's to close. */
  close(): void {
    for (const { stream, socket } of this.#pending.all()) {
      stream?.destroy();
      socket.destroy();
    }
    clearInterval(this.#sweeping);
  }

  /** Counts a connection that was just accepted; undefined: there is no room, and it has been closed. */
  enter(socket: Socket): FrontConnection | undefined {
    // A peer that resets the connection is no fault of the bridge.
    socket.on('error', () => {});
    const { limits, now } = this.options;
    const connection: FrontConnection = {
      address: addressKey(socket.remoteAddress),
      sinceMs: now(),
      socket,
      stream: undefined,
      gate: undefined,
      peer: undefined,
    };
    const { address } = connection;
    const ofAddress = this.#perAddress.get(address) ?? 0;
    if (this.#connections >= limits.maxConnections) return this.#turnAway('too-many-connections', connection);
    if (ofAddress >= limits.maxConnectionsPerAddress) {
      return this.#turnAway('too-many-of-address', connection);
    }
    if (this.#pending.size >= limits.maxPendingConnections) {
      const victim = this.#pending.firstToGo();
      if (!victim) return this.#turnAway('too-many-pending', connection);
      this.cut(victim, 'too-many-pending');
    }
    this.#connections++;
    this.#perAddress.set(address, ofAddress + 1);
    this.#pending.add(connection);
    this.#sweeping ??= setInterval(() => this.#sweep(), this.#sweepEveryMs());
    socket.once('close', () => this.#leave(connection));
    return connection;
  }

  /** From here on the connection speaks MQTT; `handle` is called when its CONNECT is complete. */
  serve(connection: FrontConnection, stream: Duplex, handle: (stream: Duplex) => void): void {
    if (connection.socket.destroyed) return;
    if (stream !== connection.socket) stream.on('error', () => {});
    connection.stream = stream;
    this.#byStream.set(stream, connection);
    const { maxConnectBytes, maxPacketBytes } = this.options.limits;
    connection.gate = new StreamGate(stream, {
      maxConnectBytes,
      maxPacketBytes,
      onConnect: () => {
        this.#pending.hasSpoken(connection);
        handle(stream);
      },
      onFault: (cause) => this.cut(connection, cause),
    });
    connection.gate.start();
  }

  /**
   * The client behind the stream was let in.
   * @param deviceId The device that it proved to be: its connections share one budget.
   */
  letIn(stream: Duplex, deviceId: string | undefined): void {
    const connection = this.#byStream.get(stream);
    if (!connection) return;
    this.#pending.remove(connection);
    connection.gate?.open(deviceId === undefined ? this.#newBudget() : this.#budgetOf(deviceId, connection));
  }

  /** Cuts the connection behind a stream. */
  cutStream(stream: Duplex, cause: CutCause, why?: string): void {
    const connection = this.#byStream.get(stream);
    if (connection) this.cut(connection, cause, why);
  }

  /** Ends a connection, counts it and logs it once a minute. */
  cut(connection: FrontConnection, cause: CutCause, why?: string): void {
    this.note(connection, cause, why);
    // At once, not when it has closed: the next newcomer must not choose it again.
    this.#pending.remove(connection);
    connection.stream?.destroy();
    connection.socket.destroy();
  }

  /** Counts and logs a connection that something else ends. */
  note({ address }: FrontConnection, cause: CutCause, why?: string): void {
    this.cuts[cause]++;
    this.#log.warn(cause, 'MQTT connections were cut; this is the last one', () => ({
      address,
      ...(why !== undefined && { why }),
    }));
  }

  #turnAway(cause: CutCause, connection: FrontConnection): undefined {
    this.cut(connection, cause);
    return undefined;
  }

  #leave(connection: FrontConnection): void {
    const { address, stream, gate } = connection;
    this.#connections--;
    this.#pending.remove(connection);
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(address, left);
    else this.#perAddress.delete(address);
    // What has been let in may still be read to its end.
    if (gate?.isOpen !== true) stream?.destroy();
  }

  #newBudget(): TrafficBudget {
    return new TrafficBudget(this.options.limits, this.options.now);
  }

  #budgetOf(deviceId: string, { socket }: FrontConnection): TrafficBudget {
    let shared = this.#budgets.get(deviceId);
    if (!shared) this.#budgets.set(deviceId, (shared = { budget: this.#newBudget(), connections: 0 }));
    const ofDevice = shared;
    ofDevice.connections++;
    socket.once('close', () => {
      if (--ofDevice.connections === 0) this.#budgets.delete(deviceId);
    });
    return ofDevice.budget;
  }

  #sweepEveryMs(): number {
    return Math.min(MAX_SWEEP_MS, Math.max(MIN_SWEEP_MS, this.options.limits.connectTimeoutMs / 10));
  }

  #sweep(): void {
    const { limits, now } = this.options;
    for (const late of this.#pending.silentSinceBefore(now() - limits.connectTimeoutMs)) {
      this.cut(late, 'connect-timeout');
    }
    if (this.#pending.silent > 0) return;
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  }
}
