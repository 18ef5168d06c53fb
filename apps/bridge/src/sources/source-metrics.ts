import { Counter, Gauge, type Registry } from '@fieldstream/observability';
import type { Source, SourceCounts } from './source.js';
import type { Sources } from './sources.js';

const OUTCOMES: Readonly<Record<string, keyof SourceCounts>> = {
  received: 'received',
  acknowledged: 'acknowledged',
  retained_skipped: 'retainedSkipped',
  reserved: 'reserved',
  too_large: 'tooLarge',
};

/** Registers what is counted about foreign brokers; the label `source` has the names of the file. */
export function registerSourceMetrics(registry: Registry, sources: Sources): void {
  const messages: Counter = new Counter({
    name: 'fieldstream_bridge_source_messages_total',
    help: 'Messages of foreign brokers: all that came, those acknowledged, and those left out, by why.',
    labelNames: ['source', 'what'],
    registers: [registry],
    collect() {
      messages.reset();
      for (const { name, counts } of sources.all) {
        for (const [what, count] of Object.entries(OUTCOMES))
          messages.inc({ source: name, what }, counts[count]);
      }
    },
  });
  const connections: Counter = new Counter({
    name: 'fieldstream_bridge_source_connections_total',
    help: 'Connections that were made to foreign brokers.',
    labelNames: ['source'],
    registers: [registry],
    collect() {
      connections.reset();
      for (const { name, counts } of sources.all) connections.inc({ source: name }, counts.connections);
    },
  });
  gauge(
    'fieldstream_bridge_source_connected',
    '1 while a foreign broker is connected and subscribed to.',
    (source) => Number(source.isConnected),
  );
  gauge(
    'fieldstream_bridge_source_backlog_messages',
    'Messages of a foreign broker that wait for Kafka.',
    (source) => source.backlogMessages,
  );
  gauge(
    'fieldstream_bridge_source_backlog_bytes',
    'Bytes of messages of a foreign broker that wait for Kafka.',
    (source) => source.backlogBytes,
  );

  function gauge(name: string, help: string, read: (source: Source) => number): void {
    const metric: Gauge = new Gauge({
      name,
      help,
      labelNames: ['source'],
      registers: [registry],
      collect() {
        metric.reset();
        for (const source of sources.all) metric.set({ source: source.name }, read(source));
      },
    });
  }
}
