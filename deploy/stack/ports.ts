import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { StackError } from './stack-error.js';

/** Which port is wanted: exactly `requested`, or the first free one of `preferred`, or any other. */
export interface PortWish {
  readonly label: string;
  readonly requested?: number | undefined;
  readonly preferred: readonly number[];
  /** Ports already given to another listener that is not listening yet. */
  readonly taken?: ReadonlySet<number>;
}

/** Tells whether a loopback port can be listened on. */
export type IsFree = (port: number) => Promise<boolean>;

/**
 * Where other ports are taken from: below those that the system gives to outgoing connections, or a client that
 * retries while an engine is down could be given the engine's own port.
 */
const FIRST_OTHER_PORT = 20_000;
const LAST_OTHER_PORT = 32_000;

/** Chooses a loopback port. Throws StackError PORT_TAKEN when a requested one is in use. */
export async function choosePort(wish: PortWish, isFree: IsFree = isLoopbackPortFree): Promise<number> {
  const usable = async (port: number): Promise<boolean> => wish.taken?.has(port) !== true && isFree(port);
  if (wish.requested !== undefined) {
    if (await usable(wish.requested)) return wish.requested;
    throw new StackError(
      'PORT_TAKEN',
      `Something listens on 127.0.0.1:${wish.requested} already: give ${wish.label} another port, or none for a free one`,
    );
  }
  for (const port of wish.preferred) if (await usable(port)) return port;
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(FIRST_OTHER_PORT, LAST_OTHER_PORT + 1);
    if (await usable(port)) return port;
  }
  throw new StackError('PORT_TAKEN', `No free loopback port was found for ${wish.label}`);
}

/** IsFree by listening for a moment. */
export async function isLoopbackPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
