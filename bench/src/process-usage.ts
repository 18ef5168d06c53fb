import { readFileSync } from 'node:fs';

/** Clock ticks a second in /proc: fixed for user space on Linux. */
const TICKS_PER_SECOND = 100;

export interface ProcessUsage {
  /** CPU time of all threads since the process started. */
  readonly cpuSeconds: number;
  readonly rssMb: number;
}

/** CPU time and resident memory of a process, or undefined where /proc does not tell (ended, not Linux). */
export function processUsage(pid: number): ProcessUsage | undefined {
  try {
    // The name of the program stands in parentheses and can hold anything; the numbers follow the last one.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const rssKb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return {
      cpuSeconds: (Number(stat[11]) + Number(stat[12])) / TICKS_PER_SECOND,
      rssMb: Number(rssKb ?? NaN) / 1024,
    };
  } catch {
    return undefined;
  }
}

/** CPU time that the whole machine has spent on work, or undefined where /proc does not tell. */
function machineCpuSeconds(): number | undefined {
  try {
    const fields = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '')
      .split(/\s+/)
      .slice(1)
      .map(Number);
    const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0] = fields;
    return (user + nice + system + irq + softIrq) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

/** What one process used in a span of time. */
export interface SpanUsage {
  /** CPU seconds a second. */
  readonly cores: number;
  /** At the end of the span. */
  readonly rssMb: number;
}

/** Measures what processes use from its making on. `rest` is all else on the machine: engines above all. */
export class UsageMeter {
  private readonly startMs = performance.now();
  private readonly start: ReadonlyMap<string, ProcessUsage | undefined>;
  private readonly machineStart = machineCpuSeconds();

  constructor(private readonly pids: Readonly<Record<string, number>>) {
    this.start = new Map(Object.entries(pids).map(([name, pid]) => [name, processUsage(pid)]));
  }

  read(): Record<string, SpanUsage> {
    const seconds = (performance.now() - this.startMs) / 1_000;
    const usage: Record<string, SpanUsage> = {};
    let known = 0;
    for (const [name, pid] of Object.entries(this.pids)) {
      const [before, now] = [this.start.get(name), processUsage(pid)];
      if (!before || !now) continue;
      const cores = (now.cpuSeconds - before.cpuSeconds) / seconds;
      known += cores;
      usage[name] = { cores, rssMb: now.rssMb };
    }
    const machine = machineCpuSeconds();
    if (machine !== undefined && this.machineStart !== undefined) {
      usage['rest'] = { cores: Math.max(0, (machine - this.machineStart) / seconds - known), rssMb: NaN };
    }
    return usage;
  }
}

/** One line for a report: `bridge 0.61 cores, 142 MB; rest 0.80 cores`. */
export function describeUsage(usage: Readonly<Record<string, SpanUsage>>): string {
  return Object.entries(usage)
    .map(([name, { cores, rssMb }]) => {
      const memory = Number.isNaN(rssMb) ? '' : `, ${Math.round(rssMb)} MB`;
      return `${name} ${cores.toFixed(2)} cores${memory}`;
    })
    .join('; ');
}
