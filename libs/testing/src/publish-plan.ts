import { seededRandom } from './seeded-random.js';

/** What is unusual about a fleet's data, as shares (0 to 1) of the publishes. */
export interface Disorder {
  /** Observed `lateByMs` before the time at which they are published. */
  readonly lateShare?: number;
  /** Default one hour. Even. */
  readonly lateByMs?: number;
  /** Published some places after their turn. */
  readonly outOfOrderShare?: number;
  /** Published a second time, with a packet ID of its own, some time later. */
  readonly duplicateShare?: number;
}

/**
 * Where observation times come from: the wall clock, moved on where it would repeat itself, or a start and a step
 * (even, at least 2), which makes a whole run repeatable.
 */
export type ObservationClock = 'wall' | { readonly startMs: number; readonly stepMs: number };

export interface PlannedPublish {
  /** Number of the observation, from 0, without gaps. A duplicate has its original's. */
  readonly seq: number;
  readonly tsMs: number;
}

/** How many places later an out-of-order observation or a duplicate is published at most. */
const DISPLACEMENT = 16;

/**
 * The order in which one device publishes its observations. Observation times are unique: those on time are even,
 * late ones odd. Of one device and seed, the same with the same clock.
 */
export class PublishPlan {
  private readonly random: () => number;
  private readonly delayed: { publish: PlannedPublish; turn: number }[] = [];
  private readonly lateByMs: number;
  private lastMs = 0;
  private nextSeq = 0;
  private turn = 0;

  constructor(
    seed: number,
    private readonly clock: ObservationClock = 'wall',
    private readonly disorder: Disorder = {},
  ) {
    this.random = seededRandom(seed);
    this.lateByMs = disorder.lateByMs ?? 3_600_000;
    if (
      this.lateByMs % 2 !== 0 ||
      (clock !== 'wall' && (clock.stepMs % 2 !== 0 || clock.startMs % 2 !== 0))
    ) {
      throw new RangeError('lateByMs, startMs and stepMs must be even');
    }
  }

  /** What to publish next; `nowMs` is the wall clock. */
  next(nowMs: number): PlannedPublish {
    for (;;) {
      this.turn++;
      const due = this.delayed.findIndex((entry) => entry.turn <= this.turn);
      if (due >= 0) return (this.delayed.splice(due, 1)[0] as { publish: PlannedPublish }).publish;
      const publish = this.observe(nowMs);
      if (chance(this.disorder.duplicateShare, this.random)) this.delay(publish);
      if (!chance(this.disorder.outOfOrderShare, this.random)) return publish;
      this.delay(publish);
    }
  }

  private observe(nowMs: number): PlannedPublish {
    const seq = this.nextSeq++;
    const onTimeMs =
      this.clock === 'wall'
        ? Math.max(Math.floor(nowMs / 2) * 2, this.lastMs + 2)
        : this.clock.startMs + seq * this.clock.stepMs;
    this.lastMs = onTimeMs;
    const late = chance(this.disorder.lateShare, this.random);
    return { seq, tsMs: late ? onTimeMs - this.lateByMs + 1 : onTimeMs };
  }

  private delay(publish: PlannedPublish): void {
    this.delayed.push({ publish, turn: this.turn + 1 + Math.floor(this.random() * DISPLACEMENT) });
  }
}

function chance(share: number | undefined, random: () => number): boolean {
  return share !== undefined && share > 0 && random() < share;
}
