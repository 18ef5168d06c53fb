import { type AlertRecord } from '@fieldstream/wire';
import { type AlertMessage } from '../alert-message.js';
import { type SendContext } from '../channel-type.js';

export const AT_MS = Date.UTC(2026, 4, 4, 10, 0, 0);

/** An alert for tests: a greenhouse that is too hot. */
export function alertRecord(fields: Partial<AlertRecord> = {}): AlertRecord {
  return {
    v: 1,
    sequence: 1,
    alertId: 'a1',
    state: 'firing',
    change: 'firing',
    ruleId: 'too-hot',
    ruleName: 'Greenhouse too hot',
    severity: 'warning',
    deviceId: 'gh-1',
    metric: 'temperature',
    labels: { site: 'north' },
    value: 31.5,
    text: null,
    atMs: AT_MS,
    startedAtMs: AT_MS - 60_000,
    summary: 'Greenhouse too hot: temperature of gh-1 is > 30',
    description: '',
    acknowledgedBy: null,
    snoozedUntilMs: null,
    ...fields,
  };
}

/** Alerts of as many devices, numbered from 1. */
export function alertRecords(count: number, fields: Partial<AlertRecord> = {}): AlertRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const deviceId = `gh-${number}`;
    const summary = `Greenhouse too hot: temperature of ${deviceId} is > 30`;
    return alertRecord({ sequence: number, alertId: `a${number}`, deviceId, summary, ...fields });
  });
}

export function alertMessage(
  alerts: readonly AlertRecord[] = [alertRecord()],
  fields: Partial<AlertMessage> = {},
): AlertMessage {
  return {
    idempotencyKey: 'key-1',
    channel: { id: 'ops', name: 'Operations' },
    rule: { id: 'too-hot', name: 'Greenhouse too hot' },
    alerts,
    createdAtMs: AT_MS,
    isTest: false,
    ...fields,
  };
}

export function sendContext(fields: Partial<SendContext> = {}): SendContext {
  return { signal: new AbortController().signal, consoleUrl: 'https://console.example/alerts', ...fields };
}

/** Texts by which a receiver could be made to show what nobody meant. */
export const HOSTILE_TEXTS: readonly (readonly [name: string, text: string])[] = [
  ['HTML', '<img src=x onerror=alert(1)><script>alert(1)</script> & "quoted" \'single\''],
  ['line breaks', 'first\r\nBcc: everybody@example.com\r\n\r\nsecond\u2028third'],
  ['Markdown', '**bold** _it_ `code` [link](https://evil.example) ~~gone~~ ||spoiler|| # head'],
  ['mentions', '<!channel> <!here> @everyone @here <@U123> <@&456> <at>all</at>'],
  ['emoji', '🔥'.repeat(50)],
  ['half a character', `broken \ud83d half`],
  ['reordering', 'safe \u202e txet desrever \u2066 more'],
  ['templates', '{{title}} {{#alerts}} ${7*7} {{DATE(2017-02-14T06:08:39Z,SHORT)}}'],
  ['length', 'x'.repeat(4096)],
  ['length in emoji', '🌡️'.repeat(2048)],
  ['length of what is escaped', '<&>*_'.repeat(800)],
];
