import { setTimeout as delay } from 'node:timers/promises';
import { eventually, Histogram } from '@fieldstream/testing';
import { singleDevices } from '../devices-load.js';
import { LoadProcess } from '../load-process.js';
import { Probe } from '../probe.js';
import { describeUsage, UsageMeter } from '../process-usage.js';
import type { Scenario } from '../scenario.js';

const RATE = 5_000;
const WARM_UP_S = 4;
const EVERY_MS = 20;
/** Pause between two looks into the table: the error of each measurement at most, besides the query's own time. */
const LOOK_EVERY_MS = 2;

/** A probe's publish to its row seen by SELECT from another connection, while other devices publish. */
export const rowVisible: Scenario = {
  name: 'row-visible',
  title: 'publish → row visible at 5,000 messages/s',

  async run(context) {
    return context.withBed(async (bed) => {
      await bed.start('aggregator', 'bridge');
      const load = await LoadProcess.connect(singleDevices(bed.mqttPort, RATE, 'visible'));
      const probe = await Probe.connect(bed.mqttPort, 'probe');
      try {
        load.start();
        probe.publish(0);
        const series = await eventually(
          async () => {
            const { rows } = await bed.pool.query<{ series_id: number }>(
              `SELECT series_id FROM series WHERE device_id = 'probe'`,
            );
            return rows[0]?.series_id ?? false;
          },
          { timeoutMs: 30_000, what: "the probe's series" },
        );
        await delay(WARM_UP_S * 1_000);
        const meter = new UsageMeter({ ...bed.pids, load: load.pid });
        /** Publishes whose row is not seen yet: observation time and when it was published. */
        const waiting: { readonly timeMs: number; readonly atMs: number }[] = [];
        const publishing = setInterval(() => {
          const atMs = performance.now();
          waiting.push({ timeMs: probe.publish(atMs), atMs });
        }, EVERY_MS);
        const latency = new Histogram();
        const endMs = performance.now() + context.seconds * 1_000;
        const look = async (): Promise<void> => {
          const { rows } = await bed.pool.query<{ newest: string | null }>({
            name: 'look',
            text: 'SELECT extract(epoch FROM max(time)) * 1000 AS newest FROM reading WHERE series_id = $1 AND time > $2',
            values: [series, new Date((waiting[0]?.timeMs ?? Date.now()) - 1)],
          });
          const [newest, nowMs] = [Number(rows[0]?.newest ?? 0), performance.now()];
          while (waiting[0] !== undefined && waiting[0].timeMs <= newest) {
            latency.record(nowMs - (waiting.shift()?.atMs ?? nowMs));
          }
        };
        while (performance.now() < endMs) {
          await look();
          await delay(LOOK_EVERY_MS);
        }
        clearInterval(publishing);
        const usage = meter.read();
        await eventually(() => look().then(() => waiting.length === 0), {
          everyMs: 5,
          what: 'the last rows',
        });
        await load.stop();
        const { p50, p99, count, max } = latency.summary();
        const detail = `${count} probes, longest ${max} ms; ${describeUsage(usage)}`;
        return [
          { name: 'p50', value: p50, unit: 'ms', better: 'lower', target: 100, detail },
          { name: 'p99', value: p99, unit: 'ms', better: 'lower', target: 500 },
        ];
      } finally {
        load.kill();
        await probe.close();
      }
    });
  },
};
