import { FLEET_METRICS, fleetValue } from './fleet-payload.js';

/** One observation that a fleet sent, and whether a PUBACK for it came back. */
export interface LedgerEntry {
  readonly deviceId: string;
  readonly deviceIndex: number;
  readonly seq: number;
  readonly tsMs: number;
  readonly acked: boolean;
}

/** A row that an observation should have become. */
export interface ExpectedReading {
  readonly deviceId: string;
  readonly metric: string;
  readonly timeMs: number;
  readonly value: number;
  readonly acked: boolean;
}

/** What a fleet has sent and what was acked, per device. Nine bytes an observation. */
export class PublishLedger {
  private readonly times: Float64Array[];
  private readonly marks: Uint8Array[];
  private readonly lengths: Uint32Array;
  private ackedCount = 0;
  private sentCount = 0;

  constructor(
    readonly devices: readonly string[],
    private readonly seed: number,
  ) {
    this.times = devices.map(() => new Float64Array(0));
    this.marks = devices.map(() => new Uint8Array(0));
    this.lengths = new Uint32Array(devices.length);
  }

  /** Distinct observations sent. */
  get sent(): number {
    return this.sentCount;
  }

  /** Distinct observations acked. */
  get acked(): number {
    return this.ackedCount;
  }

  markSent(device: number, seq: number, tsMs: number): void {
    let times = this.times[device] as Float64Array;
    let marks = this.marks[device] as Uint8Array;
    if (seq >= times.length) {
      const length = Math.max(64, seq + 1, times.length * 2);
      const grownTimes = new Float64Array(length);
      grownTimes.set(times);
      const grownMarks = new Uint8Array(length);
      grownMarks.set(marks);
      this.times[device] = times = grownTimes;
      this.marks[device] = marks = grownMarks;
    }
    if (marks[seq] === 0) {
      marks[seq] = 1;
      this.sentCount++;
    }
    times[seq] = tsMs;
    if (seq >= (this.lengths[device] as number)) this.lengths[device] = seq + 1;
  }

  markAcked(device: number, seq: number): void {
    const marks = this.marks[device] as Uint8Array;
    if (marks[seq] === 2) return;
    marks[seq] = 2;
    this.ackedCount++;
  }

  /** Every observation sent, device by device, in the order of `seq`. */
  *entries(): Generator<LedgerEntry> {
    for (const [deviceIndex, deviceId] of this.devices.entries()) {
      const times = this.times[deviceIndex] as Float64Array;
      const marks = this.marks[deviceIndex] as Uint8Array;
      for (let seq = 0; seq < (this.lengths[deviceIndex] as number); seq++) {
        if (marks[seq] === 0) continue;
        yield { deviceId, deviceIndex, seq, tsMs: times[seq] as number, acked: marks[seq] === 2 };
      }
    }
  }

  /** The rows that the observations sent should have become: those acked must be there, the others may be. */
  *readings(): Generator<ExpectedReading> {
    for (const { deviceId, deviceIndex, seq, tsMs, acked } of this.entries()) {
      for (const [index, metric] of FLEET_METRICS.entries()) {
        yield {
          deviceId,
          metric,
          timeMs: tsMs,
          value: fleetValue(this.seed, deviceIndex, seq, index),
          acked,
        };
      }
    }
  }
}
