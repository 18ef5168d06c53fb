const MASK_128 = (1n << 128n) - 1n;
const FNV_PRIME_128 = 0x1000000000000000000013bn;
const FNV_OFFSET_128 = 0x6c62272e07bb014262b821756295c58dn;

/**
 * A short name for a text: FNV-1a with 128 bits over its UTF-16 units, as 32 hexadecimal digits. Stable across
 * versions, because what it names is stored. Not cryptographic.
 */
export function stableId(text: string): string {
  let hash = FNV_OFFSET_128;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    hash = ((hash ^ BigInt(unit & 0xff)) * FNV_PRIME_128) & MASK_128;
    hash = ((hash ^ BigInt(unit >> 8)) * FNV_PRIME_128) & MASK_128;
  }
  return hash.toString(16).padStart(32, '0');
}

/** What one alert is about: a rule and one series that it watches. */
export interface AlertSubject {
  readonly ruleId: string;
  readonly deviceId: string;
  readonly metric: string;
}

/**
 * The identity of an alert follows from its rule, its series and the event time since when the condition held:
 * evaluating the same readings again, anywhere, names the same alert.
 */
export function alertIdOf(subject: AlertSubject, startedAtMs: number): string {
  // Neither a rule ID nor a device ID holds a slash, and the metric comes last: no two subjects give one text.
  return stableId(`${subject.ruleId}/${subject.deviceId}/${startedAtMs}/${subject.metric}`);
}
