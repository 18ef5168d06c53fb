import { connect } from 'node:net';
import { HostilePackets } from './hostile-packets.js';
import { seededRandom } from './seeded-random.js';

export interface HostileClientsOptions {
  readonly port: number;
  /** To send at least. */
  readonly packets: number;
  readonly seed: number;
  /** Connections at a time. */
  readonly connections: number;
}

export interface HostileOutcome {
  readonly packets: number;
  readonly connections: number;
}

/** A connection that the other side neither ends nor lets end. */
const STUCK_MS = 10_000;

/** Sends hostile packets over one connection after the other; resolves when the last has been closed. */
export async function sendHostilePackets(options: HostileClientsOptions): Promise<HostileOutcome> {
  const packets = new HostilePackets(options.seed);
  const random = seededRandom(options.seed + 1);
  const sent = { packets: 0, connections: 0 };
  const work = async (): Promise<void> => {
    while (sent.packets < options.packets) {
      const next = packets.next();
      sent.packets += next.length;
      sent.connections++;
      await converse(options.port, Buffer.concat(next), random);
    }
  };
  await Promise.all(Array.from({ length: options.connections }, work));
  return sent;
}

/** Sends the bytes in pieces of any size, and waits for the end of the connection. */
function converse(port: number, bytes: Buffer, random: () => number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const stuck = setTimeout(() => socket.destroy(), STUCK_MS);
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(stuck);
      resolve();
    });
    socket.once('connect', () => {
      const cut = Math.floor(random() * bytes.length);
      socket.write(bytes.subarray(0, cut));
      setImmediate(() => socket.end(bytes.subarray(cut)));
    });
    socket.resume();
  });
}
