import { setTimeout as delay } from 'node:timers/promises';
import { parseRule } from '@fieldstream/domain';
import { eventually, Histogram } from '@fieldstream/testing';
import { migrate, RuleStore } from '@fieldstream/timescale';
import { singleDevices } from '../devices-load.js';
import { LoadProcess } from '../load-process.js';
import { Probe } from '../probe.js';
import { describeUsage, UsageMeter } from '../process-usage.js';
import type { BenchContext, Scenario } from '../scenario.js';
import type { BenchBed } from '../bench-bed.js';

const RATE = 5_000;
const WARM_UP_S = 4;
const DELIVERY_TIMEOUT_MS = 10_000;
const RULE = 'probe-high';
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };
/** So that probes do not fall into step with the pipeline's batches. */
const PAUSES_MS = [3, 17, 31, 7, 23];

/**
 * A probe crosses a threshold, up and down in turn, and waits each time for the alert's message on its own MQTT
 * subscription, while other devices publish.
 */
export const alertLatency: Scenario = {
  name: 'alert-latency',
  title: 'publish → alert over MQTT at 5,000 messages/s',

  async run(context) {
    return context.withBed(async (bed) => {
      await createRule(bed);
      await bed.start('aggregator', 'alerter', 'bridge');
      const load = await LoadProcess.connect(singleDevices(bed.mqttPort, RATE, 'alert'));
      const probe = await Probe.connect(bed.mqttPort, 'probe');
      try {
        load.start();
        await delay(WARM_UP_S * 1_000);
        const meter = new UsageMeter({ ...bed.pids, load: load.pid });
        const { firing, resolved } = await crossRepeatedly(context, probe);
        const usage = meter.read();
        await load.stop();
        const { p50, p99, count, max } = firing.summary();
        return [
          {
            name: 'p50',
            value: p50,
            unit: 'ms',
            better: 'lower',
            target: 50,
            detail: `${count} alerts, longest ${max} ms; ${describeUsage(usage)}`,
          },
          { name: 'p99', value: p99, unit: 'ms', better: 'lower', target: 250 },
          { name: 'resolved, p99', value: resolved.percentile(99), unit: 'ms', better: 'lower' },
        ];
      } finally {
        load.kill();
        await probe.close();
      }
    });
  },
};

async function createRule(bed: BenchBed): Promise<void> {
  await migrate(bed.pool, QUIET);
  const parsed = parseRule({
    id: RULE,
    name: 'Probe high',
    scope: { devices: ['probe'], metrics: ['value'] },
    kind: 'threshold',
    params: { operator: '>', threshold: 50 },
  });
  if (!parsed.ok) throw new Error(`the benchmark's rule is refused: ${JSON.stringify(parsed.problems)}`);
  await new RuleStore(bed.pool).create(parsed.rule);
}

/** An alert's topic is empty when it is cleared; the transition itself is delivered before that. */
function stateOf(payload: Buffer): 'firing' | 'clear' {
  if (payload.length === 0) return 'clear';
  return (JSON.parse(payload.toString()) as { state: string }).state === 'firing' ? 'firing' : 'clear';
}

async function crossRepeatedly(
  context: BenchContext,
  probe: Probe,
): Promise<{ firing: Histogram; resolved: Histogram }> {
  let state: 'firing' | 'clear' = 'clear';
  let changedMs = 0;
  let wake = (): void => {};
  await probe.subscribe(`alerts/${probe.device}/#`, (_, payload) => {
    state = stateOf(payload);
    changedMs = performance.now();
    wake();
  });
  const cross = async (value: number, expected: typeof state): Promise<number> => {
    const startMs = performance.now();
    probe.publish(value);
    await eventually(
      () =>
        state === expected || new Promise<boolean>((resolve) => (wake = () => resolve(state === expected))),
      { timeoutMs: DELIVERY_TIMEOUT_MS, everyMs: 0, what: `the alert ${expected}` },
    );
    return changedMs - startMs;
  };
  // The first ones load the rule and open the series.
  for (let i = 0; i < 3; i++) {
    await cross(100, 'firing');
    await cross(0, 'clear');
  }
  const [firing, resolved] = [new Histogram(), new Histogram()];
  const endMs = performance.now() + context.seconds * 1_000;
  for (let i = 0; performance.now() < endMs; i++) {
    firing.record(await cross(100, 'firing'));
    await delay(PAUSES_MS[i % PAUSES_MS.length]);
    resolved.record(await cross(0, 'clear'));
    await delay(PAUSES_MS[(i + 2) % PAUSES_MS.length]);
  }
  return { firing, resolved };
}
