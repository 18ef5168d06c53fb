export interface EventuallyOptions {
  /** Whole time allowed, a hanging check included. Default 10,000. */
  readonly timeoutMs?: number;
  /** Pause between two checks. Default 50. */
  readonly everyMs?: number;
  /** What is waited for, for the error message. */
  readonly what: string;
}

/**
 * Calls `check` until it passes: until it neither throws, nor rejects, nor returns `false`. Resolves with what it returned.
 * @throws Error naming `what` and the last failure when the time is up; the failure is its cause.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: EventuallyOptions,
): Promise<Exclude<T, false>> {
  const { timeoutMs = 10_000, everyMs = 50, what } = options;
  const deadline = performance.now() + timeoutMs;
  let last: unknown = new Error('the check has not answered');
  do {
    try {
      const value = await withDeadline(check, deadline);
      if (value !== false) return value as Exclude<T, false>;
      last = new Error('the check returned false');
    } catch (error) {
      if (!(error instanceof CheckTimeout)) last = error;
    }
    const leftMs = deadline - performance.now();
    if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(everyMs, leftMs)));
  } while (performance.now() < deadline);
  const reason = last instanceof Error ? last.message : String(last);
  throw new Error(`${what}: not within ${timeoutMs} ms; last failure: ${reason}`, { cause: last });
}

class CheckTimeout extends Error {}

async function withDeadline<T>(check: () => T | Promise<T>, deadline: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CheckTimeout()), Math.max(0, deadline - performance.now()));
  });
  try {
    return await Promise.race([check(), timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
