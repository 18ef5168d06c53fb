import type pg from 'pg';
import { Counter, Gauge, type Registry } from '@fieldstream/observability';
import { channelType } from '@fieldstream/notify';
import { type Backlog, countOpenAlerts, outbox } from '@fieldstream/timescale';
import type { EvaluationObserver, Evaluator } from './evaluator.js';
import type { NotificationMetrics } from './notifications/start-notifications.js';

export interface AlerterMetrics extends Required<EvaluationObserver>, NotificationMetrics {}

/** Counts what happens; made before the parts that report to it. */
export function createMetrics(registry: Registry): AlerterMetrics {
  const registers = [registry];
  const records = new Counter({
    name: 'fieldstream_alerter_records_total',
    help: 'Kafka records handled, by fate. An undecodable one is kept as a dead letter by the aggregator.',
    labelNames: ['outcome'],
    registers,
  });
  const readings = new Counter({
    name: 'fieldstream_alerter_readings_total',
    help: 'Readings of watched series, once per rule, by fate. Late: older than what had been evaluated.',
    labelNames: ['outcome'],
    registers,
  });
  const transitions = new Counter({
    name: 'fieldstream_alert_transitions_total',
    help: 'Alerts that fired or were resolved.',
    labelNames: ['transition', 'severity'],
    registers,
  });
  const stream = new Counter({
    name: 'fieldstream_alert_stream_total',
    help: 'Attempts to send a change of an alert to Kafka, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const messages = new Counter({
    name: 'fieldstream_notification_messages_total',
    help: 'Attempts to send a message to a notification channel, refreshes included, by type of channel and outcome.',
    labelNames: ['type', 'outcome'],
    registers,
  });
  return {
    onEvaluated({ records: handled, undecodable, applied, late }) {
      records.inc({ outcome: 'evaluated' }, handled - undecodable);
      records.inc({ outcome: 'undecodable' }, undecodable);
      readings.inc({ outcome: 'evaluated' }, applied);
      readings.inc({ outcome: 'late' }, late);
    },
    onTransitions(recorded) {
      for (const { transition, severity } of recorded) transitions.inc({ transition, severity });
    },
    onStream: (outcome) => stream.inc({ outcome }),
    // Any text may be stored as a type; only the known ones become labels.
    onMessage: (type, outcome) => messages.inc({ type: channelType(type)?.type ?? 'unknown', outcome }),
  };
}

/** Shows what there is at the moment of being asked. A database that is away leaves the last values. */
export function addGauges(
  registry: Registry,
  parts: { readonly pool: pg.Pool; readonly evaluator: Evaluator; readonly lag: () => number },
): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number | Promise<number>): void => {
    const shown = new Gauge({
      name,
      help,
      registers,
      async collect() {
        try {
          shown.set(await read());
        } catch {
          // The health check tells that the database is away.
        }
      },
    });
  };
  gauge('fieldstream_alerter_lag_records', 'Kafka records that are not evaluated yet.', parts.lag);
  gauge('fieldstream_alerter_rules', 'Rules that are evaluated.', () => parts.evaluator.rules.index.size);
  gauge('fieldstream_alerts_open', 'Alerts that are firing.', () => countOpenAlerts(parts.pool));
  const backlog = (name: string, help: string, read: (backlog: Backlog) => number): void =>
    gauge(name, help, async () => read(await readBacklog()));
  let reading: Promise<Backlog> | undefined;
  // One look for the gauges of one scrape.
  const readBacklog = (): Promise<Backlog> =>
    (reading ??= outbox.backlog(parts.pool).finally(() => {
      reading = undefined;
    }));
  backlog(
    'fieldstream_outbox_pending',
    'Notifications neither delivered nor given up, to Kafka and to channels.',
    ({ notifications }) => notifications,
  );
  backlog(
    'fieldstream_notification_messages_pending',
    'Messages to channels neither delivered nor given up.',
    ({ messages }) => messages,
  );
  backlog(
    'fieldstream_outbox_oldest_pending_seconds',
    'Age of the oldest notification neither delivered nor given up.',
    ({ oldestMs }) => oldestMs / 1000,
  );
}
