import type { DataFrame, TimeRange } from '@grafana/data';
import type { Query, QueryRequest, QueryResults, QuerySource } from './query-service.js';
import type { QueryVariables } from './resolve-variables.js';

/** What a panel (or the annotations) wants to be asked. */
export interface FeedInput {
  /** Queries by the `refId` that their frames get. */
  readonly queries: readonly { readonly refId: string; readonly source: QuerySource }[];
  /** Changes whenever what the queries give changes for another reason than time: values of the variables they depend on. */
  readonly identity: string;
  /** Range at this moment. */
  readonly range: () => TimeRange;
  /** Interval and points for a range. */
  readonly resolution: (range: TimeRange) => { readonly intervalMs: number; readonly maxDataPoints: number };
  readonly variables: QueryVariables;
  /** Pause until it is asked again; undefined: never by itself. */
  readonly periodMs: number | undefined;
  /** Nobody sees it: it is not asked until that changes. */
  readonly isHidden: boolean;
}

/** What is known of a panel's data. The last good frames stay while others are fetched, and when that fails. */
export interface FeedState {
  /** `waiting`: never asked. `loading`: asked for something that differs from what is shown. */
  readonly status: 'waiting' | 'loading' | 'done' | 'error';
  readonly frames: readonly DataFrame[];
  /** Faults of single queries, or of the request. */
  readonly errors: readonly string[];
  /** Range that the frames are of. */
  readonly range?: TimeRange;
  readonly intervalMs?: number;
  readonly durationMs?: number;
  readonly answeredAtMs?: number;
}

const WAITING: FeedState = { status: 'waiting', frames: [], errors: [] };

interface Entry {
  input: FeedInput;
  state: FeedState;
  /** Identity of what was asked last, and of what the frames are. */
  asked: string | undefined;
  shown: string | undefined;
  isInFlight: boolean;
  isRefreshWanted: boolean;
  dueMs: number;
  durationMs: number;
  listeners: Set<() => void>;
}

/** Time, as far as the feed needs it; tests bring their own. */
export interface FeedClock {
  now(): number;
  /** Calls back once, after so many milliseconds. Returns what takes it back. */
  after(ms: number, then: () => void): () => void;
}

const BROWSER_CLOCK: FeedClock = {
  now: () => Date.now(),
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

/** Panels that come up together are asked together. */
const GATHER_MS = 15;
/** As many as a browser opens to one server, less those that other things need. */
const MOST_REQUESTS = 4;
/** As the service allows. */
const MOST_QUERIES = 50;
/** Below this, more requests cost more than they save. */
const LEAST_PANELS_A_REQUEST = 6;
/** Queries take at most this part of the time: a slow database is asked less often. */
const LOAD = 3;
const RETRY_MS = 5_000;

/**
 * Keeps the panels of one dashboard fed. A panel is asked when it comes into view, when what it asks changes, and each
 * `periodMs`; what is due at the same time goes into a few requests, slow panels apart from fast ones. AT MOST ONE REQUEST OF A
 * PANEL IS IN FLIGHT, so a server that does not keep up is not asked more, and periods stretch to three times what queries take.
 * What was asked before a change is not shown after it.
 */
export class PanelFeed {
  private readonly entries = new Map<string, Entry>();
  private stop = new AbortController();
  private inFlight = 0;
  private cancelTimer: (() => void) | undefined;
  private isPaused = false;

  constructor(
    private readonly send: (request: QueryRequest, signal: AbortSignal) => Promise<QueryResults>,
    private readonly clock: FeedClock = BROWSER_CLOCK,
  ) {}

  /** Says what a panel wants from now on. */
  want(key: string, input: FeedInput): void {
    const entry = this.entryOf(key, input);
    if (entry.input.periodMs !== input.periodMs) entry.dueMs = this.clock.now() + (input.periodMs ?? 0);
    entry.input = input;
    this.schedule();
  }

  /** The panel is gone; its data is forgotten. */
  forget(key: string): void {
    const entry = this.entries.get(key);
    if (entry !== undefined && entry.listeners.size === 0) this.entries.delete(key);
  }

  /** Asks again for all panels, whatever their period; those out of view when they come into it. */
  refresh(): void {
    for (const entry of this.entries.values()) entry.isRefreshWanted = true;
    this.schedule();
  }

  /** While the page is in the background nothing is asked. */
  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.schedule();
  }

  /** After `close`. */
  open(): void {
    if (this.stop.signal.aborted) this.stop = new AbortController();
    this.schedule();
  }

  /** Drops what is in flight, and asks nothing more until it is opened again. */
  close(): void {
    this.stop.abort();
    this.cancelTimer?.();
  }

  state(key: string): FeedState {
    return this.entries.get(key)?.state ?? WAITING;
  }

  subscribe(key: string, listener: () => void): () => void {
    const entry = this.entryOf(key);
    entry.listeners.add(listener);
    return () => entry.listeners.delete(listener);
  }

  private entryOf(key: string, input: FeedInput = NOTHING): Entry {
    const known = this.entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = {
      input,
      state: WAITING,
      asked: undefined,
      shown: undefined,
      isInFlight: false,
      isRefreshWanted: false,
      dueMs: Number.POSITIVE_INFINITY,
      durationMs: 0,
      listeners: new Set(),
    };
    this.entries.set(key, entry);
    return entry;
  }

  private schedule(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (this.isPaused || this.stop.signal.aborted) return;
    const now = this.clock.now();
    const next = Math.min(...[...this.entries.values()].map((entry) => dueMs(entry, now)));
    if (next === Number.POSITIVE_INFINITY) return;
    this.cancelTimer = this.clock.after(Math.max(GATHER_MS, next - now), () => this.ask());
  }

  private ask(): void {
    this.cancelTimer = undefined;
    const now = this.clock.now();
    const due = [...this.entries].filter(([, entry]) => dueMs(entry, now) <= now + GATHER_MS);
    // Fast ones do not wait for slow ones.
    due.sort(([, a], [, b]) => a.durationMs - b.durationMs);
    const free = Math.max(1, MOST_REQUESTS - this.inFlight);
    const count = Math.min(free, Math.ceil(due.length / LEAST_PANELS_A_REQUEST));
    const size = Math.ceil(due.length / Math.max(1, count));
    for (let begin = 0; begin < due.length; begin += size) {
      for (const group of byRange(due.slice(begin, begin + size))) void this.askGroup(group);
    }
    this.schedule();
  }

  private async askGroup({ range, members }: Group): Promise<void> {
    const startedMs = this.clock.now();
    const queries: Query[] = [];
    const asked = members.map(([key, entry]) => {
      const { queries: own, variables, identity } = entry.input;
      const resolution = entry.input.resolution(range);
      const isChanged = entry.asked !== identity;
      entry.asked = identity;
      entry.isInFlight = true;
      entry.isRefreshWanted = false;
      if (isChanged) this.tell(entry, { ...entry.state, status: 'loading' });
      const refIds = own.map(({ refId, source }) => {
        const unique = `q${queries.length}`;
        queries.push({ refId: unique, ...resolution, variables, source });
        return [unique, refId] as const;
      });
      return { key, entry, identity, refIds, intervalMs: resolution.intervalMs };
    });
    const request = { from: range.from.valueOf(), to: range.to.valueOf(), variables: {}, queries };
    this.inFlight++;
    const { signal } = this.stop;
    const answer = await this.send(request, signal).catch((error: unknown) => describe(error));
    this.inFlight--;
    if (signal.aborted) {
      for (const { entry } of asked) {
        entry.isInFlight = false;
        entry.asked = undefined;
      }
      this.schedule();
      return;
    }
    const nowMs = this.clock.now();
    const durationMs = nowMs - startedMs;
    for (const { entry, identity, refIds, intervalMs } of asked) {
      entry.isInFlight = false;
      entry.durationMs = durationMs;
      entry.dueMs = nextDueMs(entry.input.periodMs, startedMs, durationMs, typeof answer === 'string');
      // Meanwhile something else is wanted: that is asked at once.
      if (entry.input.identity !== identity) continue;
      // Old frames stay, but not those of another device.
      const last = entry.shown === identity ? entry.state : WAITING;
      if (typeof answer === 'string') {
        this.tell(entry, { ...last, status: 'error', errors: [answer] });
        continue;
      }
      const results = refIds.map(([unique, refId]) => ({ refId, result: answer.get(unique) }));
      const errors = results.flatMap(({ refId, result }) => {
        if (result === undefined) return [`Query ${refId} got no answer.`];
        return result.error === undefined
          ? []
          : [results.length > 1 ? `${refId}: ${result.error}` : result.error];
      });
      const isFailed = errors.length > 0;
      const frames = results.flatMap(({ refId, result }) =>
        (result?.frames ?? []).map((frame) => Object.assign({}, frame, { refId })),
      );
      if (isFailed && frames.length === 0) {
        this.tell(entry, { ...last, status: 'error', errors });
        continue;
      }
      entry.shown = identity;
      this.tell(entry, {
        status: isFailed ? 'error' : 'done',
        frames,
        errors,
        range,
        intervalMs,
        durationMs,
        answeredAtMs: nowMs,
      });
    }
    this.schedule();
  }

  private tell(entry: Entry, state: FeedState): void {
    entry.state = state;
    for (const listener of entry.listeners) listener();
  }
}

const NOTHING: FeedInput = {
  queries: [],
  identity: '',
  range: () => {
    throw new Error('a panel without queries has no range');
  },
  resolution: () => ({ intervalMs: 1, maxDataPoints: 1 }),
  variables: {},
  periodMs: undefined,
  isHidden: true,
};

function dueMs({ input, asked, isInFlight, isRefreshWanted, dueMs: due }: Entry, now: number): number {
  if (isInFlight || input.isHidden || input.queries.length === 0) return Number.POSITIVE_INFINITY;
  if (asked !== input.identity || isRefreshWanted) return now;
  return input.periodMs === undefined ? Number.POSITIVE_INFINITY : due;
}

/** At multiples of the period, so that panels that began at different moments come together. */
function nextDueMs(
  periodMs: number | undefined,
  startedMs: number,
  durationMs: number,
  isFailed: boolean,
): number {
  if (periodMs === undefined) return Number.POSITIVE_INFINITY;
  const pauseMs = Math.max(periodMs, durationMs * LOAD, isFailed ? RETRY_MS : 0);
  return Math.max(startedMs + periodMs / 2, Math.round((startedMs + pauseMs) / periodMs) * periodMs);
}

interface Group {
  readonly range: TimeRange;
  readonly members: readonly (readonly [string, Entry])[];
}

/** A request has one range: panels with one of their own go apart. */
function byRange(due: readonly (readonly [string, Entry])[]): Group[] {
  const groups: { range: TimeRange; members: (readonly [string, Entry])[]; queries: number }[] = [];
  for (const member of due) {
    const { input } = member[1];
    const range = input.range();
    const fitting = groups.find(
      (group) =>
        Math.abs(group.range.from.valueOf() - range.from.valueOf()) < 100 &&
        Math.abs(group.range.to.valueOf() - range.to.valueOf()) < 100 &&
        group.queries + input.queries.length <= MOST_QUERIES,
    );
    if (fitting === undefined) groups.push({ range, members: [member], queries: input.queries.length });
    else {
      fitting.members.push(member);
      fitting.queries += input.queries.length;
    }
  }
  return groups;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
