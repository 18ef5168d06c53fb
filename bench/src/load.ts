import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Fleet } from '@fieldstream/testing';
import type { LoadCommand, LoadMessage, LoadOptions, LoadReport } from './load-protocol.js';

const USAGE = `Load generator: MQTT devices that publish 200-byte JSON of four metrics at QoS 1.

  node dist/bench/src/load.js --port 1883 --connections 50 [--devices-per-connection 1] [--window 20]
       [--rate N|max] [--seconds 10] [--seed 1] [--prefix fleet]

Prints one JSON report.`;

const CONNECT_TIMEOUT_MS = 120_000;
const DRAIN_TIMEOUT_MS = 60_000;
const PROGRESS_MS = 200;

/** A fleet and what it did since the last mark. */
class Load {
  readonly fleet: Fleet;
  private since = { atMs: performance.now(), acked: 0 };

  constructor(options: LoadOptions) {
    this.fleet = new Fleet(options);
  }

  start(): void {
    this.mark();
    this.fleet.start();
  }

  mark(): LoadReport {
    const stats = this.fleet.stats();
    const atMs = performance.now();
    const seconds = (atMs - this.since.atMs) / 1_000;
    const ackedSince = stats.acked - this.since.acked;
    const report = {
      stats,
      seconds,
      ackedSince,
      ackedPerSecond: ackedSince / seconds,
      latencyMs: this.fleet.latency.summary(),
      observationsAcked: this.fleet.ledger.acked,
    };
    this.since = { atMs, acked: stats.acked };
    this.fleet.resetLatency();
    return report;
  }
}

/** Runs as asked on the command line, for a person. */
async function runAlone(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      port: text,
      connections: text,
      'devices-per-connection': text,
      window: text,
      rate: text,
      seconds: text,
      seed: text,
      prefix: text,
      help: { type: 'boolean' },
    },
  });
  if (values.help || values.port === undefined) {
    say(USAGE);
    return;
  }
  const load = new Load({
    port: positive('port', values.port),
    connections: positive('connections', values.connections ?? '50'),
    devicesPerConnection: positive('devices-per-connection', values['devices-per-connection'] ?? '1'),
    window: positive('window', values.window ?? '20'),
    rate: values.rate === undefined || values.rate === 'max' ? 'max' : positive('rate', values.rate),
    seed: positive('seed', values.seed ?? '1'),
    devicePrefix: values.prefix ?? 'fleet',
  });
  await load.fleet.connect(CONNECT_TIMEOUT_MS);
  load.start();
  await delay(positive('seconds', values.seconds ?? '10') * 1_000);
  const report = load.mark();
  await load.fleet.drain(DRAIN_TIMEOUT_MS);
  await load.fleet.close();
  say(JSON.stringify(report, undefined, 2));
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`--${name} is not a positive number: ${text}`);
  return value;
}

/** Runs as a child process that is told what to do. Ends with its parent. */
async function runControlled(options: LoadOptions): Promise<void> {
  const tell = (message: LoadMessage): void => void process.send?.(message);
  const load = new Load(options);
  let commands = Promise.resolve();
  process.on('disconnect', () => process.exit(0));
  process.on('message', (command: LoadCommand) => {
    commands = commands
      .then(() => obey(command))
      .catch((error: Error) => tell({ is: 'failed', reason: error.message }));
  });
  const obey = async (command: LoadCommand): Promise<void> => {
    if (command === 'start') load.start();
    else if (command === 'mark') tell({ is: 'report', report: load.mark() });
    else {
      await load.fleet.drain(DRAIN_TIMEOUT_MS);
      tell({ is: 'report', report: load.mark() });
      await load.fleet.close();
      process.disconnect();
    }
  };
  await load.fleet.connect(CONNECT_TIMEOUT_MS);
  tell({ is: 'connected' });
  setInterval(() => tell({ is: 'progress', stats: load.fleet.stats() }), PROGRESS_MS).unref();
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

if (process.send) {
  runControlled(JSON.parse(process.argv[2] ?? '{}') as LoadOptions).catch((error: Error) => {
    process.send?.({ is: 'failed', reason: error.message } satisfies LoadMessage);
  });
} else {
  await runAlone();
}
