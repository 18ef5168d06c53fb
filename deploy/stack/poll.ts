import { setTimeout as delay } from 'node:timers/promises';

/** Asks until there is an answer other than undefined, or until `timeoutMs` have passed: then undefined. */
export async function poll<T>(
  timeoutMs: number,
  intervalMs: number,
  ask: () => T | undefined | Promise<T | undefined>,
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || performance.now() >= deadline) return answer;
    await delay(intervalMs);
  }
}
