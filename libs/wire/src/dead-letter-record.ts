import { isEpochMs } from './telemetry-record.js';

/**
 * A record of `telemetry.dead-letters`: the original bytes as value, everything else in headers.
 * Key: the device ID where it is known, else the MQTT client ID.
 */
export interface DeadLetter {
  /** Reason code, e.g. `invalid-json`. */
  readonly reason: string;
  /** One sentence for a person: what is wrong, with which value. */
  readonly detail: string;
  readonly payload: Buffer;
  readonly receivedAtMs: number;
  readonly deviceId?: string;
  readonly clientId?: string;
  readonly mqttTopic?: string;
  readonly decoder?: string;
  /** Where the record stood that a consumer could not handle; with it, recording the dead letter twice changes nothing. */
  readonly origin?: RecordOrigin;
}

/** Position of a record in Kafka. */
export interface RecordOrigin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

type Headers = Record<string, Buffer | string | (Buffer | string)[] | undefined>;

/** Encodes a dead letter as Kafka key, value and headers. */
export function encodeDeadLetter(letter: DeadLetter): {
  key: string | null;
  value: Buffer;
  headers: Record<string, string>;
} {
  const headers: Record<string, string> = {
    reason: letter.reason,
    detail: letter.detail,
    'received-at': String(letter.receivedAtMs),
  };
  if (letter.deviceId !== undefined) headers['device-id'] = letter.deviceId;
  if (letter.clientId !== undefined) headers['client-id'] = letter.clientId;
  if (letter.mqttTopic !== undefined) headers['mqtt-topic'] = letter.mqttTopic;
  if (letter.decoder !== undefined) headers['decoder'] = letter.decoder;
  if (letter.origin !== undefined) {
    headers['origin-topic'] = letter.origin.topic;
    headers['origin-partition'] = String(letter.origin.partition);
    headers['origin-offset'] = String(letter.origin.offset);
  }
  return { key: letter.deviceId ?? letter.clientId ?? null, value: letter.payload, headers };
}

/** Decodes a dead letter; missing headers are filled in, because a dead letter must never itself be refused. */
export function decodeDeadLetter(value: Buffer | null, headers: Headers, timestampMs: number): DeadLetter {
  const text = (name: string): string | undefined => {
    const header = headers[name];
    const first = Array.isArray(header) ? header[0] : header;
    // PostgreSQL text cannot hold U+0000.
    return first === undefined ? undefined : first.toString('utf8').replaceAll('\u0000', '\ufffd');
  };
  const receivedAt = Number(text('received-at'));
  const letter = {
    reason: text('reason') ?? 'unknown',
    detail: text('detail') ?? '',
    payload: value ?? Buffer.alloc(0),
    receivedAtMs: isEpochMs(receivedAt) && receivedAt > 0 ? receivedAt : timestampMs,
  };
  const origin = decodeOrigin(text('origin-topic'), text('origin-partition'), text('origin-offset'));
  const optional = {
    deviceId: text('device-id'),
    clientId: text('client-id'),
    mqttTopic: text('mqtt-topic'),
    decoder: text('decoder'),
    origin,
  };
  return {
    ...letter,
    ...(Object.fromEntries(
      Object.entries(optional).filter(([, v]) => v !== undefined),
    ) as Partial<DeadLetter>),
  };
}

function decodeOrigin(topic?: string, partition?: string, offset?: string): RecordOrigin | undefined {
  if (topic === undefined || !/^\d{1,9}$/.test(partition ?? '') || !/^\d{1,18}$/.test(offset ?? ''))
    return undefined;
  return { topic, partition: Number(partition), offset: BigInt(offset as string) };
}
