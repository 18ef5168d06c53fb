import { expect, test } from '@jest/globals';
import { SILENT_AFTER_MS, statusOf } from './device-status.js';

const NOW = Date.UTC(2026, 0, 31);
const ago = (ms: number): string => new Date(NOW - ms).toISOString();

test.each([
  ['online', { presence: 'online' as const, lastSeen: ago(0), disabled: false }],
  ['online', { presence: null, lastSeen: ago(SILENT_AFTER_MS), disabled: false }],
  // A clock that is ahead.
  ['online', { presence: null, lastSeen: ago(-60_000), disabled: false }],
  ['silent', { presence: 'online' as const, lastSeen: ago(SILENT_AFTER_MS + 1), disabled: false }],
  ['silent', { presence: null, lastSeen: ago(SILENT_AFTER_MS + 1), disabled: false }],
  ['offline', { presence: 'offline' as const, lastSeen: ago(0), disabled: false }],
  ['offline', { presence: 'offline' as const, lastSeen: null, disabled: false }],
  ['sleeping', { presence: 'sleeping' as const, lastSeen: ago(2 * SILENT_AFTER_MS), disabled: false }],
  ['waiting', { presence: null, lastSeen: null, disabled: false }],
  ['disabled', { presence: 'online' as const, lastSeen: ago(0), disabled: true }],
])('%s: %j', (status, device) => {
  expect(statusOf(device, NOW)).toBe(status);
});
