import {
  isValidDeviceId,
  isValidText,
  LIMITS,
  parseObservationTime,
  type MetricValue,
  type Sample,
} from '@fieldstream/domain';
import type { Decoder, DecodeResult, PublishInput } from './decoder.js';
import { badText, flatten, nonFinite } from './flatten.js';
import { parseJson, payloadText, shorten, type Refusal } from './payload-text.js';

/** Decimal notations that devices print: JSON's, and besides `+5`, `.5`, `5.` and leading zeros. */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NON_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;

/**
 * The platform's own topics:
 * - `devices/<id>/telemetry`: a JSON object of metric → value with an optional `ts`, or an array of such objects;
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
  if (state === 'online' || state === 'offline') return { kind: 'presence', deviceId, state };
  return rejected(deviceId, {
    reason: 'invalid-value',
    detail: `a status is online or offline, not ${JSON.stringify(shorten(text, 40))}`,
  });
}

function decodeObjects(deviceId: string, text: string, input: PublishInput): DecodeResult {
  const json = parseJson(text);
  if (!('value' in json)) return rejected(deviceId, json);
  const draft = new Draft(input.receivedAtMs);
  if (!Array.isArray(json.value)) {
    const refusal = draft.addObject(json.value);
    return refusal ? rejected(deviceId, refusal) : draft.finish(deviceId, input);
  }
  if (json.value.length > LIMITS.samplesPerPublish) {
    return rejected(deviceId, {
      reason: 'too-many-samples',
      detail: `${json.value.length} samples, at most ${LIMITS.samplesPerPublish} are taken in one publish`,
    });
  }
  for (const sample of json.value) {
    const refusal = draft.addObject(sample);
    if (refusal) return rejected(deviceId, refusal);
  }
  return draft.finish(deviceId, input);
}

function decodeBare(deviceId: string, text: string, input: PublishInput): DecodeResult {
  const metric = input.levels.length === 4 ? (input.levels[3] ?? '') : input.levels.slice(3).join('.');
  const values = new Map<string, MetricValue>();
  const refusal = addBare(values, metric, text.trim());
  if (refusal) return rejected(deviceId, refusal);
  const draft = new Draft(input.receivedAtMs);
  draft.add(values, undefined);
  return draft.finish(deviceId, input);
}

/** Numbers first, then JSON, and whatever does not look like JSON is a text. */
function addBare(values: Map<string, MetricValue>, metric: string, text: string): Refusal | undefined {
  if (text === '') return { reason: 'empty-payload', detail: 'the payload is blank' };
  if (DECIMAL.test(text)) return flatten(values, metric, Number(text));
  if (text === 'true' || text === 'false') return flatten(values, metric, text === 'true');
  if (text === 'null') return undefined;
  if (text.startsWith('"') || text.startsWith('{') || text.startsWith('[')) {
    const json = parseJson(text);
    return 'value' in json ? flatten(values, metric, json.value, 0) : json;
  }
  if (NON_FINITE.test(text)) return nonFinite(metric);
  return isValidText(text) ? flatten(values, metric, text) : badText(metric, text);
}

/** The samples of one publish of one device while they are read; times are given at the end, all together. */
class Draft {
  readonly #receivedAtMs: number;
  readonly #drafts: { values: Map<string, MetricValue>; timeMs: number | undefined }[] = [];
  #implausibleTimes = 0;
  #withoutTime = 0;

  constructor(receivedAtMs: number) {
    this.#receivedAtMs = receivedAtMs;
  }

  add(values: Map<string, MetricValue>, timeMs: number | undefined): void {
    if (values.size === 0) return;
    if (timeMs === undefined) this.#withoutTime++;
    this.#drafts.push({ values, timeMs });
  }

  addObject(object: unknown): Refusal | undefined {
    if (typeof object !== 'object' || object === null || Array.isArray(object)) {
      return { reason: 'not-an-object', detail: `expected an object of metrics, not ${describe(object)}` };
    }
    const values = new Map<string, MetricValue>();
    let timeMs: number | undefined;
    for (const key of Object.keys(object)) {
      const value = (object as Record<string, unknown>)[key];
      if (key !== 'ts') {
        const refusal = flatten(values, key, value);
        if (refusal) return refusal;
      } else if (value !== null) {
        const time = parseObservationTime(value, this.#receivedAtMs);
        if (time.kind === 'malformed') {
          return {
            reason: 'invalid-timestamp',
            detail: `ts is neither epoch time nor ISO 8601: ${describe(value)}`,
          };
        }
        if (time.kind === 'time') timeMs = time.timeMs;
        else this.#implausibleTimes++;
      }
    }
    this.add(values, timeMs);
    return undefined;
  }

  finish(deviceId: string, input: PublishInput): DecodeResult {
    if (this.#drafts.length === 0) {
      return rejected(deviceId, { reason: 'no-values', detail: 'the payload has no value besides null' });
    }
    let nextMs = this.#receivedAtMs;
    if (this.#withoutTime > 0 && input.stamp) nextMs = input.stamp(deviceId, this.#withoutTime);
    const samples = this.#drafts.map((draft): Sample => ({
      timeMs: draft.timeMs ?? nextMs++,
      values: draft.values,
    }));
    return {
      kind: 'telemetry',
      telemetry: [{ deviceId, receivedAtMs: this.#receivedAtMs, samples }],
      receivedTimeUsed: this.#withoutTime > 0,
      implausibleTimes: this.#implausibleTimes,
    };
  }
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return `${typeof value} ${shorten(JSON.stringify(value), 40)}`;
}
