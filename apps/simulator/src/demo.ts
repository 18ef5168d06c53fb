import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@fieldstream/domain';
import { demoRules } from './demo/demo-rules.js';
import { PlatformApi } from './demo/platform-api.js';
import { buildFamilies } from './families/device-families.js';
import { FamilyRunner } from './families/family-runner.js';
import { buildFleet, ONE_OF_EACH, type FleetDevice } from './fleet/fleet.js';
import { FleetRunner } from './run/fleet-runner.js';

const PREFIX = 'demo';
const HISTORY_MS = 6 * 60 * 60_000;
const HISTORY_STEP_MS = 60_000;
/** How long new devices are waited for, to be given their names, and how often. */
const NAMING_FOR_MS = 600_000;
const NAMING_EVERY_MS = 2_000;

export interface DemoOptions {
  readonly mqttUrl: string;
  readonly apiUrl: string;
  readonly apiToken?: string | undefined;
  readonly logger: Logger;
  /** Default 1. */
  readonly seed?: number | undefined;
  /** Whether a device of each other family is there, too: Tasmota, Zigbee2MQTT, LoRaWAN, … Default false. */
  readonly families?: boolean | undefined;
  /** Wall clock, epoch milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

export interface RunningDemo {
  readonly devices: number;
  /** Stops the devices in order; resolves when they have said `offline` and everything is acknowledged, or after 6 s. */
  close(): Promise<void>;
}

/**
 * Starts the demo fleet: devices `demo-…`, one rule for each site, and, for devices that the platform does not know yet,
 * six hours of history, a name, and the labels `demo` and `site`. Resolves when the rules are there and the first device
 * is connected; history, the other devices and the names follow on their own.
 *
 * A rule is made only as long as none of its site's devices is known: what a user changes or deletes later stays so.
 * Names and labels are set on devices that have none. At each site something goes wrong every half hour, first in the
 * freezers, two minutes after the start.
 * @throws Error when the API or the broker cannot be reached; nothing is left running then.
 */
export async function startDemo(options: DemoOptions): Promise<RunningDemo> {
  const { logger, mqttUrl, now = Date.now } = options;
  const stopping = new AbortController();
  const api = new PlatformApi({ url: options.apiUrl, token: options.apiToken, signal: stopping.signal });
  const known = new Set((await api.listDevices(`${PREFIX}-`)).map(({ deviceId }) => deviceId));
  const startMs = now();
  const fleet = buildFleet({
    seed: options.seed ?? 1,
    devices: ONE_OF_EACH,
    prefix: PREFIX,
    anchorMs: startMs,
    zoneOffsetMs: -new Date(startMs).getTimezoneOffset() * 60_000,
  });
  const isKnown = ({ deviceId }: FleetDevice): boolean => known.has(deviceId);
  const knownSites = new Set(fleet.filter(isKnown).map(({ site }) => site));
  for (const { site, rule } of demoRules(PREFIX)) if (!knownSites.has(site)) await api.createRule(rule);
  const newcomers = fleet.filter((device) => !isKnown(device));
  const runner = await FleetRunner.start({
    url: mqttUrl,
    devices: fleet,
    rate: 1,
    history: {
      fromMs: startMs - HISTORY_MS,
      toMs: startMs,
      stepMs: HISTORY_STEP_MS,
      deviceIds: new Set(newcomers.map(({ deviceId }) => deviceId)),
    },
    logger,
    now,
  });
  const families = options.families ? buildFamilies(options.seed ?? 1, PREFIX) : [];
  const others = new FamilyRunner({ url: mqttUrl, devices: families, logger, now });
  const naming = nameDevices(api, fleet, stopping.signal, logger).catch((error: unknown) => {
    if (!stopping.signal.aborted) logger.warn({ err: error }, 'Demo devices could not be named');
  });
  return {
    devices: fleet.length + families.length,
    async close() {
      stopping.abort();
      await Promise.all([naming, runner.close(), others.close()]);
    },
  };
}

/**
 * Gives names and labels to devices that have neither, as they appear. What fails, on a machine that has much to do, is tried
 * again; gives up on the others after a while.
 */
async function nameDevices(
  api: PlatformApi,
  fleet: readonly FleetDevice[],
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  const waiting = new Map(fleet.map((device) => [device.deviceId, device]));
  const deadlineMs = performance.now() + NAMING_FOR_MS;
  while (waiting.size > 0 && performance.now() < deadlineMs) {
    try {
      await nameThoseThere(api, waiting);
    } catch (error) {
      signal.throwIfAborted();
      logger.debug({ err: error }, 'Demo devices could not be named yet');
    }
    if (waiting.size > 0) await delay(NAMING_EVERY_MS, undefined, { signal });
  }
}

/** One round; takes those that are done out of `waiting`. */
async function nameThoseThere(api: PlatformApi, waiting: Map<string, FleetDevice>): Promise<void> {
  for (const { deviceId, name, labels } of await api.listDevices(`${PREFIX}-`)) {
    const device = waiting.get(deviceId);
    if (device === undefined) continue;
    if (name === null && Object.keys(labels).length === 0) {
      await api.describeDevice(deviceId, {
        name: `${device.name} (demo)`,
        labels: { demo: 'true', site: device.site },
      });
    }
    waiting.delete(deviceId);
  }
}
