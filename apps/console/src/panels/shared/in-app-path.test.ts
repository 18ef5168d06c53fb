import { describe, expect, it } from '@jest/globals';
import { inAppPath } from './in-app-path.js';

describe('inAppPath', () => {
  it.each([
    ['/d/fleet?var-device=a%20b#x', '', '/d/fleet?var-device=a%20b#x'],
    ['http://fieldstream.test/devices', '_self', '/devices'],
    ['http://fieldstream.test/devices', '_blank', undefined],
    ['https://fieldstream.test/devices', '', undefined],
    ['https://example.org/', '', undefined],
    ['/api/docs', '', undefined],
    ['/metrics', '', undefined],
    ['/apiary', '', '/apiary'],
    ['mailto:someone@example.org', '', undefined],
    ['http://[', '', undefined],
  ])('%s with target "%s" is %s', (href, target, path) => {
    expect(inAppPath(href, target, 'http://fieldstream.test')).toBe(path);
  });
});
