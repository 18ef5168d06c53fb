import type { Decoded, Decoder, PublishInput, PublishRequest, RejectReason } from '@fieldstream/decoders';
import {
  encodeDeadLetter,
  encodeDecoderState,
  encodeDeviceEvent,
  encodeTelemetry,
  MAX_DECODER_STATE_BYTES,
  TOPICS,
} from '@fieldstream/wire';
import type { PublishPlan, RecordDraft } from './outgoing-publish.js';

/** Largest record value; below Kafka's 1 MiB for a batch, with room for key and overhead. */
export const MAX_RECORD_BYTES = 1_000_000;

/** A publish that a decoder claims. */
export interface ClaimedPublish extends PublishInput {
  readonly payload: Buffer;
  readonly clientId: string | undefined;
  /** Whether the client may report for a device. Undefined: for any. */
  readonly mayReport?: ((deviceId: string) => boolean) | undefined;
}

/** What a claimed publish becomes; undefined: ordinary MQTT after all. */
export type ClaimedPlan = PublishPlan & {
  readonly implausibleTimes: number;
  readonly requests?: readonly PublishRequest[];
};

/**
 * Decodes a publish and says which records it becomes; pure but for the times it is stamped with and the decoder's state,
 * which is changed at once.
 */
export function planPublish(decoder: Decoder, publish: ClaimedPublish): ClaimedPlan | undefined {
  const result = decoder.decode(publish);
  if (result.kind === 'ignored') return undefined;
  if (result.kind === 'rejected') {
    const plan = planDeadLetter(decoder, publish, result.reason, result.detail, result.deviceId);
    return result.requests ? { ...plan, requests: result.requests } : plan;
  }
  const foreign = foreignDevice(result, publish);
  if (foreign !== undefined) {
    const detail = `${publish.identity ?? 'the client'} may not report for ${foreign}`;
    return planDeadLetter(decoder, publish, 'not-own-device', detail, publish.identity);
  }
  return planDecoded(decoder, publish, result);
}

function foreignDevice(result: Decoded, { mayReport }: ClaimedPublish): string | undefined {
  if (!mayReport) return undefined;
  const all = [...result.telemetry, ...(result.presence ?? []), ...(result.descriptions ?? [])];
  return all.find(({ deviceId }) => !mayReport(deviceId))?.deviceId;
}

function planDecoded(decoder: Decoder, publish: ClaimedPublish, result: Decoded): ClaimedPlan | undefined {
  const records: RecordDraft[] = result.telemetry.map((telemetry) => ({
    topic: TOPICS.readings,
    key: telemetry.deviceId,
    value: encodeTelemetry(telemetry),
  }));
  const tooLarge = records.find(({ value }) => value.length > MAX_RECORD_BYTES);
  if (tooLarge) {
    const detail = `decoded, the payload has ${tooLarge.value.length} bytes, at most ${MAX_RECORD_BYTES} are taken`;
    return planDeadLetter(decoder, publish, 'record-too-large', detail, tooLarge.key ?? undefined);
  }
  for (const change of result.state ?? []) {
    decoder.apply?.(change);
    const { key, value } = encodeDecoderState({ family: decoder.name, ...change });
    // What is larger is kept in memory alone.
    if (value.length <= MAX_DECODER_STATE_BYTES) records.push({ topic: TOPICS.decoderState, key, value });
  }
  records.push(...events(publish, result));
  if (records.length === 0) return undefined;
  return {
    fate: result.telemetry.length > 0 ? 'produced' : 'presence',
    records,
    implausibleTimes: result.implausibleTimes,
    ...(result.requests ? { requests: result.requests } : {}),
  };
}

function events(publish: ClaimedPublish, { presence = [], descriptions = [] }: Decoded): RecordDraft[] {
  const { receivedAtMs: timeMs, clientId } = publish;
  const client = clientId === undefined ? {} : { clientId };
  const topic = TOPICS.deviceEvents;
  return [
    ...descriptions.map((description) => ({
      topic,
      key: description.deviceId,
      value: encodeDeviceEvent({ kind: 'description', timeMs, ...description }),
    })),
    ...presence.map(({ deviceId, state }) => ({
      topic,
      key: deviceId,
      value: encodeDeviceEvent({ kind: 'device', type: state, deviceId, timeMs, ...client }),
    })),
  ];
}

/** The dead letter of a publish: the original bytes, and why they were refused. */
export function planDeadLetter(
  decoder: Decoder,
  publish: ClaimedPublish,
  reason: RejectReason,
  detail: string,
  deviceId: string | undefined,
): ClaimedPlan {
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
