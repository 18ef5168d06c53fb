import { parseArgs } from 'node:util';
import { isValidDeviceId } from '@fieldstream/domain';
import { parseDuration, parseUrl, parseWhole, parseZoneOffset, UsageError } from './option-values.js';

/** What the simulate command was asked to do. */
export interface SimulateOptions {
  readonly url: string;
  readonly devices: number;
  readonly seed: number;
  /** Begins all device IDs. */
  readonly prefix: string;
  /** Times the devices' own pace. */
  readonly rate: number;
  /** `undefined`: until interrupted. */
  readonly durationMs: number | undefined;
  /** How far back past readings go that are published first; 0 for none. */
  readonly historyMs: number;
  /** Milliseconds east of UTC. */
  readonly zoneOffsetMs: number;
  readonly username: string | undefined;
  /** Whether a device of each other family is simulated, too. */
  readonly families: boolean;
}

/** Each device has a connection of its own. */
const MAX_DEVICES = 5_000;
const DAY_MS = 86_400_000;
/** Longer than a timer can wait is no use. */
const MAX_DURATION_MS = 24 * DAY_MS;
const MAX_HISTORY_MS = 30 * DAY_MS;
const MAX_PREFIX_LENGTH = 32;

export const USAGE = `Publishes what a fleet of simulated devices measures, through MQTT at QoS 1.

  npm run simulate -- [options]

  --devices N             1 to ${MAX_DEVICES}, each with a connection of its own (default: 36)
  --seed N                the same seed gives the same readings (default: 1)
  --rate N                times the devices' own pace of a reading every 2 to 10 seconds (default: 1)
  --duration TIME         e.g. 90s, 10m or 24h (default: until interrupted)
  --history TIME          publish so much of the past first, a reading a minute (default: none)
  --families              a device of each other family, too: Tasmota, Zigbee2MQTT, Shelly, LoRaWAN, Sparkplug, …
  --prefix TEXT           begins all device IDs (default: sim)
  --zone-offset OFFSET    where the fleet's day and night are, e.g. +02:00 (default: Z)
  --url URL               MQTT broker (default: mqtt://127.0.0.1:1883)
  --username NAME         user name; the password is read from MQTT_PASSWORD
  --help

Exit code: 0 all publishes acknowledged, 1 some were not, or not for the whole duration, 2 wrong usage.`;

/** Reads the command line. Returns `help` when that was asked for. @throws UsageError */
export function parseSimulateOptions(argv: readonly string[]): SimulateOptions | 'help' {
  const values = parse(argv);
  if (values.help) return 'help';
  const { duration, history } = values;
  return {
    url: parseUrl(values.url ?? 'mqtt://127.0.0.1:1883'),
    devices: parseWhole('--devices', values.devices ?? '36', 1, MAX_DEVICES),
    seed: parseWhole('--seed', values.seed ?? '1', 0, 2 ** 31 - 1),
    prefix: parsePrefix(values.prefix ?? 'sim'),
    rate: parseRate(values.rate ?? '1'),
    durationMs: duration === undefined ? undefined : parseDuration('--duration', duration, MAX_DURATION_MS),
    historyMs: history === undefined ? 0 : parseDuration('--history', history, MAX_HISTORY_MS),
    zoneOffsetMs: parseZoneOffset(values['zone-offset'] ?? 'Z'),
    username: values.username,
    families: values.families ?? false,
  };
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        url: text,
        devices: text,
        seed: text,
        prefix: text,
        rate: text,
        duration: text,
        history: text,
        'zone-offset': text,
        username: text,
        families: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function parsePrefix(prefix: string): string {
  if (isValidDeviceId(prefix) && prefix.length <= MAX_PREFIX_LENGTH) return prefix;
  throw new UsageError(
    `--prefix is not 1 to ${MAX_PREFIX_LENGTH} characters without / + #: ${JSON.stringify(prefix)}`,
  );
}

function parseRate(text: string): number {
  const rate = /^\d{1,5}(\.\d{1,4})?$/.test(text) ? Number(text) : 0;
  if (rate < 0.001 || rate > 1_000) {
    throw new UsageError(`--rate is not 0.001 to 1000: ${JSON.stringify(text)}`);
  }
  return rate;
}
