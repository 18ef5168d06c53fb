import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchBed } from '../bench-bed.js';
import type { Figure } from '../figure.js';
import { openFileLimit } from '../open-file-limit.js';
import { processUsage } from '../process-usage.js';
import { formatNumber } from '../report.js';
import type { Scenario } from '../scenario.js';

const WANTED = 5_000;
const OTHER_FILES = 200;
const OPENING_AT_ONCE = 200;
const SETTLE_MS = 1_500;
/** A CONNECT of 16 KB, the most that is taken by default, of which nearly all is sent: as much as a server may have to keep. */
const UNFINISHED_CONNECT = Buffer.concat([Buffer.from([0x10, 0xfd, 0x7f]), Buffer.alloc(16_000)]);

/** Sockets that never become clients: what somebody who is nobody yet can make the bridge hold. */
export const unauthenticatedMemory: Scenario = {
  name: 'unauthenticated-memory',
  title: 'memory before authentication',

  async run(context) {
    const count = Math.min(context.quick ? 1_000 : WANTED, openFileLimit() - OTHER_FILES);
    const figures: Figure[] = [];
    for (const [name, bytes] of [
      ['silent', undefined],
      ['unfinished CONNECT', UNFINISHED_CONNECT],
    ] as const) {
      figures.push(
        await context.withBed(async (bed) => {
          await bed.start('bridge');
          return measure(bed, name, bytes, count);
        }),
      );
    }
    return figures;
  },
};

async function measure(
  bed: BenchBed,
  name: string,
  bytes: Buffer | undefined,
  count: number,
): Promise<Figure> {
  const before = processUsage(bed.pidOf('bridge'));
  const sockets = new Set<Socket>();
  try {
    let peakMb = 0;
    for (let opened = 0; opened < count; opened += OPENING_AT_ONCE) {
      await Promise.all(
        Array.from({ length: Math.min(OPENING_AT_ONCE, count - opened) }, () => open(bed, sockets, bytes)),
      );
      peakMb = Math.max(peakMb, processUsage(bed.pidOf('bridge'))?.rssMb ?? 0);
    }
    await delay(SETTLE_MS);
    peakMb = Math.max(peakMb, processUsage(bed.pidOf('bridge'))?.rssMb ?? NaN);
    if (!before) throw new Error('memory of the bridge cannot be read on this system');
    return {
      name: `per connection, ${name}`,
      value: ((peakMb - before.rssMb) * 1_024) / count,
      unit: 'KB',
      better: 'lower',
      target: 64,
      detail: `${formatNumber(count)} opened, ${formatNumber(sockets.size)} still open; ${Math.round(before.rssMb)} MB before, ${Math.round(peakMb)} MB at most`,
    };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

/** Resolves when the connection is made and the bytes are handed over; a server that closes it is no fault. */
async function open(bed: BenchBed, sockets: Set<Socket>, bytes: Buffer | undefined): Promise<void> {
  const socket = connect({ port: bed.mqttPort, host: '127.0.0.1' });
  await new Promise<void>((resolve) => {
    socket.once('connect', () => {
      sockets.add(socket);
      if (bytes !== undefined) socket.write(bytes);
      resolve();
    });
    socket.once('close', () => {
      sockets.delete(socket);
      resolve();
    });
    socket.on('error', () => {});
  });
}
