import { parseArgs } from 'node:util';
import { parseUrl, parseWhole, parseZoneOffset, UsageError } from './option-values.js';

/** What the replay command was asked to do. */
export interface ReplayOptions {
  readonly file: string;
  readonly url: string;
  readonly columns: ColumnOptions;
  /** Times real time, or as fast as the bridge acknowledges. */
  readonly speed: number | 'max';
  /** Publishes in flight at most. */
  readonly window: number;
  readonly delimiter: string;
  readonly username: string | undefined;
}

/** Which column means what. */
export interface ColumnOptions {
  readonly timeColumn: string;
  /** Exactly one of the two is set. */
  readonly deviceColumn: string | undefined;
  readonly device: string | undefined;
  /** Columns to publish; undefined means every other column that holds numbers. */
  readonly metrics: readonly string[] | undefined;
  /** Milliseconds east of UTC of times that name no zone. */
  readonly zoneOffsetMs: number;
}

export const USAGE = `Publishes recorded sensor data from a CSV file through MQTT at QoS 1.

  npm run replay -- --file FILE (--device NAME | --device-column COLUMN) [options]

  --file FILE             CSV with a header line; every other numeric column is a metric
  --time-column COLUMN    ISO 8601 or epoch seconds or milliseconds (default: time)
  --device-column COLUMN  names the device of each row
  --device NAME           device of all rows, for a file without a device column
  --metrics A,B           publish these columns only
  --zone-offset OFFSET    zone of times that name none, e.g. +02:00 (default: Z)
  --speed N|max           times real time (default: max, as fast as acknowledged)
  --window N              publishes in flight (default: 100)
  --delimiter C           between the fields (default: comma; \\t for a tabulator)
  --url URL               MQTT broker (default: mqtt://127.0.0.1:1883)
  --username NAME         user name; the password is read from MQTT_PASSWORD
  --help

Exit code: 0 all rows acknowledged, 1 some were refused or not acknowledged, 2 wrong usage.`;

/** Reads the command line. Returns `help` when that was asked for. @throws UsageError */
export function parseReplayOptions(argv: readonly string[]): ReplayOptions | 'help' {
  const values = parse(argv);
  if (values.help) return 'help';
  if (values.file === undefined) throw new UsageError('--file is missing');
  if ((values.device === undefined) === (values['device-column'] === undefined)) {
    throw new UsageError('one of --device and --device-column is needed, and not both');
  }
  const metrics = values.metrics?.split(',').map((metric) => metric.trim());
  if (metrics?.some((metric) => metric === '')) throw new UsageError('--metrics has an empty name');
  return {
    file: values.file,
    url: parseUrl(values.url ?? 'mqtt://127.0.0.1:1883'),
    columns: {
      timeColumn: values['time-column'] ?? 'time',
      deviceColumn: values['device-column'],
      device: values.device,
      metrics,
      zoneOffsetMs: parseZoneOffset(values['zone-offset'] ?? 'Z'),
    },
    speed: parseSpeed(values.speed ?? 'max'),
    window: parseWhole('--window', values.window ?? '100', 1, 10_000),
    delimiter: parseDelimiter(values.delimiter ?? ','),
    username: values.username,
  };
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        file: text,
        'time-column': text,
        'device-column': text,
        device: text,
        metrics: text,
        'zone-offset': text,
        speed: text,
        window: text,
        delimiter: text,
        url: text,
        username: text,
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function parseSpeed(text: string): number | 'max' {
  if (text === 'max') return 'max';
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (speed <= 0)
    throw new UsageError(`--speed is neither a positive number nor max: ${JSON.stringify(text)}`);
  return speed;
}

function parseDelimiter(text: string): string {
  const delimiter = text === '\\t' ? '\t' : text;
  if (delimiter.length !== 1)
    throw new UsageError(`--delimiter is not one character: ${JSON.stringify(text)}`);
  return delimiter;
}
