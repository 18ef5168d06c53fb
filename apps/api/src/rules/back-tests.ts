import {
  type BackTest,
  BackTester,
  type CompiledRule,
  compileRule,
  inScope,
  type Observation,
  type Rule,
} from '@fieldstream/domain';
import type { HistoryReader, NamedSeries } from '@fieldstream/timescale';
import { Problem } from '../http/problem.js';
import { MIN_MS } from '../http/parse-time.js';
import { mergePages } from './merge-pages.js';

/** What a back-test may cost. */
export const BACK_TEST_LIMITS = {
  /** Series, or devices where the rule watches them as a whole. */
  subjects: 100,
  observations: 2_000_000,
  /** Checked between pages, so it may take a little longer. */
  durationMs: 30_000,
  /** At a time, in one process. */
  running: 2,
  /** Listed for each subject. */
  alerts: 100,
  /** Changes of severity that are listed for each alert. */
  changes: 20,
} as const;

export interface BackTestRequest {
  readonly rule: Rule;
  /** Included, as is the end. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly maxSubjects: number;
  /** The client has left: ends it early, without an answer. */
  readonly signal: AbortSignal;
}

export interface SubjectResult extends BackTest {
  readonly deviceId: string;
  /** Empty for a device as a whole. */
  readonly metric: string;
}

export interface BackTestResult {
  readonly subjects: readonly SubjectResult[];
  /** Whether more subjects are in the rule's scope. */
  readonly hasMore: boolean;
  /** Why it ended before all of the subjects were done; those that were not are left out. */
  readonly stopped: 'observations' | 'time' | null;
  /** From where history was read, so that windows and durations are right when the range begins. */
  readonly readFromMs: number;
  /** Observations that were read, those before the range included. */
  readonly read: number;
}

interface Subject {
  readonly deviceId: string;
  readonly metric: string;
  readonly pages: () => AsyncIterable<readonly Observation[]>;
}

/** Each page holds up other requests for as long as it takes to evaluate it. */
const PAGE_ROWS = 10_000;
/** Series of a device as a whole that are read at a time. */
const MAX_DEVICE_SERIES = 1_000;
const SEARCH_ROWS = 5_000;
const HOUR_MS = 60 * 60 * 1000;
const MAX_WARM_UP_MS = 30 * 24 * HOUR_MS;

/** Runs draft rules over stored history, page by page. */
export class BackTests {
  #running = 0;

  constructor(
    private readonly history: HistoryReader,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {}

  /** @throws DatabaseError, Problem `too-busy`, Problem `invalid-request` if the client leaves */
  async run(request: BackTestRequest): Promise<BackTestResult> {
    if (this.#running >= BACK_TEST_LIMITS.running) {
      throw new Problem('too-busy', `${this.#running} back-tests are running already; try again later.`);
    }
    this.#running++;
    try {
      return await this.#run(request);
    } finally {
      this.#running--;
    }
  }

  async #run({ rule, fromMs, toMs, maxSubjects, signal }: BackTestRequest): Promise<BackTestResult> {
    const deadlineMs = this.monotonicMs() + BACK_TEST_LIMITS.durationMs;
    const readFromMs = Math.max(fromMs - warmUpMs(rule), MIN_MS);
    const compiled = compileRule(rule);
    const { subjects, hasMore } = await this.#subjectsOf(compiled, { fromMs: readFromMs, toMs }, maxSubjects);
    const done: SubjectResult[] = [];
    let read = 0;
    const result = (stopped: BackTestResult['stopped']): BackTestResult => ({
      subjects: done,
      hasMore,
      stopped,
      readFromMs,
      read,
    });
    for (const { deviceId, metric, pages } of subjects) {
      const tester = new BackTester(rule, { fromMs, toMs });
      for await (const page of pages()) {
        if (signal.aborted) throw new Problem('invalid-request', 'The client did not wait for the answer.');
        read += page.length;
        if (read > BACK_TEST_LIMITS.observations) return result('observations');
        if (this.monotonicMs() > deadlineMs) return result('time');
        for (const observation of page) tester.observe(observation);
      }
      done.push({ deviceId, metric, ...tester.finish() });
    }
    return result(null);
  }

  /** The newest first. */
  async #subjectsOf(
    compiled: CompiledRule,
    range: { readonly fromMs: number; readonly toMs: number },
    limit: number,
  ): Promise<{ subjects: Subject[]; hasMore: boolean }> {
    const { rule, source, subject } = compiled;
    if (source === 'presence') {
      const devices = await this.#devices(rule, limit + 1);
      const subjects = devices.slice(0, limit).map((deviceId) => ({
        deviceId,
        metric: '',
        pages: () => this.history.presence(deviceId, { ...range, pageRows: PAGE_ROWS }),
      }));
      return { subjects, hasMore: devices.length > limit };
    }
    const series = await this.#series(rule, rule.scope.devices, limit + 1);
    if (subject === 'series') {
      const subjects = series.slice(0, limit).map(({ deviceId, metric, seriesId }) => ({
        deviceId,
        metric,
        pages: () => this.#readings([seriesId], range),
      }));
      return { subjects, hasMore: series.length > limit };
    }
    const devices = [...new Set(series.slice(0, limit).map(({ deviceId }) => deviceId))];
    const subjects: Subject[] = devices.map((deviceId) => ({
      deviceId,
      metric: '',
      pages: () => this.#deviceReadings(rule, deviceId, range),
    }));
    return { subjects, hasMore: series.length > limit };
  }

  async *#deviceReadings(
    rule: Rule,
    deviceId: string,
    range: { readonly fromMs: number; readonly toMs: number },
  ): AsyncGenerator<readonly Observation[]> {
    // An ID may hold a star of its own; the rule's scope has let this one through.
    const series = await this.#series(rule, [deviceId], MAX_DEVICE_SERIES);
    const own = series.filter((one) => one.deviceId === deviceId).map(({ seriesId }) => seriesId);
    yield* this.#readings(own, range);
  }

  #readings(
    seriesIds: readonly number[],
    range: { readonly fromMs: number; readonly toMs: number },
  ): AsyncIterable<readonly Observation[]> {
    const pageRows = Math.max(200, Math.floor(PAGE_ROWS / Math.max(1, seriesIds.length)));
    // Texts first: where a number stands beside a text, the text is what the device sent.
    const sources = seriesIds.flatMap((seriesId) => [
      this.history.texts(seriesId, { ...range, pageRows }),
      this.history.numbers(seriesId, { ...range, pageRows }),
    ]);
    return mergePages(sources);
  }

  async #series(rule: Rule, devices: readonly string[], limit: number): Promise<NamedSeries[]> {
    const found: NamedSeries[] = [];
    let before: number | undefined;
    for (;;) {
      const { metrics } = rule.scope;
      const page = await this.history.series({ devices, metrics, before, limit: SEARCH_ROWS });
      for (const series of page) {
        if (found.length >= limit) return found;
        if (inScope(rule.scope, series.deviceId, series.metric, series.labels)) found.push(series);
      }
      before = page.at(-1)?.seriesId;
      if (page.length < SEARCH_ROWS) return found;
    }
  }

  async #devices(rule: Rule, limit: number): Promise<string[]> {
    const found: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await this.history.devices({ devices: rule.scope.devices, after, limit: SEARCH_ROWS });
      for (const { deviceId, labels } of page) {
        if (found.length >= limit) return found;
        if (inScope(rule.scope, deviceId, '', labels)) found.push(deviceId);
      }
      after = page.at(-1)?.deviceId;
      if (page.length < SEARCH_ROWS) return found;
    }
  }
}

/** So much history from before the range makes windows, silences and durations right when it begins: all that the rule names. */
export function warmUpMs({ params, forMs, clearForMs }: Rule): number {
  const namedMs = durationsIn(params) + forMs + clearForMs;
  return Math.min(Math.max(namedMs, HOUR_MS), MAX_WARM_UP_MS);
}

function durationsIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [field, inner]) =>
      sum + (field.endsWith('Ms') && typeof inner === 'number' ? inner : durationsIn(inner)),
    0,
  );
}
