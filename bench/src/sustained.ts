import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@fieldstream/testing';
import { backlogGrowth, isFlat, type BacklogSample } from './backlog.js';
import { manyDevices } from './devices-load.js';
import { LoadProcess } from './load-process.js';
import type { LoadReport } from './load-protocol.js';
import { describeUsage, UsageMeter, type SpanUsage } from './process-usage.js';
import { formatNumber } from './report.js';
import type { BenchContext } from './scenario.js';

const WARM_UP_S = 4;
const ATTEMPTS = 6;
/** From one attempt to the next: down after a growing backlog, up after a flat one. */
const [DOWN, UP] = [0.88, 1.1];
const DRAIN_TIMEOUT_MS = 120_000;

/** What publishes go into, and where it is seen that they have arrived. */
export interface Intake {
  readonly mqttPort: number;
  readonly pids: Readonly<Record<string, number>>;
  /** Publishes that are visible, since the beginning. */
  committed(): Promise<{ readonly records: number }>;
}

export interface Sustained {
  readonly flat: boolean;
  readonly report: LoadReport;
  readonly usage: Record<string, SpanUsage>;
}

async function findOverallRate(context: BenchContext, intake: Intake): Promise<number> {
  context.progress('as fast as acked, then draining');
  const load = await LoadProcess.connect(manyDevices(intake.mqttPort, 'max', 'ramp'));
  try {
    const startMs = performance.now();
    load.start();
    await delay(Math.min(10, context.seconds) * 1_000);
    const { stats } = await load.stop();
    await untilVisible(intake, stats.acked);
    return stats.acked / ((performance.now() - startMs) / 1_000);
  } finally {
    load.kill();
  }
}

async function holdRate(
  context: BenchContext,
  intake: Intake,
  rate: number,
  attempt: number,
): Promise<Sustained> {
  const before = (await intake.committed()).records;
  const load = await LoadProcess.connect(manyDevices(intake.mqttPort, rate, `hold-${attempt}`));
  try {
    load.start();
    await delay(WARM_UP_S * 1_000);
    await load.mark();
    const meter = new UsageMeter({ ...intake.pids, load: load.pid });
    const samples: BacklogSample[] = [];
    const endMs = performance.now() + context.seconds * 1_000;
    while (performance.now() < endMs) {
      const { records } = await intake.committed();
      samples.push({ atMs: performance.now(), backlog: (load.progress?.acked ?? 0) - (records - before) });
      await delay(250);
    }
    const report = await load.mark();
    const usage = meter.read();
    // What is not acked in time waits in the devices: that is no sustained rate either.
    const flat = isFlat(samples, rate) && report.ackedPerSecond >= 0.98 * rate;
    const { stats } = await load.stop();
    await untilVisible(intake, before + stats.acked);
    const growth = formatNumber(backlogGrowth(samples));
    context.progress(
      `${formatNumber(rate)}/s: backlog ${flat ? 'flat' : `grows by ${growth}/s`}; ${describeUsage(usage)}`,
    );
    return { flat, report, usage };
  } finally {
    load.kill();
  }
}

async function untilVisible(intake: Intake, records: number): Promise<void> {
  await eventually(
    async () => {
      const committed = await intake.committed();
      if (committed.records < records)
        throw new Error(`${committed.records} of ${records} publishes are visible`);
    },
    { timeoutMs: DRAIN_TIMEOUT_MS, everyMs: 50, what: 'all publishes visible' },
  );
}

/**
 * The greatest rate that holds. First as fast as the bridge acks, then until the last row is visible: the rate at which
 * all that work was done is where the search begins. Then at fixed rates, until one is found at which the backlog stays
 * flat and above which it does not.
 */
export async function findSustainedRate(context: BenchContext, intake: Intake): Promise<Sustained> {
  let rate = 0.95 * (await findOverallRate(context, intake));
  let best: Sustained | undefined;
  let failed = false;
  // Down until a rate holds, or up until one does not: in both cases the answer is between the last two.
  for (let attempt = 0; attempt < ATTEMPTS && !(best !== undefined && failed); attempt++) {
    const result = await holdRate(context, intake, rate, attempt);
    if (result.flat) best = result;
    else failed = true;
    rate *= result.flat ? UP : DOWN;
  }
  if (best === undefined) throw new Error(`the backlog still grew at ${Math.round(rate / DOWN)} messages/s`);
  return best;
}
