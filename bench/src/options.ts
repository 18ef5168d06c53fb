import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Names of scenarios, in the order in which they run. */
  readonly scenarios: readonly string[];
  /** Length of one measurement. */
  readonly seconds: number;
  /** Smaller amounts: for orientation. */
  readonly quick: boolean;
  /** Services that run under Node's CPU profiler. */
  readonly profile: readonly string[];
}

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const PROFILED = ['bridge', 'aggregator', 'alerter'];

/** Reads the command line. @param known names of all scenarios, in their order. @throws UsageError */
export function parseBenchOptions(argv: readonly string[], known: readonly string[]): BenchOptions | 'help' {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  let values;
  try {
    const options = { scenario: text, seconds: text, quick: flag, profile: text, help: flag };
    values = parseArgs({ args: [...argv], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
  if (values.help) return 'help';
  const quick = values.quick ?? false;
  const seconds = Number(values.seconds ?? (quick ? 5 : 20));
  if (!(seconds >= 1 && seconds <= 3_600)) throw new UsageError('--seconds is not a number from 1 to 3600');
  const scenarios = names(values.scenario, known, '--scenario') ?? known;
  return { scenarios, seconds, quick, profile: names(values.profile, PROFILED, '--profile') ?? [] };
}

function names(value: string | undefined, known: readonly string[], option: string): string[] | undefined {
  if (value === undefined) return undefined;
  const chosen = value.split(',').map((name) => name.trim());
  const unknown = chosen.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`${option} ${JSON.stringify(unknown)} is none of ${known.join(', ')}`);
  }
  return chosen;
}
