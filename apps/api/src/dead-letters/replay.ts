import { createDecoders, type DecoderSet, type PublishInput } from '@fieldstream/decoders';
import type { Telemetry } from '@fieldstream/domain';
import { decodeTelemetry, encodeSaid, encodeTelemetry, TOPICS, WireError } from '@fieldstream/wire';

/** What a dead letter keeps of the publish that it was. */
export interface ReplayInput {
  readonly mqttTopic: string | null;
  readonly clientId: string | null;
  readonly payload: Buffer;
  readonly receivedAtMs: number;
}

/** A record to be produced. */
export interface ReplayRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer;
}

export type ReplayPlan =
  | { readonly kind: 'records'; readonly records: readonly ReplayRecord[] }
  | { readonly kind: 'refused'; readonly reason: string; readonly detail: string };

/**
 * Decodes a dead letter as if it had just been published, at the time at which it was received then, and says what is
 * to be produced, or why it is still refused. Decoding twice gives the same records, so a second replay changes nothing.
 */
export function planReplay(letter: ReplayInput, decoders: DecoderSet = createDecoders()): ReplayPlan {
  // Without an MQTT topic it is a record of telemetry.readings that a consumer could not read.
  if (letter.mqttTopic === null) return planRecord(letter.payload);
  const { mqttTopic: topic, payload, receivedAtMs } = letter;
  const input: PublishInput = { topic, levels: topic.split('/'), payload, receivedAtMs };
  // What bridges keep in mind of earlier publishes is not known here: a family that needs it refuses again.
  const result = decoders.decode(input);
  if (result === undefined) {
    return { kind: 'refused', reason: 'unclaimed-topic', detail: `no decoder claims the topic ${topic}` };
  }
  switch (result.kind) {
    case 'rejected':
      return { kind: 'refused', reason: result.reason, detail: result.detail };
    case 'ignored':
      return { kind: 'refused', reason: 'no-values', detail: 'the payload holds nothing to be stored' };
    case 'decoded': {
      const said = encodeSaid(result, receivedAtMs, letter.clientId ?? undefined);
      const events = said.map(({ key, value }) => ({ topic: TOPICS.deviceEvents, key, value }));
      const records = [...result.telemetry.map(toRecord), ...events];
      if (records.length > 0) return { kind: 'records', records };
      return { kind: 'refused', reason: 'no-values', detail: 'the payload holds nothing to be stored' };
    }
  }
}

function planRecord(payload: Buffer): ReplayPlan {
  try {
    return { kind: 'records', records: [toRecord(decodeTelemetry(payload))] };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return { kind: 'refused', reason: error.code, detail: error.message };
  }
}

function toRecord(telemetry: Telemetry): ReplayRecord {
  return { topic: TOPICS.readings, key: telemetry.deviceId, value: encodeTelemetry(telemetry) };
}
