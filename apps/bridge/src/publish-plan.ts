import type { Decoded, Decoder, PublishInput, PublishRequest, RejectReason } from '@fieldstream/decoders';
import {
  encodeDeadLetter,
  encodeDecoderState,
  encodeSaid,
  encodeTelemetry,
  MAX_DECODER_STATE_BYTES,
  TOPICS,
} from '@fieldstream/wire';
import { ownPart, type ReportRights } from './auth/own-part.js';
import type { PublishPlan, RecordDraft } from './outgoing-publish.js';

/** Largest record value; below Kafka's 1 MiB for a batch, with room for key and overhead. */
export const MAX_RECORD_BYTES = 1_000_000;

/** A publish that a decoder claims. */
export interface ClaimedPublish extends PublishInput, ReportRights {
  readonly payload: Buffer;
  readonly clientId: string | undefined;
  /** It removes a retained message: that is news to a family that learned from it, and to others no payload at all. */
  readonly isRemoval: boolean;
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
  if (result.kind === 'rejected' && publish.isRemoval) return undefined;
  if (result.kind === 'rejected') {
    const plan = planDeadLetter(decoder, publish, result.reason, result.detail, result.deviceId);
    return result.requests ? { ...plan, requests: result.requests } : plan;
  }
  const part = ownPart(result, publish);
  if (!('foreign' in part)) return planDecoded(decoder, publish, part);
  const detail = `${publish.identity ?? 'a client without credentials'} may not report for ${part.foreign}`;
  return planDeadLetter(decoder, publish, 'not-own-device', detail, publish.identity);
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
  for (const record of encodeSaid(result, publish.receivedAtMs, publish.clientId)) {
    records.push({ topic: TOPICS.deviceEvents, ...record });
  }
  if (records.length === 0) return undefined;
  return {
    fate: result.telemetry.length > 0 ? 'produced' : 'presence',
    records,
    implausibleTimes: result.implausibleTimes,
    ...(result.requests ? { requests: result.requests } : {}),
  };
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
