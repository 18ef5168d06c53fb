import { isValidDeviceId, LIMITS, type MetricValue } from '@fieldstream/domain';
import { addBare } from './bare-value.js';
import type { Decoder, DecodeResult, PublishInput } from './decoder.js';
import { flatten } from './flatten.js';
import { parseJson, payloadText, shorten, type Refusal } from './payload-text.js';
import { decodedOf, notAnObject, SampleDraft } from './sample-draft.js';
import { looksLikeSenml } from './senml-peek.js';
import { decodeSenml } from './senml.js';

/**
 * The platform's own topics:
 * - `devices/<id>/telemetry`: a JSON object of metric → value with an optional `ts`, or an array of such objects; or SenML;
 * - `devices/<id>/telemetry/<metric>`: one value, JSON or bare; further levels join the metric's name with `.`;
 * - `devices/<id>/status`: `online` or `offline`.
 */
export const native: Decoder = {
  name: 'native',

  claims(levels) {
    return (
      levels[0] === 'devices' &&
      (levels[2] === 'telemetry' || (levels[2] === 'status' && levels.length === 3))
    );
  },

  decode(input) {
    const deviceId = input.levels[1] ?? '';
    if (!isValidDeviceId(deviceId)) {
      return {
        kind: 'rejected',
        reason: 'invalid-device-id',
        detail: `not a device ID: ${JSON.stringify(shorten(deviceId))}`,
      };
    }
    if (input.levels.length === 3 && input.levels[2] === 'telemetry' && looksLikeSenml(input.payload)) {
      return decodeSenml(input);
    }
    const text = payloadText(input.payload);
    if (typeof text !== 'string') return rejected(deviceId, text);
    if (input.levels[2] === 'status') return decodeStatus(deviceId, text);
    if (input.levels.length === 3) return decodeObjects(deviceId, text, input);
    return decodeBare(deviceId, text, input);
  },
};

function rejected(deviceId: string, { reason, detail }: Refusal): DecodeResult {
  return { kind: 'rejected', reason, detail, deviceId };
}

function decodeStatus(deviceId: string, text: string): DecodeResult {
  const state = text.trim().toLowerCase();
  if (state === 'online' || state === 'offline') {
    return {
      kind: 'decoded',
      telemetry: [],
      presence: [{ deviceId, state }],
      receivedTimeUsed: false,
      implausibleTimes: 0,
    };
  }
  return rejected(deviceId, {
    reason: 'invalid-value',
    detail: `a status is online or offline, not ${JSON.stringify(shorten(text, 40))}`,
  });
}

function decodeObjects(deviceId: string, text: string, input: PublishInput): DecodeResult {
  const json = parseJson(text);
  if (!('value' in json)) return rejected(deviceId, json);
  const draft = new SampleDraft(deviceId, input);
  if (!Array.isArray(json.value)) {
    const refusal = addSample(draft, json.value);
    return refusal ? rejected(deviceId, refusal) : finish(draft, input);
  }
  if (json.value.length > LIMITS.samplesPerPublish) {
    return rejected(deviceId, {
      reason: 'too-many-samples',
      detail: `${json.value.length} samples, at most ${LIMITS.samplesPerPublish} are taken in one publish`,
    });
  }
  for (const sample of json.value) {
    const refusal = addSample(draft, sample);
    if (refusal) return rejected(deviceId, refusal);
  }
  return finish(draft, input);
}

function decodeBare(deviceId: string, text: string, input: PublishInput): DecodeResult {
  const metric = input.levels.length === 4 ? (input.levels[3] ?? '') : input.levels.slice(3).join('.');
  const values = new Map<string, MetricValue>();
  const refusal = addBare(values, metric, text);
  if (refusal) return rejected(deviceId, refusal);
  const draft = new SampleDraft(deviceId, input);
  draft.add(values, undefined);
  return finish(draft, input);
}

/** One object of metric → value with an optional `ts`. */
function addSample(draft: SampleDraft, object: unknown): Refusal | undefined {
  const fault = notAnObject(object);
  if (fault) return fault;
  const values = new Map<string, MetricValue>();
  let timeMs: number | undefined;
  for (const [key, value] of Object.entries(object as object)) {
    if (key === 'ts') {
      const time = draft.readTime(value);
      if (!('timeMs' in time)) return time;
      timeMs = time.timeMs;
    } else {
      const refusal = flatten(values, key, value);
      if (refusal) return refusal;
    }
  }
  draft.add(values, timeMs);
  return undefined;
}

function finish(draft: SampleDraft, input: PublishInput): DecodeResult {
  if (!draft.isEmpty) return decodedOf([draft], input);
  const detail = 'the payload has no value besides null';
  return rejected(draft.deviceId, { reason: 'no-values', detail });
}
