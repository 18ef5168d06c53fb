import { describe, expect, test } from '@jest/globals';
import { LIMITS } from './limits.js';
import { isValidDeviceId, isValidMetricName, isValidText } from './names.js';

const LONE_SURROGATE = '\ud800';

describe('isValidDeviceId', () => {
  test.each(['a', 'plug-1', 'gw:sub:1', 'Küche 3', '__proto__', '💡', 'a'.repeat(LIMITS.deviceIdLength)])(
    'takes %j',
    (id) => expect(isValidDeviceId(id)).toBe(true),
  );
  test.each([
    '',
    'a/b',
    '+',
    'a#',
    'a\u0000b',
    'a\nb',
    '\u007f',
    LONE_SURROGATE,
    'a'.repeat(LIMITS.deviceIdLength + 1),
  ])('refuses %j', (id) => expect(isValidDeviceId(id)).toBe(false));
});

describe('isValidMetricName', () => {
  test.each([
    'temperature',
    'ENERGY.Power',
    'a/b',
    'Größe',
    'constructor',
    'my__proto__x',
    'a'.repeat(LIMITS.metricNameLength),
  ])('takes %j', (name) => expect(isValidMetricName(name)).toBe(true));
  test.each([
    '',
    '\t',
    'a\u0000',
    LONE_SURROGATE,
    '__proto__',
    'a.__proto__',
    '__proto__.b',
    'a.__proto__.b',
    'a'.repeat(LIMITS.metricNameLength + 1),
  ])('refuses %j', (name) => expect(isValidMetricName(name)).toBe(false));
});

describe('isValidText', () => {
  test.each(['', 'ok', 'two\nlines', 'a'.repeat(LIMITS.textLength)])('takes %j', (text) =>
    expect(isValidText(text)).toBe(true),
  );
  test.each(['a\u0000', LONE_SURROGATE, 'a'.repeat(LIMITS.textLength + 1)])('refuses %j', (text) =>
    expect(isValidText(text)).toBe(false),
  );
});
