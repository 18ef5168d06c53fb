import { type Channel, isRecord } from '@fieldstream/domain';
import { channelType } from './channel-types.js';
import { SECRET_IS_SET, secretsAt } from './secret-fields.js';

/**
 * The channel's config as it may be shown: each secret that is set is `{ isSet: true }`. Where the type is not known, all
 * of it is taken for secret.
 */
export function redactConfig(channel: Pick<Channel, 'type' | 'config'>): object {
  const config = structuredClone(channel.config) as Record<string, unknown>;
  const fields = channelType(channel.type)?.secretFields ?? ['*'];
  for (const { holder, key } of secretsAt(config, fields)) holder[key] = SECRET_IS_SET;
  return config;
}

/**
 * An edited config with the secrets that it keeps: one left out, or given back as `{ isSet: true }`, has its stored value;
 * one that is null is taken away. Of secrets in an object, e.g. `headers.*`, this goes for the object as a whole, and for
 * each field that it has. The result is still to be checked.
 * @param type Name of the channel's type, the same before and after.
 */
export function mergeSecrets(before: object, edited: object, type: string): object {
  const merged = structuredClone(edited) as Record<string, unknown>;
  for (const field of channelType(type)?.secretFields ?? []) {
    mergeField(before as Record<string, unknown>, merged, field.split('.'));
  }
  return merged;
}

function mergeField(
  before: Record<string, unknown>,
  merged: Record<string, unknown>,
  [key = '', ...rest]: readonly string[],
): void {
  if (key === '*') {
    for (const each of Object.keys(merged)) mergeField(before, merged, [each, ...rest]);
    return;
  }
  const stored = Object.hasOwn(before, key) ? before[key] : undefined;
  const given = Object.hasOwn(merged, key) ? merged[key] : undefined;
  if (given === null) delete merged[key];
  else if (given === undefined || isSetMark(given)) {
    if (stored === undefined) delete merged[key];
    else merged[key] = structuredClone(stored);
  } else if (rest.length > 0 && isRecord(given)) {
    mergeField(isRecord(stored) ? stored : {}, given, rest);
  }
}

function isSetMark(value: unknown): boolean {
  return isRecord(value) && value['isSet'] === true && Object.keys(value).length === 1;
}
