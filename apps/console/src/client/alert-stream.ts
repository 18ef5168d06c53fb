import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { currentToken } from './token.js';

const LEAST_WAIT_MS = 1_000;
const MOST_WAIT_MS = 30_000;

/**
 * While mounted, listens to `GET /api/stream` and invalidates all queries whose key begins with `alerts`, so that what is
 * on the screen follows within a moment. Comes back by itself when the connection breaks, and then invalidates once, for
 * what was missed. `fetch` rather than `EventSource`, which cannot send the token.
 */
export function useAlertStream(): void {
  const client = useQueryClient();
  useEffect(() => {
    const stop = new AbortController();
    const invalidate = (): void => void client.invalidateQueries({ queryKey: ['alerts'] });
    void listen(invalidate, stop.signal);
    return () => stop.abort();
  }, [client]);
}

async function listen(changed: () => void, signal: AbortSignal): Promise<void> {
  let waitMs = LEAST_WAIT_MS;
  while (!signal.aborted) {
    try {
      const token = currentToken();
      const headers = new Headers(token === null ? [] : [['authorization', `Bearer ${token}`]]);
      const response = await fetch('/api/stream', { headers, signal });
      if (response.ok && response.body !== null) {
        waitMs = LEAST_WAIT_MS;
        changed();
        await readEvents(response.body, changed);
      }
    } catch {
      // Broken off, or stopped: the loop tells the two apart.
    }
    await pause(waitMs, signal);
    waitMs = Math.min(waitMs * 2, MOST_WAIT_MS);
  }
}

async function readEvents(body: ReadableStream<Uint8Array>, changed: () => void): Promise<void> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value).split('\n\n');
    rest = events.pop() ?? '';
    if (events.some((event) => /^event: (alert|reset)$/m.test(event))) changed();
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
