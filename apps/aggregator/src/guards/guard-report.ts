import type { Logger, Telemetry } from '@fieldstream/domain';
import { Counter, type Registry } from '@fieldstream/observability';

export interface GuardReportOptions {
  readonly registry: Registry;
  readonly maxMetricsPerDevice: number;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

const EVERY_MS = 60_000;

/** Counts what the guards saw, and tells the log once a minute at most. */
export class GuardReport {
  readonly #options: GuardReportOptions;
  readonly #now: () => number;
  readonly #tooManySeries: Counter;
  readonly #drifts: Counter;
  readonly #unlogged = { refused: 0, drifted: 0 };
  #loggedAtMs = { refused: -Infinity, drifted: -Infinity };

  constructor(options: GuardReportOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const registers = [options.registry];
    this.#tooManySeries = new Counter({
      name: 'fieldstream_aggregator_too_many_series_total',
      help: 'Publishes dead-lettered because their device would have had more than DEVICE_MAX_METRICS metrics',
      registers,
    });
    this.#drifts = new Counter({
      name: 'fieldstream_aggregator_type_drifts_total',
      help: 'Metrics that were reported as numbers before and as texts now, or the other way, for the first time',
      registers,
    });
  }

  /** Publishes that are dead-lettered. */
  refused(publishes: readonly Pick<Telemetry, 'deviceId'>[]): void {
    const [first] = publishes;
    if (!first) return;
    this.#tooManySeries.inc(publishes.length);
    this.#unlogged.refused += publishes.length;
    if (!this.#isDue('refused')) return;
    const { refused: times } = this.#unlogged;
    this.#options.logger.warn(
      { times, deviceId: first.deviceId, max: this.#options.maxMetricsPerDevice },
      'publishes dead-lettered: their device has DEVICE_MAX_METRICS metrics, and they would bring more; raise it, or take values and times out of the names',
    );
    this.#unlogged.refused = 0;
  }

  /** Series whose values came in another kind for the first time; they are stored all the same. */
  drifted(series: readonly { readonly deviceId: string; readonly metric: string }[]): void {
    const [first] = series;
    if (!first) return;
    this.#drifts.inc(series.length);
    this.#unlogged.drifted += series.length;
    if (!this.#isDue('drifted')) return;
    const { deviceId, metric } = first;
    this.#options.logger.warn(
      { times: this.#unlogged.drifted, deviceId, metric },
      'metrics came as numbers and as texts: both are kept, and a chart shows the numbers',
    );
    this.#unlogged.drifted = 0;
  }

  #isDue(what: 'refused' | 'drifted'): boolean {
    const nowMs = this.#now();
    if (nowMs - this.#loggedAtMs[what] < EVERY_MS) return false;
    this.#loggedAtMs = { ...this.#loggedAtMs, [what]: nowMs };
    return true;
  }
}
