import { FLEET_METRICS } from '@fieldstream/testing';
import { describeUsage } from '../process-usage.js';
import type { Scenario } from '../scenario.js';
import { StandaloneBed } from '../standalone-bed.js';
import { findSustainedRate } from '../sustained.js';

/**
 * All services, the embedded engines and the demo in one process, as `npm start` runs them. The demo's own publishes, a
 * few a second, are in the backlog and not in the rate.
 */
export const standalone: Scenario = {
  name: 'standalone',
  title: 'npm start: everything in one process, on embedded engines',

  async run(context) {
    return StandaloneBed.use(async (bed) => {
      const { report, usage } = await findSustainedRate(context, bed);
      const { records, readings, stored } = await bed.committed();
      return [
        { name: 'start', value: bed.startMs, unit: 'ms', better: 'lower', target: 10_000 },
        {
          name: 'readings',
          value: report.ackedPerSecond * FLEET_METRICS.length,
          unit: 'readings/s',
          better: 'higher',
          target: 10_000,
          detail: `${describeUsage(usage)}; ${records} records, ${readings} readings, ${stored} stored`,
        },
        { name: 'PUBACK p99 at that rate', value: report.latencyMs.p99, unit: 'ms', better: 'lower' },
        {
          name: 'resident memory at that rate',
          value: usage['standalone']?.rssMb ?? NaN,
          unit: 'MB',
          better: 'lower',
          target: 900,
        },
      ];
    });
  },
};
