import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the range that kernels take for outgoing connections: a port that is closed for a while, because its server was
 * killed, is then still free when the server returns, and nobody who dials it meets himself.
 */
const RANGE = { from: 16_384, to: 32_768 } as const;
const ATTEMPTS = 100;

/** A TCP port of 127.0.0.1 that was free a moment ago, chosen at random. @throws Error when none is found. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(RANGE.from, RANGE.to);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port of ${RANGE.from} to ${RANGE.to - 1} in ${ATTEMPTS} attempts`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (listening) await new Promise((resolve) => server.close(resolve));
  return listening;
}
