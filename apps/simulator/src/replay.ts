import { resolve } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { UsageError } from './option-values.js';
import { parseReplayOptions, USAGE, type ReplayOptions } from './replay-options.js';
import { runReplay, type ReplaySummary } from './run-replay.js';

/** Bound on the first connection. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Runs the command. @returns the exit code. */
async function main(): Promise<number> {
  try {
    const options = parseReplayOptions(process.argv.slice(2));
    if (options === 'help') {
      say(USAGE);
      return 0;
    }
    return await replay(options);
  } catch (error) {
    complain(`replay: ${(error as Error).message}`);
    if (!(error instanceof UsageError)) return 1;
    complain('replay: --help shows the options');
    return 2;
  }
}

async function replay(options: ReplayOptions): Promise<number> {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  process.once('SIGTERM', () => interrupt.abort());
  const client = await connect(options);
  try {
    // npm runs scripts in the package's folder; a relative path means the caller's.
    const file = resolve(process.env['INIT_CWD'] ?? '.', options.file);
    const summary = await runReplay({ ...options, file }, client, {
      refuse: (line, reason) => complain(`line ${line}: ${reason}`),
      signal: interrupt.signal,
    });
    printSummary(summary, interrupt.signal.aborted);
    const complete = summary.refused === 0 && summary.acked === summary.published;
    return complete && !interrupt.signal.aborted ? 0 : 1;
  } finally {
    await client.endAsync(!client.connected);
  }
}

async function connect(options: ReplayOptions): Promise<MqttClient> {
  const password = process.env['MQTT_PASSWORD'];
  const client = mqtt.connect(options.url, {
    clientId: `replay-${process.pid}-${Date.now().toString(36)}`,
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectPeriod: 1_000,
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(password === undefined ? {} : { password }),
  });
  await new Promise<void>((connected, failed) => {
    client.once('connect', () => connected());
    client.once('error', (error) => {
      client.end(true);
      const reason = error.message || (error as NodeJS.ErrnoException).code || 'connection failed';
      failed(new Error(`cannot connect to ${new URL(options.url).host}: ${reason}`, { cause: error }));
    });
  });
  // From here on a lost connection is made again, and what is not acknowledged is sent again.
  client.on('error', (error) => complain(`connection: ${error.message}`));
  return client;
}

function printSummary(summary: ReplaySummary, interrupted: boolean): void {
  const seconds = summary.durationMs / 1_000;
  const lines = [
    `rows read     ${summary.rows}`,
    `published     ${summary.published} (${summary.readings} readings of ${summary.devices} devices: ${summary.metrics.join(', ')})`,
    `acknowledged  ${summary.acked}`,
    `refused       ${summary.refused}`,
    `took          ${seconds.toFixed(1)} s, ${Math.round(summary.acked / seconds)} acknowledged/s`,
  ];
  if (summary.skipped.length > 0)
    lines.push(`left out      ${summary.skipped.join(', ')} (no numbers, or not asked for)`);
  if (interrupted) lines.push('interrupted');
  if (summary.acked < summary.published) lines.push(`NOT acknowledged: ${summary.published - summary.acked}`);
  say(lines.join('\n'));
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

process.exitCode = await main();
