import type { CommandEnd, CommandRecord } from '@fieldstream/wire';
import { COMMAND_LIMITS } from '@fieldstream/domain';
import { BoundedMap } from '../bounded-map.js';

/** Brings one command to the device where it is connected here. */
export interface CommandCarrier {
  /**
   * Publishes it to the clients that are subscribed to it; false where there is none. Afterwards exactly one of the two
   * listeners is called, once, not before `carry` has returned: when one of them has taken it, or when all have left.
   */
  carry(command: CommandRecord, onTaken: () => void, onGone: () => void): boolean;
}

export interface CommandDeskOptions {
  readonly carrier: CommandCarrier;
  /** A device has taken a command. */
  readonly onDelivered: (command: CommandRecord) => void;
  /** Bytes of all commands that wait. */
  readonly maxBytes: number;
  /** Commands that are remembered as done, so that one that comes again is not delivered again. */
  readonly maxDone: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

interface Queue {
  readonly commands: CommandRecord[];
  /** The command that is on its way. */
  carried: string | undefined;
}

/** Twice what the API lets wait: of what it knows to be delivered, the record may still be on its way. */
const MAX_PER_DEVICE = 2 * COMMAND_LIMITS.waitingPerDevice;
/** What a command costs besides its texts. */
const FLAT_RATE_BYTES = 512;

/**
 * Commands that wait for their devices, as every bridge has them: each is delivered by the bridge that has the device,
 * and then forgotten by all. One at a time for each device, in their order. What the bound leaves no room for is
 * counted and left to expire.
 */
export class CommandDesk {
  readonly #queues = new Map<string, Queue>();
  /** Devices with commands that wait, by the scope of these. */
  readonly #scopes = new Map<string, Map<string, number>>();
  readonly #done: BoundedMap<string, true>;
  #waiting = 0;
  #bytes = 0;
  delivered = 0;
  /** Commands that expired here without having been delivered. */
  expired = 0;
  /** Commands that there was no room for. */
  dropped = 0;

  constructor(private readonly options: CommandDeskOptions) {
    this.#done = new BoundedMap(options.maxDone);
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Takes a command; one that is known already changes nothing. */
  add(command: CommandRecord): void {
    const { commandId, deviceId, expiresAtMs } = command;
    if (this.#done.get(commandId) || expiresAtMs <= this.options.now()) return;
    const queue = this.#queues.get(deviceId) ?? { commands: [], carried: undefined };
    if (queue.commands.some((known) => known.commandId === commandId)) return;
    this.#dropExpired(deviceId, queue);
    const isFull =
      queue.commands.length >= MAX_PER_DEVICE || this.#bytes + sizeOf(command) > this.options.maxBytes;
    if (isFull) {
      this.dropped++;
      return;
    }
    this.#queues.set(deviceId, queue);
    queue.commands.push(command);
    this.#count(command, 1);
    this.#pump(deviceId);
  }

  /** Somebody has delivered or cancelled it. */
  end({ commandId, deviceId }: Pick<CommandEnd, 'commandId' | 'deviceId'>): void {
    this.#done.set(commandId, true);
    this.#remove(deviceId, commandId);
  }

  /** A client has subscribed to a filter: what waits for it is delivered. */
  subscribed(filter: string): void {
    if (this.#scopes.size === 0) return;
    for (const scope of scopesOf(filter)) {
      for (const deviceId of this.#scopes.get(scope)?.keys() ?? []) this.#pump(deviceId);
    }
  }

  /** Forgets what has expired. */
  sweep(): void {
    for (const [deviceId, queue] of this.#queues) this.#dropExpired(deviceId, queue);
  }

  /** Sends the next command that can be sent, unless one is on its way. */
  #pump(deviceId: string): void {
    const queue = this.#queues.get(deviceId);
    if (!queue || queue.carried !== undefined) return;
    this.#dropExpired(deviceId, queue);
    for (const command of queue.commands) {
      const { commandId } = command;
      const isCarried = this.options.carrier.carry(
        command,
        () => {
          queue.carried = undefined;
          this.end(command);
          this.delivered++;
          this.options.onDelivered(command);
          this.#pump(deviceId);
        },
        () => {
          queue.carried = undefined;
          this.#pump(deviceId);
        },
      );
      if (!isCarried) continue;
      queue.carried = commandId;
      return;
    }
  }

  #dropExpired(deviceId: string, { commands, carried }: Queue): void {
    const now = this.options.now();
    const expired = commands.filter(
      ({ expiresAtMs, commandId }) => expiresAtMs <= now && commandId !== carried,
    );
    this.expired += expired.length;
    for (const { commandId } of expired) this.#remove(deviceId, commandId);
  }

  #remove(deviceId: string, commandId: string): void {
    const queue = this.#queues.get(deviceId);
    const index = queue?.commands.findIndex((command) => command.commandId === commandId) ?? -1;
    const command = queue?.commands[index];
    if (!queue || !command) return;
    queue.commands.splice(index, 1);
    this.#count(command, -1);
    if (queue.commands.length === 0) this.#queues.delete(deviceId);
  }

  #count(command: CommandRecord, sign: 1 | -1): void {
    const { scope, deviceId } = command;
    this.#waiting += sign;
    this.#bytes += sign * sizeOf(command);
    const devices = this.#scopes.get(scope) ?? new Map<string, number>();
    const count = (devices.get(deviceId) ?? 0) + sign;
    if (count > 0) devices.set(deviceId, count);
    else devices.delete(deviceId);
    if (devices.size > 0) this.#scopes.set(scope, devices);
    else this.#scopes.delete(scope);
  }
}

function sizeOf({ topic, scope, payload }: CommandRecord): number {
  return 2 * (topic.length + scope.length + payload.length) + FLAT_RATE_BYTES;
}

/** Every scope that a filter spells out: what it begins with, up to each `/` before its first wildcard. */
function scopesOf(filter: string): string[] {
  const scopes: string[] = [];
  for (let at = filter.indexOf('/'); at >= 0; at = filter.indexOf('/', at + 1)) {
    const scope = filter.slice(0, at + 1);
    if (/[+#]/.test(scope)) break;
    scopes.push(scope);
  }
  return scopes;
}
