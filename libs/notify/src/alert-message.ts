import { type Channel } from '@fieldstream/domain';
import { type AlertRecord } from '@fieldstream/wire';

/** One message to a channel: all that it is told at one time. */
export interface AlertMessage {
  /** The same at every attempt. */
  readonly idempotencyKey: string;
  readonly channel: { readonly id: string; readonly name: string };
  /** `undefined` for a message over several rules. */
  readonly rule: { readonly id: string; readonly name: string } | undefined;
  /** In order of sequence; several changes of one alert may be among them. */
  readonly alerts: readonly AlertRecord[];
  readonly createdAtMs: number;
  readonly isTest: boolean;
}

/** What the test button sends: one made-up alert, marked as a test. */
export function testMessage(channel: Pick<Channel, 'id' | 'name'>, nowMs: number): AlertMessage {
  const rule = { id: 'test', name: 'Test alert' };
  const alert: AlertRecord = {
    v: 1,
    sequence: 1,
    alertId: `test-${channel.id}-${nowMs}`,
    state: 'firing',
    change: 'firing',
    ruleId: rule.id,
    ruleName: rule.name,
    severity: 'info',
    deviceId: 'test-device',
    metric: 'temperature',
    labels: {},
    value: 42,
    text: null,
    atMs: nowMs,
    startedAtMs: nowMs,
    summary: `${rule.name}: the channel ${channel.name} works`,
    description: 'Nothing is wrong. Somebody has tested the channel.',
    acknowledgedBy: null,
    snoozedUntilMs: null,
  };
  return {
    idempotencyKey: `test-${channel.id}-${nowMs}`,
    channel: { id: channel.id, name: channel.name },
    rule,
    alerts: [alert],
    createdAtMs: nowMs,
    isTest: true,
  };
}
