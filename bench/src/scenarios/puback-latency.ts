import { setTimeout as delay } from 'node:timers/promises';
import { singleDevices } from '../devices-load.js';
import { LoadProcess } from '../load-process.js';
import { describeUsage, UsageMeter } from '../process-usage.js';
import type { Scenario } from '../scenario.js';

const RATE = 5_000;
const WARM_UP_S = 4;

/** PUBLISH due to PUBACK received, open loop, with bridge and aggregator at work. */
export const pubackLatency: Scenario = {
  name: 'puback-latency',
  title: 'PUBACK at 5,000 messages/s',

  async run(context) {
    return context.withBed(async (bed) => {
      await bed.start('aggregator', 'bridge');
      const load = await LoadProcess.connect(singleDevices(bed.mqttPort, RATE, 'puback'));
      try {
        load.start();
        await delay(WARM_UP_S * 1_000);
        await load.mark();
        const meter = new UsageMeter({ ...bed.pids, load: load.pid });
        await delay(context.seconds * 1_000);
        const { latencyMs, ackedPerSecond } = await load.mark();
        const usage = meter.read();
        await load.stop();
        const detail = `${Math.round(ackedPerSecond)}/s acked, longest ${latencyMs.max} ms; ${describeUsage(usage)}`;
        return [
          { name: 'p50', value: latencyMs.p50, unit: 'ms', better: 'lower', target: 5, detail },
          { name: 'p99', value: latencyMs.p99, unit: 'ms', better: 'lower', target: 25 },
        ];
      } finally {
        load.kill();
      }
    });
  },
};
