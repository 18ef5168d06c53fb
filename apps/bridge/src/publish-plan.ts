import type { Decoder, DecodeResult, RejectReason, ReceivedTimeStamp } from '@fieldstream/decoders';
import { encodeDeadLetter, encodeDeviceEvent, encodeTelemetry, TOPICS } from '@fieldstream/wire';
import type { PublishPlan } from './outgoing-publish.js';

/** Largest record value; below Kafka's 1 MiB for a batch, with room for key and overhead. */
export const MAX_RECORD_BYTES = 1_000_000;

/** A publish on a topic that a decoder claims. */
export interface ClaimedPublish {
  readonly topic: string;
  readonly levels: readonly string[];
  readonly payload: Buffer;
  readonly clientId: string | undefined;
  readonly receivedAtMs: number;
  readonly stamp: ReceivedTimeStamp;
}

/** Decodes a publish and says which records it becomes; pure but for the times it is stamped with. */
export function planPublish(
  decoder: Decoder,
  publish: ClaimedPublish,
): PublishPlan & { implausibleTimes: number } {
  const result = decoder.decode(publish);
  switch (result.kind) {
    case 'telemetry':
      return planTelemetry(decoder, publish, result);
    case 'presence': {
      const value = encodeDeviceEvent({
        kind: 'device',
        type: result.state,
        deviceId: result.deviceId,
        timeMs: publish.receivedAtMs,
        ...(publish.clientId === undefined ? {} : { clientId: publish.clientId }),
      });
      return {
        fate: 'presence',
        records: [{ topic: TOPICS.deviceEvents, key: result.deviceId, value }],
        implausibleTimes: 0,
      };
    }
    case 'rejected':
      return planDeadLetter(decoder, publish, result.reason, result.detail, result.deviceId);
  }
}

function planTelemetry(
  decoder: Decoder,
  publish: ClaimedPublish,
  result: DecodeResult & { kind: 'telemetry' },
): PublishPlan & { implausibleTimes: number } {
  const records = result.telemetry.map((telemetry) => ({
    topic: TOPICS.readings,
    key: telemetry.deviceId,
    value: encodeTelemetry(telemetry),
  }));
  const tooLarge = records.find(({ value }) => value.length > MAX_RECORD_BYTES);
  if (tooLarge) {
    const detail = `decoded, the payload has ${tooLarge.value.length} bytes, at most ${MAX_RECORD_BYTES} are taken`;
    return planDeadLetter(decoder, publish, 'record-too-large', detail, tooLarge.key);
  }
  return { fate: 'produced', records, implausibleTimes: result.implausibleTimes };
}

/** The dead letter of a publish: the original bytes, and why they were refused. */
export function planDeadLetter(
  decoder: Decoder,
  publish: ClaimedPublish,
  reason: RejectReason,
  detail: string,
  deviceId: string | undefined,
): PublishPlan & { implausibleTimes: number } {
  const { key, value, headers } = encodeDeadLetter({
    reason,
    detail,
    // A copy: the original is a window of the whole chunk that was read from the socket.
    payload: Buffer.from(publish.payload),
    receivedAtMs: publish.receivedAtMs,
    mqttTopic: publish.topic,
    decoder: decoder.name,
    ...(deviceId === undefined ? {} : { deviceId }),
    ...(publish.clientId === undefined ? {} : { clientId: publish.clientId }),
  });
  return {
    fate: 'deadLettered',
    records: [{ topic: TOPICS.deadLetters, key, value, headers }],
    rejected: reason,
    implausibleTimes: 0,
  };
}
