import { setTimeout as delay } from 'node:timers/promises';
import { eventually, FLEET_METRICS } from '@fieldstream/testing';
import { backlogGrowth, isFlat, type BacklogSample } from '../backlog.js';
import type { BenchBed } from '../bench-bed.js';
import { ceilingOf } from '../ceilings/ceilings.js';
import { manyDevices } from '../devices-load.js';
import type { Figure } from '../figure.js';
import { LoadProcess } from '../load-process.js';
import type { LoadReport } from '../load-protocol.js';
import { describeUsage, UsageMeter, type SpanUsage } from '../process-usage.js';
import { formatNumber } from '../report.js';
import type { BenchContext, Scenario } from '../scenario.js';

const METRICS = FLEET_METRICS.length;
const WARM_UP_S = 4;
const ATTEMPTS = 6;
/** From one attempt to the next: down after a growing backlog, up after a flat one. */
const [DOWN, UP] = [0.88, 1.1];
const DRAIN_TIMEOUT_MS = 120_000;

/**
 * Sustained throughput, publish to row. First as fast as the bridge acks, then until the last row is visible: the rate at
 * which all that work was done is where the search begins. Then at fixed rates, until one is found at which the backlog
 * stays flat and above which it does not.
 */
export const throughput: Scenario = {
  name: 'throughput',
  title: 'sustained, publish to row',

  async run(context) {
    return context.withBed(async (bed) => {
      await bed.start('aggregator', 'bridge');
      let rate = 0.95 * (await findOverallRate(context, bed));
      let best: Sustained | undefined;
      let failed = false;
      // Down until a rate holds, or up until one does not: in both cases the answer is between the last two.
      for (let attempt = 0; attempt < ATTEMPTS && !(best !== undefined && failed); attempt++) {
        const result = await holdRate(context, bed, rate, attempt);
        if (result.flat) best = result;
        else failed = true;
        rate *= result.flat ? UP : DOWN;
      }
      if (best === undefined)
        throw new Error(`the backlog still grew at ${Math.round(rate / DOWN)} messages/s`);
      return figuresOf(context, best, await checkStored(bed));
    });
  },
};

interface Sustained {
  readonly flat: boolean;
  readonly report: LoadReport;
  readonly usage: Record<string, SpanUsage>;
}

async function findOverallRate(context: BenchContext, bed: BenchBed): Promise<number> {
  context.progress('as fast as acked, then draining');
  const load = await LoadProcess.connect(manyDevices(bed.mqttPort, 'max', 'ramp'));
  try {
    const startMs = performance.now();
    load.start();
    await delay(Math.min(10, context.seconds) * 1_000);
    const { stats } = await load.stop();
    await untilVisible(bed, stats.acked);
    return stats.acked / ((performance.now() - startMs) / 1_000);
  } finally {
    load.kill();
  }
}

async function holdRate(
  context: BenchContext,
  bed: BenchBed,
  rate: number,
  attempt: number,
): Promise<Sustained> {
  const before = (await bed.committed()).records;
  const load = await LoadProcess.connect(manyDevices(bed.mqttPort, rate, `hold-${attempt}`));
  try {
    load.start();
    await delay(WARM_UP_S * 1_000);
    await load.mark();
    const meter = new UsageMeter({ ...bed.pids, load: load.pid });
    const samples: BacklogSample[] = [];
    const endMs = performance.now() + context.seconds * 1_000;
    while (performance.now() < endMs) {
      const { records } = await bed.committed();
      samples.push({ atMs: performance.now(), backlog: (load.progress?.acked ?? 0) - (records - before) });
      await delay(250);
    }
    const report = await load.mark();
    const usage = meter.read();
    // What is not acked in time waits in the devices: that is no sustained rate either.
    const flat = isFlat(samples, rate) && report.ackedPerSecond >= 0.98 * rate;
    const { stats } = await load.stop();
    await untilVisible(bed, before + stats.acked);
    const growth = formatNumber(backlogGrowth(samples));
    context.progress(
      `${formatNumber(rate)}/s: backlog ${flat ? 'flat' : `grows by ${growth}/s`}; ${describeUsage(usage)}`,
    );
    return { flat, report, usage };
  } finally {
    load.kill();
  }
}

async function untilVisible(bed: BenchBed, records: number): Promise<void> {
  await eventually(
    async () => {
      const committed = await bed.committed();
      if (committed.records < records)
        throw new Error(`${committed.records} of ${records} publishes are visible`);
    },
    { timeoutMs: DRAIN_TIMEOUT_MS, everyMs: 50, what: 'all publishes visible' },
  );
}

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
