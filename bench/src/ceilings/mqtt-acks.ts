import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { forkModule } from '../child-module.js';
import { manyDevices } from '../devices-load.js';
import type { Figure } from '../figure.js';
import { LoadProcess } from '../load-process.js';
import { describeUsage, UsageMeter } from '../process-usage.js';

/** Bare Aedes under the throughput scenario's load. */
export async function measureMqttAcks(seconds: number): Promise<{ acks: Figure; perCore: Figure }> {
  const server = forkModule('ceilings/aedes-server');
  try {
    const [port] = (await once(server, 'message', { signal: AbortSignal.timeout(30_000) })) as [number];
    const load = await LoadProcess.connect(manyDevices(port, 'max', 'ceiling'));
    try {
      load.start();
      await delay(1_000);
      await load.mark();
      const meter = new UsageMeter({ aedes: server.pid ?? 0, load: load.pid });
      await delay(seconds * 1_000);
      const { ackedPerSecond } = await load.mark();
      const usage = meter.read();
      await load.stop();
      const unit = 'messages/s';
      const detail = describeUsage(usage);
      return {
        acks: { name: 'bare Aedes acks', value: ackedPerSecond, unit, better: 'higher', detail },
        perCore: {
          name: 'bare Aedes acks per core',
          value: ackedPerSecond / (usage['aedes']?.cores ?? NaN),
          unit: `${unit} per core`,
          better: 'higher',
        },
      };
    } finally {
      load.kill();
    }
  } finally {
    server.kill('SIGKILL');
  }
}
