import { COMMAND_LIMITS, isCommandId, isValidDeviceId } from '@fieldstream/domain';
import { isEpochMs, parseObject } from './telemetry-record.js';
import { WireError } from './wire-error.js';

/** A command that is to be delivered, as every bridge reads it from `device.commands`. Key: the device ID. */
export interface CommandRecord {
  readonly kind: 'command';
  readonly commandId: string;
  readonly deviceId: string;
  /** MQTT topic and payload of the message, in the terms of the device's family. */
  readonly topic: string;
  readonly payload: string;
  /**
   * How the filter of a subscriber must begin, up to a `/`, for it to be taken for the device or its gateway: what the
   * topic begins with. A subscriber to everything is not the device.
   */
  readonly scope: string;
  /** Epoch milliseconds. */
  readonly createdAtMs: number;
  /** Epoch milliseconds; from then on it is not delivered any more. */
  readonly expiresAtMs: number;
}

/** The other kind of record of `device.commands`: a command that no bridge needs to deliver any more. */
export interface CommandEnd {
  readonly kind: 'end';
  readonly commandId: string;
  readonly deviceId: string;
  readonly reason: 'delivered' | 'cancelled';
}

/** What became of a command; one of the kinds of `device.events`. Key: the device ID. */
export interface CommandEvent {
  readonly kind: 'command';
  readonly status: 'delivered' | 'answered';
  readonly commandId: string;
  readonly deviceId: string;
  /** Epoch milliseconds. */
  readonly timeMs: number;
  /** Of an answer: whether it worked, where the device says so. */
  readonly outcome?: 'ok' | 'error';
  /** The answer as text. */
  readonly answer?: string;
}

/** Value of a `device.commands` record. */
export function encodeCommand(record: CommandRecord | CommandEnd): Buffer {
  return Buffer.from(JSON.stringify({ v: 1, ...record }));
}

/** @throws WireError for anything that `encodeCommand` could not have written. */
export function decodeCommand(value: Uint8Array | null): CommandRecord | CommandEnd {
  const record = parseObject(value);
  if (record['v'] !== 1) throw new WireError(`unknown version ${JSON.stringify(record['v'])}, expected 1`);
  const ids = checkIds(record);
  if (record['kind'] === 'end') {
    const { reason } = record;
    if (reason !== 'delivered' && reason !== 'cancelled') {
      throw new WireError('reason is not delivered or cancelled');
    }
    return { kind: 'end', ...ids, reason };
  }
  if (record['kind'] !== 'command') throw new WireError(`unknown kind ${JSON.stringify(record['kind'])}`);
  const { topic, payload, scope, createdAtMs, expiresAtMs } = record;
  if (typeof topic !== 'string' || topic === '' || /[+#\u0000]/.test(topic)) {
    throw new WireError('topic is not a topic name');
  }
  if (typeof payload !== 'string') throw new WireError('payload is not a text');
  if (typeof scope !== 'string' || !scope.endsWith('/') || !topic.startsWith(scope)) {
    throw new WireError('scope is not what the topic begins with');
  }
  if (!isEpochMs(createdAtMs) || !isEpochMs(expiresAtMs)) {
    throw new WireError('createdAtMs or expiresAtMs is not a time in epoch milliseconds');
  }
  return { kind: 'command', ...ids, topic, payload, scope, createdAtMs, expiresAtMs };
}

/** @throws WireError for anything that could not have been encoded as a `CommandEvent`. */
export function checkCommandEvent(record: Record<string, unknown>): CommandEvent {
  const ids = checkIds(record);
  const { status, timeMs, outcome, answer } = record;
  if (status !== 'delivered' && status !== 'answered') {
    throw new WireError('status is not delivered or answered');
  }
  if (!isEpochMs(timeMs)) throw new WireError('timeMs is not a time in epoch milliseconds');
  if (outcome !== undefined && outcome !== 'ok' && outcome !== 'error') {
    throw new WireError('outcome is not ok or error');
  }
  if (answer !== undefined && !isAnswer(answer)) {
    throw new WireError(`answer is not a text of at most ${COMMAND_LIMITS.answerBytes} bytes`);
  }
  return {
    kind: 'command',
    status,
    ...ids,
    timeMs,
    ...(outcome === undefined ? {} : { outcome }),
    ...(answer === undefined ? {} : { answer }),
  };
}

function checkIds({ commandId, deviceId }: Record<string, unknown>): { commandId: string; deviceId: string } {
  if (typeof commandId !== 'string' || !isCommandId(commandId)) {
    throw new WireError('commandId is not the ID of a command');
  }
  if (typeof deviceId !== 'string' || !isValidDeviceId(deviceId)) {
    throw new WireError('deviceId is not a device ID');
  }
  return { commandId, deviceId };
}

function isAnswer(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    Buffer.byteLength(value) <= COMMAND_LIMITS.answerBytes &&
    !value.includes('\u0000') &&
    value.isWellFormed()
  );
}
