import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@fieldstream/domain';
import { buildFamilies } from './families/device-families.js';
import { FamilyRunner } from './families/family-runner.js';
import { buildFleet } from './fleet/fleet.js';
import { UsageError } from './option-values.js';
import type { FleetCounts } from './run/fleet-counts.js';
import { FleetRunner } from './run/fleet-runner.js';
import { parseSimulateOptions, USAGE, type SimulateOptions } from './simulate-options.js';

const HISTORY_STEP_MS = 60_000;

/** Runs the command. @returns the exit code. */
async function main(): Promise<number> {
  try {
    const options = parseSimulateOptions(process.argv.slice(2));
    if (options === 'help') {
      say(USAGE);
      return 0;
    }
    return await simulate(options);
  } catch (error) {
    complain(`simulate: ${(error as Error).message}`);
    if (!(error instanceof UsageError)) return 1;
    complain('simulate: --help shows the options');
    return 2;
  }
}

async function simulate(options: SimulateOptions): Promise<number> {
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  process.once('SIGTERM', () => interrupt.abort());
  const startedMs = Date.now();
  const { url, username, rate, devices, durationMs, historyMs } = options;
  const runner = await FleetRunner.start({
    url,
    username,
    password: process.env['MQTT_PASSWORD'],
    devices: buildFleet({ ...options, anchorMs: startedMs }),
    rate,
    history:
      historyMs === 0
        ? undefined
        : { fromMs: startedMs - historyMs, toMs: startedMs, stepMs: HISTORY_STEP_MS },
    logger: LINES,
  });
  const families = options.families ? buildFamilies(options.seed, options.prefix) : [];
  const others = new FamilyRunner({
    url,
    username,
    password: process.env['MQTT_PASSWORD'],
    devices: families,
    logger: LINES,
  });
  const count = devices + families.length;
  say(`${count} devices, ${options.prefix}-…, publish to ${new URL(url).host}; Ctrl-C ends it`);
  await waitFor(durationMs, interrupt.signal);
  await Promise.all([runner.close(), others.close()]);
  const { counts } = runner;
  printSummary(counts, Date.now() - startedMs);
  const isWhole = durationMs === undefined || !interrupt.signal.aborted;
  return isWhole && counts.acked === counts.published ? 0 : 1;
}

/** Until the time is over, or the signal asks for the end. */
async function waitFor(durationMs: number | undefined, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  if (durationMs !== undefined) return delay(durationMs, undefined, { signal }).catch(() => {});
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function printSummary(counts: FleetCounts, durationMs: number): void {
  const seconds = durationMs / 1_000;
  const lines = [
    `published     ${counts.published} (${counts.readings} readings; history ${counts.history}, late ${counts.late}, repeated ${counts.repeated})`,
    `acknowledged  ${counts.acked}`,
    `not sent      ${counts.dropped} readings lost as a habit, ${counts.overflowed} because the broker was too slow or away`,
    `connections   ${counts.cut} broken as a habit, ${counts.lost} lost`,
    `took          ${seconds.toFixed(1)} s, ${(counts.acked / seconds).toFixed(1)} acknowledged/s`,
  ];
  if (counts.acked < counts.published) lines.push(`NOT acknowledged: ${counts.published - counts.acked}`);
  say(lines.join('\n'));
}

/** Log lines for whoever looks at the terminal. */
const LINES: Logger = {
  debug: () => {},
  info: (fields, message) => say(lineOf(fields, message)),
  warn: (fields, message) => complain(lineOf(fields, message)),
  error: (fields, message) => complain(lineOf(fields, message)),
};

function lineOf(fields: object, message: string): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
  return [`${message}:`, ...pairs].join(' ');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

process.exitCode = await main();
