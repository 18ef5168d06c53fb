import { setTimeout as delay } from 'node:timers/promises';
import { FLEET_METRICS } from '@fieldstream/testing';
import { ceilingOf } from '../ceilings/ceilings.js';
import { produceBacklog } from '../produce-backlog.js';
import { describeUsage, UsageMeter } from '../process-usage.js';
import { formatNumber } from '../report.js';
import type { Scenario } from '../scenario.js';

const DEVICES = 1_000;
const TIMEOUT_MS = 600_000;

/** The aggregator after an outage: a backlog in Kafka, nothing else running. From its first commit to its last. */
export const catchUp: Scenario = {
  name: 'catch-up',
  title: 'aggregator catching up',

  async run(context) {
    const publishes = context.quick ? 100_000 : 1_000_000;
    const readings = publishes * FLEET_METRICS.length;
    return context.withBed(async (bed) => {
      context.progress(`producing a backlog of ${formatNumber(readings)} readings`);
      await produceBacklog(bed.kafkaBrokers, bed.topicPrefix, { publishes, devices: DEVICES });
      const startMs = performance.now();
      await bed.start('aggregator');
      const meter = new UsageMeter(bed.pids);
      let first: { readonly atMs: number; readonly readings: number } | undefined;
      for (;;) {
        const committed = await bed.committed();
        const atMs = performance.now();
        if (committed.readings > 0) first ??= { atMs, readings: committed.readings };
        if (first !== undefined && committed.readings >= readings) {
          const usage = meter.read();
          return [
            {
              name: 'readings',
              value: (committed.readings - first.readings) / ((atMs - first.atMs) / 1_000),
              unit: 'readings/s',
              better: 'higher',
              target: 100_000,
              ceiling: ceilingOf(await context.ceiling('insert-fold')),
              detail:
                `backlog of ${formatNumber(readings)} readings of ${DEVICES} devices, ${committed.stored} stored, ` +
                `${((atMs - startMs) / 1_000).toFixed(1)} s from the start of the process; ${describeUsage(usage)}`,
            },
          ];
        }
        if (atMs - startMs > TIMEOUT_MS)
          throw new Error(`${committed.readings} of ${readings} readings after 10 min`);
        await delay(50);
      }
    });
  },
};
