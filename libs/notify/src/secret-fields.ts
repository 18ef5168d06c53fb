import { isRecord } from '@fieldstream/domain';

/** What stands for a secret that is set. */
export const SECRET_IS_SET = { isSet: true } as const;

/** Where a secret stands. */
export interface SecretPlace {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

/** The places in a config at which secrets are set. */
export function secretsAt(config: object, secretFields: readonly string[]): SecretPlace[] {
  return secretFields.flatMap((field) => placesOf(config, field.split('.')));
}

/** The secrets themselves, to keep them out of what others answer. */
export function secretTexts(config: object, secretFields: readonly string[]): string[] {
  return secretsAt(config, secretFields)
    .map(({ holder, key }) => holder[key])
    .filter((value) => typeof value === 'string');
}

function placesOf(value: unknown, [key = '', ...rest]: readonly string[]): SecretPlace[] {
  if (!isRecord(value)) return [];
  const keys = key === '*' ? Object.keys(value) : [key].filter((each) => Object.hasOwn(value, each));
  const set = keys.filter((each) => value[each] !== undefined && value[each] !== null);
  if (rest.length === 0) return set.map((each) => ({ holder: value, key: each }));
  return set.flatMap((each) => placesOf(value[each], rest));
}

const SHOWN = '***';
/** Parts of an address that are shorter than this give nothing away, and would tear every text apart. */
const SHORTEST_PART = 6;

/**
 * Takes secrets out of a text that somebody else wrote, however they are usually escaped, and out of its end where a secret
 * was cut short.
 */
export function withoutSecrets(text: string, secrets: readonly string[], isCutShort: boolean): string {
  const spellings = [...new Set(secrets.flatMap(partsOf).flatMap(spellingsOf))]
    .filter((spelling) => spelling !== '')
    .sort((a, b) => b.length - a.length);
  const longest = spellings[0]?.length ?? 0;
  const whole = isCutShort ? text.slice(0, Math.max(0, text.length - longest)) : text;
  return spellings.reduce((clean, spelling) => clean.split(spelling).join(SHOWN), whole);
}

/** A secret, and of an address also the parts by which it is a secret. */
function partsOf(secret: string): string[] {
  if (!/^https?:/.test(secret) || !URL.canParse(secret)) return [secret];
  const { href, pathname, search, searchParams } = new URL(secret);
  const parts = [`${pathname}${search}`, pathname, search, ...pathname.split('/'), ...searchParams.values()];
  return [secret, href, ...parts.filter((part) => part.length >= SHORTEST_PART)];
}

function spellingsOf(part: string): string[] {
  const secret = part.toWellFormed();
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    secret.toLowerCase(),
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    encodeURI(secret),
    encodeURIComponent(secret),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    Buffer.from(secret).toString('base64'),
  ];
}
