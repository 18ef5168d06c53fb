import { describe, expect, test } from '@jest/globals';
import type { Schema } from '../../client/api.js';
import { eventText, reasonText, storyOf, toldText } from './alert-story.js';

const AT = '2026-01-01T12:00:00.000Z';

function event(edit: Partial<Schema<'AlertEvent'>> = {}): Schema<'AlertEvent'> {
  return {
    sequence: 1,
    transition: 'firing',
    time: AT,
    value: 31.04,
    severity: 'warning',
    actor: null,
    detail: null,
    recordedAt: AT,
    ...edit,
  };
}

function notification(edit: Partial<Schema<'AlertNotification'>> = {}): Schema<'AlertNotification'> {
  return {
    sequence: 1,
    receiver: 'channel',
    channelId: 'ops',
    createdAt: AT,
    attempts: 0,
    deliveredAt: null,
    failedAt: null,
    lastError: null,
    ...edit,
  };
}

test('the newest event comes first, each with who was told of it', () => {
  const events = [event(), event({ sequence: 4, transition: 'resolved' })];
  const notifications = [notification({ sequence: 4 }), notification(), notification({ receiver: 'stream' })];
  const story = storyOf({ events, notifications });
  expect(story.map(({ event: { sequence }, told }) => [sequence, told.length])).toEqual([
    [4, 1],
    [1, 2],
  ]);
});

describe('in words', () => {
  test.each([
    [{}, 'Fired at 31.04 as warning'],
    [{ transition: 'severity', severity: 'critical', value: 41 }, 'Became critical at 41'],
    [{ transition: 'acknowledged', actor: 'ann', value: null }, 'Acknowledged by ann'],
    [{ transition: 'snoozed', actor: 'ann', detail: 'soon' }, 'Snoozed by ann'],
    [{ transition: 'unsnoozed' }, 'The snooze was over'],
    [{ transition: 'unsnoozed', actor: 'ann' }, 'Snooze ended by ann'],
    [{ transition: 'resolved', value: 27, detail: 'it is 27 (<= 28)' }, 'Resolved at 27: it is 27 (<= 28)'],
    [{ transition: 'resolved', value: null }, 'Resolved'],
  ] as const)('%j: %s', (edit, text) => {
    expect(eventText(event(edit))).toBe(text);
  });

  test.each([
    [{}, /^channel ops: waits$/],
    [{ receiver: 'stream', deliveredAt: AT, attempts: 1 }, /^MQTT and the console: told \S+ \S+$/],
    [{ deliveredAt: AT, attempts: 3 }, /, at attempt 3$/],
    [{ attempts: 2, lastError: 'no route' }, /^channel ops: tried 2 times: no route$/],
    [{ failedAt: AT, attempts: 9, lastError: 'no route' }, /: given up .*: no route$/],
  ] as const)('%j: %s', (edit, text) => {
    expect(toldText(notification(edit))).toMatch(text);
  });

  test('a snooze says until when', () => {
    const snoozed = event({ transition: 'snoozed', actor: 'ann', detail: `until ${AT}` });
    expect(eventText(snoozed)).toMatch(/^Snoozed by ann until \d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/);
  });

  test.each(['cleared', null, 'something-new'])('%s is no fault of a rule', (reason) => {
    expect(reasonText(reason)).toBe('the condition cleared');
  });
});
