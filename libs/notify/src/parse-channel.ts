import {
  type Channel,
  type Checked,
  type FieldProblem,
  isAlertingId,
  isRecord,
  isValidText,
  SEVERITIES,
  unknownFields,
} from '@fieldstream/domain';
import { CHAT_DEFAULTS, type ChannelType } from './channel-type.js';
import { CHANNEL_TYPES, channelType } from './channel-types.js';

/** Limits on what one channel may ask for. */
export const CHANNEL_LIMITS = {
  nameLength: 200,
  /** 10 minutes. */
  groupWaitMs: 10 * 60 * 1000,
  messagesPerMinute: 6_000,
} as const;

const FIELDS = [
  'id',
  'name',
  'type',
  'enabled',
  'config',
  'minSeverity',
  'sendResolved',
  'groupWaitMs',
  'messagesPerMinute',
];

/**
 * Checks an input (JSON from the API, a file or a row of the database) and makes a channel of it. Left out, `enabled` and
 * `sendResolved` are true, `minSeverity` is `info`, and `groupWaitMs` and `messagesPerMinute` are its type's. Reports every
 * problem, and never repeats a setting's value, which may be a secret. Never connects.
 */
export function parseChannel(input: unknown): Checked<Channel> {
  if (!isRecord(input)) return { ok: false, problems: [{ field: '', fault: 'must be a JSON object' }] };
  const problems: FieldProblem[] = unknownFields(input, FIELDS);
  const check = <T>(field: string, valid: boolean, value: T, fault: string): T => {
    if (!valid) problems.push({ field, fault });
    return value;
  };
  const id = input['id'];
  const idFault =
    'must be 1 to 64 lower-case letters, digits or hyphens, not starting with a hyphen, e.g. ops-chat';
  check('id', isAlertingId(id), id, idFault);
  const name = input['name'];
  const nameFault = `must be a text of 1 to ${CHANNEL_LIMITS.nameLength} characters in one line, e.g. Chat of operations`;
  check('name', isName(name), name, nameFault);
  const type = typeof input['type'] === 'string' ? channelType(input['type']) : undefined;
  const typeFault = `must be one of ${CHANNEL_TYPES.map((known) => known.type).join(', ')}`;
  check('type', type !== undefined, type, typeFault);
  const enabled = input['enabled'] ?? true;
  check('enabled', typeof enabled === 'boolean', enabled, 'must be true or false');
  const sendResolved = input['sendResolved'] ?? true;
  check('sendResolved', typeof sendResolved === 'boolean', sendResolved, 'must be true or false');
  const minSeverity = SEVERITIES.find((known) => known === (input['minSeverity'] ?? 'info'));
  check('minSeverity', minSeverity !== undefined, minSeverity, `must be one of ${SEVERITIES.join(', ')}`);
  const numbers = parseNumbers(input, type?.defaults ?? CHAT_DEFAULTS, problems);
  const config = type?.parseConfig(input['config'] ?? {});
  if (config && !config.ok) problems.push(...config.problems);
  if (problems.length > 0 || !type || !config?.ok || minSeverity === undefined)
    return { ok: false, problems };
  return {
    ok: true,
    value: {
      id: id as string,
      name: name as string,
      type: type.type,
      enabled: enabled as boolean,
      config: config.value,
      minSeverity,
      sendResolved: sendResolved as boolean,
      ...numbers,
    },
  };
}

function isName(name: unknown): boolean {
  if (typeof name !== 'string' || name.trim() === '' || name.length > CHANNEL_LIMITS.nameLength) return false;
  return isValidText(name) && !/[\u0000-\u001f\u007f]/.test(name);
}

function parseNumbers(
  input: Record<string, unknown>,
  defaults: ChannelType['defaults'],
  problems: FieldProblem[],
): Pick<Channel, 'groupWaitMs' | 'messagesPerMinute'> {
  const whole = (field: 'groupWaitMs' | 'messagesPerMinute', min: number, example: string): number => {
    const value = input[field] ?? defaults[field];
    const max = CHANNEL_LIMITS[field];
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max)
      problems.push({ field, fault: `must be a whole number from ${min} to ${max}, e.g. ${example}` });
    return value as number;
  };
  return {
    groupWaitMs: whole('groupWaitMs', 0, '3000 for 3 seconds'),
    messagesPerMinute: whole('messagesPerMinute', 1, '20'),
  };
}
