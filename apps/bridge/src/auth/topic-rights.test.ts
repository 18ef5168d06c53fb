import { describe, expect, test } from '@jest/globals';
import { mayPublish, mayRead } from './topic-rights.js';

describe('under "registered"', () => {
  test.each([
    ['devices/pump/telemetry', true],
    ['devices/pump/status', true],
    ['devices/pump/anything/at/all', true],
    ['devices/pump/', false],
    ['devices/pump', false],
    ['devices/pump2/telemetry', false],
    ['devices/other/telemetry', false],
    ['devices//telemetry', false],
    ['alerts/pump/hot', false],
    ['$SYS/pump', false],
    ['tele/pump/SENSOR', false],
    ['Devices/pump/telemetry', false],
    ['/devices/pump/telemetry', false],
    ['', false],
  ])('the device pump publishes to %s: %s', (topic, expected) => {
    expect(mayPublish('registered', 'pump', topic)).toBe(expected);
  });

  test.each([
    ['devices/pump/#', true],
    ['devices/pump/commands', true],
    ['devices/pump/+/x', true],
    ['alerts/pump/#', true],
    ['alerts/pump/hot', true],
    ['#', false],
    ['+/#', false],
    ['devices/#', false],
    ['devices/+/telemetry', false],
    ['+/pump/#', false],
    ['devices/pump', false],
    ['devices/pump+/#', false],
    ['devices/pumpkin/#', false],
    ['alerts/#', false],
    ['$SYS/#', false],
    ['$share/group/devices/other/#', false],
  ])('the device pump subscribes to %s: %s', (filter, expected) => {
    expect(mayRead('registered', 'pump', filter)).toBe(expected);
  });

  test('nobody in particular may do nothing', () => {
    expect(mayPublish('registered', undefined, 'devices/undefined/telemetry')).toBe(false);
    expect(mayRead('registered', undefined, 'devices/undefined/#')).toBe(false);
  });
});

test.each([undefined, 'pump'])('under "open" %s may do all', (deviceId) => {
  expect(mayPublish('open', deviceId, 'devices/other/telemetry')).toBe(true);
  expect(mayRead('open', deviceId, '#')).toBe(true);
});
