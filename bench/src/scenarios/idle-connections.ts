import { setTimeout as delay } from 'node:timers/promises';
import { openFileLimit } from '../open-file-limit.js';
import { LoadProcess } from '../load-process.js';
import { processUsage } from '../process-usage.js';
import { formatNumber } from '../report.js';
import type { Scenario } from '../scenario.js';

const WANTED = 20_000;
/** Descriptors that a process needs besides its connections. */
const OTHER_FILES = 200;
const SETTLE_MS = 3_000;

/** Connected clients that do nothing: what they cost the bridge. */
export const idleConnections: Scenario = {
  name: 'idle-connections',
  title: 'idle connections',

  async run(context) {
    return context.withBed(async (bed) => {
      await bed.start('bridge');
      const before = processUsage(bed.pidOf('bridge'));
      const connections = Math.min(context.quick ? 2_000 : WANTED, openFileLimit() - OTHER_FILES);
      context.progress(`connecting ${formatNumber(connections)} clients`);
      const startMs = performance.now();
      const load = await LoadProcess.connect({
        port: bed.mqttPort,
        connections,
        window: 1,
        cleanSession: true,
        keepaliveSeconds: 600,
        devicePrefix: 'idle',
      });
      try {
        const connectS = (performance.now() - startMs) / 1_000;
        await delay(SETTLE_MS);
        const after = processUsage(bed.pidOf('bridge'));
        if (!before || !after) throw new Error('memory of the bridge cannot be read on this system');
        const connected = load.progress?.connected ?? 0;
        if (connected < connections) throw new Error(`${connected} of ${connections} are connected still`);
        const perConnectionKb = ((after.rssMb - before.rssMb) * 1_024) / connections;
        return [
          {
            name: `memory of the bridge at ${formatNumber(WANTED)}`,
            value: before.rssMb + (perConnectionKb * WANTED) / 1_024,
            unit: 'MB',
            better: 'lower',
            target: 1_024,
            detail: `${formatNumber(connections)} connected in ${connectS.toFixed(1)} s${connections < WANTED ? ', the rest extrapolated' : ''}; ${Math.round(before.rssMb)} MB before, ${Math.round(after.rssMb)} MB after`,
          },
          { name: 'memory per connection', value: perConnectionKb, unit: 'KB', better: 'lower' },
        ];
      } finally {
        load.kill();
      }
    });
  },
};
