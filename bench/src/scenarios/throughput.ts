import { FLEET_METRICS } from '@fieldstream/testing';
import type { BenchBed } from '../bench-bed.js';
import { ceilingOf } from '../ceilings/ceilings.js';
import type { Figure } from '../figure.js';
import { describeUsage } from '../process-usage.js';
import type { BenchContext, Scenario } from '../scenario.js';
import { findSustainedRate, type Sustained } from '../sustained.js';

const METRICS = FLEET_METRICS.length;

/** Sustained throughput, publish to row. */
export const throughput: Scenario = {
  name: 'throughput',
  title: 'sustained, publish to row',

  async run(context) {
    return context.withBed(async (bed) => {
      await bed.start('aggregator', 'bridge');
      const best = await findSustainedRate(context, bed);
      return figuresOf(context, best, await checkStored(bed));
    });
  },
};

/** A figure is worth nothing if the rows are not there. */
async function checkStored(bed: BenchBed): Promise<number> {
  const { rows } = await bed.pool.query<{ count: string }>('SELECT count(*) FROM reading');
  const [stored, committed] = [Number(rows[0]?.count), await bed.committed()];
  if (stored !== committed.stored || committed.readings !== committed.records * METRICS) {
    throw new Error(`${stored} rows are stored, the ledger has ${JSON.stringify(committed)}`);
  }
  return stored;
}

async function figuresOf(context: BenchContext, best: Sustained, stored: number): Promise<Figure[]> {
  const { report, usage } = best;
  const fold = ceilingOf(await context.ceiling('insert-fold'));
  return [
    {
      name: 'messages',
      value: report.ackedPerSecond,
      unit: 'messages/s',
      better: 'higher',
      target: 15_000,
      ceiling: ceilingOf(await context.ceiling('kafka-produce')),
      detail: `${describeUsage(usage)}; ${stored} rows checked`,
    },
    {
      name: 'readings',
      value: report.ackedPerSecond * METRICS,
      unit: 'readings/s',
      better: 'higher',
      target: 60_000,
      ceiling: fold,
    },
    { name: 'PUBACK p50 at that rate', value: report.latencyMs.p50, unit: 'ms', better: 'lower' },
    { name: 'PUBACK p99 at that rate', value: report.latencyMs.p99, unit: 'ms', better: 'lower' },
  ];
}
