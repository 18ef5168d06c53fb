import { COMMAND_LIMITS, isCommandId, isValidDeviceId, type CommandAnswer } from '@fieldstream/domain';
import type { Decoder, DecodeResult } from './decoder.js';
import { describe, parseJson, payloadText, shorten, type Refusal } from './payload-text.js';

/**
 * What devices answer to commands:
 * - `devices/<id>/commands/response`: `{"commandId": "…", "status": "ok" | "error", "payload": …}`, the last two optional;
 * - `devices/<id>/commands/<commandId>/response`: any text;
 * - `devices/<id>/commands/<commandId>/rpc`: the response frame of a Shelly of the second generation, which was told to
 *   answer there (https://shelly-api-docs.shelly.cloud/gen2/General/RPCProtocol).
 */
export const commandResponse: Decoder = {
  name: 'command-response',

  claims(levels) {
    if (levels[0] !== 'devices' || levels[2] !== 'commands') return false;
    if (levels.length === 4) return levels[3] === 'response';
    return levels.length === 5 && (levels[4] === 'response' || levels[4] === 'rpc');
  },

  decode({ levels, payload }) {
    const deviceId = levels[1] ?? '';
    if (!isValidDeviceId(deviceId)) {
      const detail = `not a device ID: ${JSON.stringify(shorten(deviceId))}`;
      return { kind: 'rejected', reason: 'invalid-device-id', detail };
    }
    const answer = levels.length === 4 ? readNamed(payload) : readOf(levels[3] ?? '', levels[4], payload);
    if ('reason' in answer) return { kind: 'rejected', ...answer, deviceId };
    return answered({ deviceId, ...answer });
  },
};

type Answer = Omit<CommandAnswer, 'deviceId'>;

function readNamed(payload: Uint8Array): Answer | Refusal {
  const object = readObject(payload);
  if ('reason' in object) return object;
  const { commandId, status, payload: said } = object.value;
  if (typeof commandId !== 'string' || !isCommandId(commandId)) {
    return {
      reason: 'invalid-payload',
      detail: `commandId is ${describe(commandId ?? null)}, not the ID of a command`,
    };
  }
  if (status !== undefined && status !== 'ok' && status !== 'error') {
    return { reason: 'invalid-payload', detail: `status is ${describe(status)}, not "ok" or "error"` };
  }
  return withText({ commandId, ...(status === undefined ? {} : { outcome: status }) }, said);
}

/** An answer whose topic says what it is an answer to. */
function readOf(commandId: string, kind: string | undefined, payload: Uint8Array): Answer | Refusal {
  if (!isCommandId(commandId)) {
    return {
      reason: 'invalid-payload',
      detail: `not the ID of a command: ${JSON.stringify(shorten(commandId))}`,
    };
  }
  if (kind === 'rpc') return readFrame(commandId, payload);
  if (payload.byteLength === 0) return { commandId };
  const text = payloadText(payload);
  return typeof text === 'string' ? withText({ commandId }, text) : text;
}

function readFrame(commandId: string, payload: Uint8Array): Answer | Refusal {
  const object = readObject(payload);
  if ('reason' in object) return object;
  const { error, result } = object.value;
  return error === undefined
    ? withText({ commandId, outcome: 'ok' }, result)
    : withText({ commandId, outcome: 'error' }, error);
}

function readObject(payload: Uint8Array): { readonly value: Record<string, unknown> } | Refusal {
  const text = payloadText(payload);
  if (typeof text !== 'string') return text;
  const json = parseJson(text);
  if (!('value' in json)) return json;
  const { value } = json;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { reason: 'not-an-object', detail: `an answer is a JSON object, not ${describe(value)}` };
  }
  return { value: value as Record<string, unknown> };
}

function withText(answer: Answer, said: unknown): Answer | Refusal {
  if (said === undefined || said === null) return answer;
  const text = typeof said === 'string' ? said : JSON.stringify(said);
  if (Buffer.byteLength(text) > COMMAND_LIMITS.answerBytes) {
    const detail = `the answer has ${Buffer.byteLength(text)} bytes, at most ${COMMAND_LIMITS.answerBytes} are kept`;
    return { reason: 'text-too-long', detail };
  }
  if (text.includes('\u0000') || !text.isWellFormed()) {
    return { reason: 'invalid-value', detail: 'the answer has U+0000 or half of a surrogate pair' };
  }
  return { ...answer, text };
}

function answered(answer: CommandAnswer): DecodeResult {
  return { kind: 'decoded', telemetry: [], answers: [answer], receivedTimeUsed: false, implausibleTimes: 0 };
}
