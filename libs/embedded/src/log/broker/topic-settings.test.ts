import { expect, test } from '@jest/globals';
import { DEFAULT_TOPIC_CONFIG } from '../storage/topic-config.js';
import { changeConfig, SettingError, TOPIC_SETTINGS } from './topic-settings.js';

test.each([
  ['cleanup.policy', 'compact', { cleanup: 'compact' }],
  ['cleanup.policy', 'delete', { cleanup: 'delete' }],
  ['retention.ms', '-1', { retentionMs: -1 }],
  ['retention.ms', ' 3600000 ', { retentionMs: 3_600_000 }],
  ['retention.ms', '9223372036854775807', { retentionMs: Number.MAX_SAFE_INTEGER }],
  ['retention.bytes', '1000', { retentionBytes: 1_000 }],
  ['segment.bytes', '1048576', { segmentBytes: 1_048_576 }],
  ['segment.ms', '1', { segmentMs: 1 }],
  ['max.message.bytes', '0', { maxMessageBytes: 0 }],
  ['message.timestamp.type', 'LogAppendTime', { timestampType: 'append' }],
  ['min.insync.replicas', '1', {}],
  ['compression.type', 'producer', {}],
  ['flush.messages', '17', {}],
])('%s=%s is accepted', (name, value, changed) => {
  expect(changeConfig(DEFAULT_TOPIC_CONFIG, [{ name, value }])).toEqual({
    ...DEFAULT_TOPIC_CONFIG,
    ...changed,
  });
});

test.each([
  ['cleanup.policy', 'compact,delete'],
  ['cleanup.policy', 'toString'],
  ['retention.ms', '-2'],
  ['retention.ms', 'abc'],
  ['retention.ms', '1.5'],
  ['retention.ms', '9223372036854775808'],
  ['segment.bytes', '2147483648'],
  ['segment.bytes', '13'],
  ['segment.ms', '0'],
  ['max.message.bytes', '-1'],
  ['message.timestamp.type', 'Whenever'],
  ['min.insync.replicas', '2'],
  ['compression.type', 'gzip'],
  ['no.such.setting', '1'],
  ['constructor', '1'],
])('%s=%s is refused', (name, value) => {
  expect(() => changeConfig(DEFAULT_TOPIC_CONFIG, [{ name, value }])).toThrow(SettingError);
});

test('null gives a setting its default back', () => {
  const changed = changeConfig(DEFAULT_TOPIC_CONFIG, [{ name: 'retention.ms', value: '5' }]);
  expect(changeConfig(changed, [{ name: 'retention.ms', value: null }])).toEqual(DEFAULT_TOPIC_CONFIG);
});

test('every setting reads what it accepts', () => {
  for (const setting of TOPIC_SETTINGS.values()) {
    const value = setting.read(DEFAULT_TOPIC_CONFIG);
    expect(setting.read(setting.write(DEFAULT_TOPIC_CONFIG, value))).toBe(value);
  }
});
