import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import mqttPacket from 'mqtt-packet';
import type { AttackOptions } from './hostile-protocol.js';

/** Runs one attack until it is killed. Started by `hostile`. */
const options = JSON.parse(process.argv[2] ?? '{}') as AttackOptions;
const { port, tlsPort, rogue, certificates } = options;
const TICK_MS = 50;
/** Ticks in a second. */
const TICKS = 1_000 / TICK_MS;

function open(onOpen: (socket: Socket) => void): Socket {
  const socket = connectTcp({ port, host: '127.0.0.1' }, () => onOpen(socket));
  socket.on('error', () => {});
  socket.resume();
  return socket;
}

function connectPacket(clientId: string, password: string, keepalive = 60): Buffer {
  return mqttPacket.generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    keepalive,
    clientId,
    username: rogue.username,
    password: Buffer.from(password),
  });
}

/** Keeps so many connections open: one that was closed is made anew, at most `perTick` in a tick. */
async function keepOpen(
  count: number,
  perTick: number,
  onOpen: (socket: Socket, n: number) => void,
): Promise<never> {
  const sockets = new Set<Socket>();
  for (let n = 0; ;) {
    for (let i = 0; i < perTick && sockets.size < count; i++, n++) {
      const number = n;
      const socket = open((opened) => onOpen(opened, number));
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    await delay(TICK_MS);
  }
}

/** Makes so many short connections a second. */
async function hammer(perSecond: number, onTurn: (n: number) => void): Promise<never> {
  for (let n = 0; ;) {
    for (let i = 0; i < perSecond / TICKS; i++) onTurn(n++);
    await delay(TICK_MS);
  }
}

/** Writes something at every interval until the connection has gone. */
function dribble(socket: Socket, bytes: Buffer, everyMs: number): void {
  const timer = setInterval(() => socket.write(bytes), everyMs);
  socket.once('close', () => clearInterval(timer));
}

const ATTACKS: Record<AttackOptions['attack'], () => Promise<never>> = {
  'half-open': () => keepOpen(10_000, 200, () => {}),
  'slow-connect': () =>
    keepOpen(2_000, 100, (socket) => {
      socket.write(Buffer.from([0x10, 0x80, 0x7f]));
      dribble(socket, Buffer.from([0]), 200);
    }),
  oversized: () =>
    hammer(500, () => open((socket) => socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f])))),
  // A device that has been let in announces 250,000 bytes and sends them one by one.
  endless: () =>
    keepOpen(500, 50, (socket, n) => {
      socket.write(connectPacket(`endless-${n}`, rogue.password));
      socket.once('data', () => {
        socket.write(Buffer.from([0x30, 0x90, 0xa1, 0x0f, 0x00, 0x01, 0x74]));
        dribble(socket, Buffer.from([0x20]), 20);
      });
    }),
  'keepalive-0': () =>
    keepOpen(2_000, 50, (socket, n) => socket.write(connectPacket(`silent-${n}`, rogue.password, 0))),
  'wrong-passwords': () =>
    hammer(1_000, (n) => {
      const password = `${'x'.repeat(24)}${String(n).padStart(8, '0')}`;
      open((socket) => socket.write(connectPacket(`guess-${n}`, password)));
    }),
  certificates: () =>
    hammer(100, (n) => {
      const pair = certificates[n % certificates.length];
      const socket = connectTls({ port: tlsPort, host: '127.0.0.1', rejectUnauthorized: false, ...pair });
      socket.on('error', () => {});
      socket.resume();
    }),
  flood: () =>
    keepOpen(1, 1, (socket) => {
      const topic = `devices/${rogue.username}/telemetry`;
      const publish = {
        cmd: 'publish',
        topic,
        payload: '{"t":1}',
        qos: 0,
        retain: false,
        dup: false,
      } as const;
      const bytes = Buffer.concat(Array.from({ length: 1_000 }, () => mqttPacket.generate(publish)));
      const send = (): void => {
        while (!socket.destroyed && socket.write(bytes));
      };
      socket.write(connectPacket('flood', rogue.password));
      socket.on('drain', send);
      send();
    }),
};

await ATTACKS[options.attack]();
