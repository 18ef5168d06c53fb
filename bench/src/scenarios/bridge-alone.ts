import { setTimeout as delay } from 'node:timers/promises';
import { ceilingOf } from '../ceilings/ceilings.js';
import { manyDevices } from '../devices-load.js';
import { LoadProcess } from '../load-process.js';
import { describeUsage, UsageMeter } from '../process-usage.js';
import type { Scenario } from '../scenario.js';

const WARM_UP_S = 3;

/** The bridge without consumers, as fast as Kafka acknowledges. Per core: messages a second by the bridge's CPU seconds a second. */
export const bridgeAlone: Scenario = {
  name: 'bridge-alone',
  title: 'bridge alone, acked by Kafka',

  async run(context) {
    return context.withBed(async (bed) => {
      await bed.start('bridge');
      const load = await LoadProcess.connect(manyDevices(bed.mqttPort, 'max', 'bridge'));
      try {
        load.start();
        await delay(WARM_UP_S * 1_000);
        await load.mark();
        const meter = new UsageMeter({ ...bed.pids, load: load.pid });
        await delay(context.seconds * 1_000);
        const report = await load.mark();
        const usage = meter.read();
        await load.stop();
        const unit = 'messages/s';
        return [
          {
            name: 'messages',
            value: report.ackedPerSecond,
            unit,
            better: 'higher',
            ceiling: ceilingOf(await context.ceiling('kafka-produce')),
            detail: describeUsage(usage),
          },
          {
            name: 'messages per core',
            value: report.ackedPerSecond / (usage['bridge']?.cores ?? NaN),
            unit: `${unit} per core`,
            better: 'higher',
            target: 40_000,
            ceiling: ceilingOf(await context.ceiling('mqtt-acks-per-core')),
          },
          { name: 'PUBACK p99 at full load', value: report.latencyMs.p99, unit: 'ms', better: 'lower' },
        ];
      } finally {
        load.kill();
      }
    });
  },
};
