import { setTimeout as delay } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import { readCsvRows, type CsvRow } from './csv-rows.js';
import { UsageError } from './option-values.js';
import type { ReplayOptions } from './replay-options.js';
import { mapHeader, mapRow, type MappedRow, type RowMapping } from './row-mapping.js';

export interface ReplaySummary {
  /** Rows of data, without the header. */
  readonly rows: number;
  readonly published: number;
  readonly acked: number;
  readonly refused: number;
  readonly readings: number;
  readonly devices: number;
  readonly metrics: readonly string[];
  /** Columns that were left out. */
  readonly skipped: readonly string[];
  readonly durationMs: number;
}

export interface ReplayHost {
  /** A row that is not published, as soon as it is found. */
  refuse(line: number, reason: string): void;
  readonly signal: AbortSignal;
}

/** Rows read ahead to tell metrics from text. */
const FIRST_ROWS = 100;
/** Without any acknowledgement for so long, the bridge is given up. */
const ACK_TIMEOUT_MS = 60_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Publishes the rows of a file in their order, each as one QoS 1 publish on its device's topic, with at most `window`
 * un-acknowledged. Ends when all are acknowledged, when the signal asks for it, or when the bridge answers no more.
 * @throws UsageError for a file without usable columns; the file system's error when it cannot be read.
 */
export async function runReplay(
  options: ReplayOptions,
  client: Pick<MqttClient, 'publish'>,
  host: ReplayHost,
): Promise<ReplaySummary> {
  const startedMs = performance.now();
  const flow = new AckedFlow(client, options.window, host.signal);
  const pace = new Pace(options.speed, host.signal);
  const devices = new Set<string>();
  let mapping: RowMapping | undefined;
  let [rows, refused, readings] = [0, 0, 0];

  const handle = async (row: CsvRow, columns: RowMapping): Promise<void> => {
    if (host.signal.aborted || flow.stalled) return;
    rows++;
    const mapped: MappedRow =
      row.kind === 'row' ? mapRow(columns, row.cells, Date.now()) : { kind: 'refused', reason: row.reason };
    if (mapped.kind === 'refused') {
      refused++;
      host.refuse(row.line, mapped.reason);
      return;
    }
    await pace.until(mapped.timeMs);
    if (host.signal.aborted) return;
    devices.add(mapped.deviceId);
    readings += Object.keys(mapped.values).length;
    const payload = JSON.stringify({ ts: mapped.timeMs, ...mapped.values });
    await flow.publish(`devices/${mapped.deviceId}/telemetry`, payload);
  };

  let header: readonly string[] | undefined;
  const first: CsvRow[] = [];
  const settle = async (): Promise<RowMapping> => {
    if (header === undefined) throw new UsageError('the file is empty');
    const samples = first.flatMap((row) => (row.kind === 'row' ? [row.cells] : []));
    const columns = mapHeader(header, samples, options.columns);
    for (const row of first.splice(0)) await handle(row, columns);
    return columns;
  };
  for await (const row of readCsvRows(options.file, options.delimiter)) {
    if (host.signal.aborted || flow.stalled) break;
    if (header === undefined && row.kind === 'row') header = row.cells;
    else if (mapping !== undefined) await handle(row, mapping);
    else if (first.push(row) === FIRST_ROWS) mapping = await settle();
  }
  mapping ??= await settle();
  await flow.drain();
  return {
    rows,
    refused,
    readings,
    published: flow.published,
    acked: flow.acked,
    devices: devices.size,
    metrics: mapping.metrics.map((metric) => metric.name),
    skipped: mapping.skipped,
    durationMs: performance.now() - startedMs,
  };
}

/** Publishes with a bounded number of un-acknowledged packets. */
class AckedFlow {
  published = 0;
  acked = 0;
  private failed = 0;
  /** No acknowledgement came for too long. */
  stalled = false;
  private wake: (() => void) | undefined;

  constructor(
    private readonly client: Pick<MqttClient, 'publish'>,
    private readonly window: number,
    private readonly signal: AbortSignal,
  ) {}

  async publish(topic: string, payload: string): Promise<void> {
    await this.waitUntilInFlight(this.window - 1);
    if (this.stalled || this.signal.aborted) return;
    this.published++;
    this.client.publish(topic, payload, { qos: 1 }, (error) => {
      if (error) this.failed++;
      else this.acked++;
      this.wake?.();
    });
  }

  async drain(): Promise<void> {
    await this.waitUntilInFlight(0);
  }

  private async waitUntilInFlight(limit: number): Promise<void> {
    while (this.published - this.acked - this.failed > limit && !this.stalled) {
      let timer: NodeJS.Timeout | undefined;
      const timedOut = await new Promise<boolean>((resolve) => {
        this.wake = () => resolve(false);
        timer = setTimeout(() => resolve(true), ACK_TIMEOUT_MS);
      });
      clearTimeout(timer);
      if (timedOut) this.stalled = true;
    }
  }
}

/** Spreads rows over time as they were recorded. Rows that go back in time are due at once. */
class Pace {
  private origin: { readonly timeMs: number; readonly atMs: number } | undefined;

  constructor(
    private readonly speed: number | 'max',
    private readonly signal: AbortSignal,
  ) {}

  async until(timeMs: number): Promise<void> {
    if (this.speed === 'max') return;
    this.origin ??= { timeMs, atMs: performance.now() };
    const dueMs = this.origin.atMs + (timeMs - this.origin.timeMs) / this.speed;
    for (let leftMs = 0; (leftMs = dueMs - performance.now()) > 0;) {
      const aborted = await delay(Math.min(leftMs, LONGEST_TIMER_MS), false, { signal: this.signal }).catch(
        () => true,
      );
      if (aborted) return;
    }
  }
}
