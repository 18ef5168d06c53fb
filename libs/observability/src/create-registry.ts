import { collectDefaultMetrics, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * The metrics of one process: Node's default ones, and whatever is registered by its parts. Every sample has the
 * label `service`. Names of our own begin with `fieldstream_`, have their unit last, and no label has a value per
 * device, client or topic.
 */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}
