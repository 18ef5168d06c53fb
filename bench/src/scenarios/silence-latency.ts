import { setTimeout as delay } from 'node:timers/promises';
import { parseRule } from '@fieldstream/domain';
import { eventually, Histogram } from '@fieldstream/testing';
import { migrate, RuleStore } from '@fieldstream/timescale';
import type { BenchBed } from '../bench-bed.js';
import { singleDevices } from '../devices-load.js';
import { LoadProcess } from '../load-process.js';
import { Probe } from '../probe.js';
import { describeUsage, UsageMeter } from '../process-usage.js';
import type { Scenario } from '../scenario.js';

const RATE = 5_000;
const WARM_UP_S = 4;
const INTERVAL_MS = 3_000;
const SPEAK_EVERY_MS = 500;
/** Not a multiple of the other pauses, so that devices fall silent at all phases. */
const NEXT_AFTER_MS = 730;
const PROBES = 20;
const HEARD_TIMEOUT_MS = 60_000;
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Devices fall silent one after the other, while others publish: how long after their interval the alert
 * is there. A timer must not overtake readings that are on their way, of which there are always some.
 */
export const silenceLatency: Scenario = {
  name: 'silence-latency',
  title: 'silence → alert over MQTT at 5,000 messages/s',

  async run(context) {
    return context.withBed(async (bed) => {
      await createRule(bed);
      await bed.start('aggregator', 'alerter', 'bridge');
      const load = await LoadProcess.connect(singleDevices(bed.mqttPort, RATE, 'silence'));
      const ids = Array.from({ length: PROBES }, (_, n) => `quiet-${n}`);
      const probes = await Promise.all(ids.map((id) => Probe.connect(bed.mqttPort, id)));
      const speaking = new Set(probes);
      /** When each published last, and when its alert came. */
      const last = new Map<string, number>();
      const heard = new Map<string, number>();
      const talk = setInterval(() => {
        for (const probe of speaking) {
          probe.publish(1);
          last.set(probe.device, performance.now());
        }
      }, SPEAK_EVERY_MS);
      try {
        load.start();
        await probes[0]?.subscribe('alerts/+/silent', (topic) => {
          const [, device = ''] = topic.split('/');
          if (!heard.has(device)) heard.set(device, performance.now());
        });
        await delay(WARM_UP_S * 1_000);
        const meter = new UsageMeter({ ...bed.pids, load: load.pid });
        for (const probe of probes) {
          speaking.delete(probe);
          await delay(NEXT_AFTER_MS);
        }
        await eventually(() => heard.size === PROBES, {
          timeoutMs: HEARD_TIMEOUT_MS,
          what: `the alerts of ${PROBES} silent devices`,
        });
        const usage = meter.read();
        await load.stop();
        const latency = new Histogram();
        for (const id of ids) latency.record((heard.get(id) ?? 0) - (last.get(id) ?? 0) - INTERVAL_MS);
        const { p50, max } = latency.summary();
        const detail = `${PROBES} devices, each silent for ${INTERVAL_MS} ms; ${describeUsage(usage)}`;
        return [
          { name: 'beyond the interval, p50', value: p50, unit: 'ms', better: 'lower', detail },
          { name: 'beyond the interval, longest', value: max, unit: 'ms', better: 'lower', target: 1_000 },
        ];
      } finally {
        clearInterval(talk);
        load.kill();
        await Promise.all(probes.map((probe) => probe.close()));
      }
    });
  },
};

async function createRule(bed: BenchBed): Promise<void> {
  await migrate(bed.pool, QUIET);
  const parsed = parseRule({
    id: 'silent',
    name: 'Silent',
    scope: { devices: ['quiet-*'] },
    kind: 'absence',
    params: { afterMs: INTERVAL_MS, per: 'device' },
  });
  if (!parsed.ok) throw new Error(`the benchmark's rule is refused: ${JSON.stringify(parsed.problems)}`);
  await new RuleStore(bed.pool).create(parsed.rule);
}
