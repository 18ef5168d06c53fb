import { LIMITS } from './limits.js';

// Control characters, U+0000 among them, which PostgreSQL text cannot hold.
const CONTROL = /[\u0000-\u001f\u007f]/;

function isPlainText(text: string, maxLength: number): boolean {
  return text.length > 0 && text.length <= maxLength && !CONTROL.test(text) && text.isWellFormed();
}

/**
 * Whether a text can be a device ID: 1 to 128 characters, well-formed Unicode, no control characters, and none of
 * the MQTT specials `/`, `+` and `#`, so that every device has topics of its own. Gateways' composite IDs use `:`.
 */
export function isValidDeviceId(id: string): boolean {
  return isPlainText(id, LIMITS.deviceIdLength) && !/[/+#]/.test(id);
}

/**
 * Whether a text can be a metric name: 1 to 256 characters, well-formed Unicode, no control characters.
 * `__proto__` as a segment is refused: it cannot be a key of a JSON object in every consumer's language.
 */
export function isValidMetricName(name: string): boolean {
  return (
    isPlainText(name, LIMITS.metricNameLength) &&
    !(name.includes('__proto__') && name.split('.').includes('__proto__'))
  );
}

/** Whether a text can be stored as a state: at most 4,096 characters, well-formed, without U+0000. */
export function isValidText(text: string): boolean {
  return text.length <= LIMITS.textLength && !text.includes('\u0000') && text.isWellFormed();
}
