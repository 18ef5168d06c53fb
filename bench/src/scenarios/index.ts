import type { Scenario } from '../scenario.js';
import { alertLatency } from './alert-latency.js';
import { bridgeAlone } from './bridge-alone.js';
import { catchUp } from './catch-up.js';
import { dashboardQueries } from './dashboard-queries.js';
import { embeddedLog } from './embedded-log.js';
import { idleConnections } from './idle-connections.js';
import { pubackLatency } from './puback-latency.js';
import { rowVisible } from './row-visible.js';
import { ruleCount } from './rule-count.js';
import { silenceLatency } from './silence-latency.js';
import { standalone } from './standalone.js';
import { throughput } from './throughput.js';
import { unauthenticatedMemory } from './unauthenticated-memory.js';

/** Every scenario, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  throughput,
  bridgeAlone,
  catchUp,
  pubackLatency,
  rowVisible,
  alertLatency,
  silenceLatency,
  ruleCount,
  dashboardQueries,
  idleConnections,
  unauthenticatedMemory,
  embeddedLog,
  standalone,
];
