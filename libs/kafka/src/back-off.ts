/** Milliseconds to wait before attempt `attempt` (from 0): doubles from `firstMs` to `maxMs`, each within ±25 %. */
export function backOffMs(attempt: number, firstMs: number, maxMs: number, random = Math.random): number {
  const base = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30));
  return base * (0.75 + random() * 0.5);
}

/** Waits; returns early, without an error, when the signal is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', finish, { once: true });
  });
}

/** Resolves with the promise's value, or with `undefined` when it takes longer than `ms`. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const done = new AbortController();
  try {
    return await Promise.race([promise, pause(ms, done.signal).then(() => undefined)]);
  } finally {
    done.abort();
  }
}
