import mqttPacket from 'mqtt-packet';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { openFileLimit } from './open-file-limit.js';
import { processUsage } from './process-usage.js';
import { startRegisteredBridge, type Credentials, type RegisteredBridge } from './registered-bridge.js';

/**
 * A registered fleet that comes back to a bridge that has just started: every device connects with its token, and publishes
 * once. `node dist/bench/src/registered-fleet.js [devices]`; needs no engines.
 */
const WANTED = Number(process.argv[2] ?? 20_000);
const OTHER_FILES = 200;
/** Devices that are connecting at a time; each tries again a second after it was refused. */
const CONNECTING = 1_000;
const RETRY_MS = 1_000;

interface Connected {
  readonly socket: Socket;
  readonly deviceId: string;
}

interface Outcome {
  readonly connected: Connected[];
  tries: number;
  acked: number;
}

/** Connects until the bridge lets the device in; false: not this time. */
function attempt(port: number, { username, password }: Credentials, outcome: Outcome): Promise<boolean> {
  return new Promise((resolve) => {
    outcome.tries++;
    const socket = connect({ port, host: '127.0.0.1' });
    const parser = mqttPacket.parser();
    parser.on('packet', (packet) => {
      if (packet.cmd === 'puback') outcome.acked++;
      if (packet.cmd !== 'connack' || packet.returnCode !== 0) return;
      outcome.connected.push({ socket, deviceId: username });
      resolve(true);
    });
    socket.on('data', (chunk) => parser.parse(chunk));
    socket.on('error', () => {});
    socket.once('close', () => resolve(false));
    socket.write(
      mqttPacket.generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        keepalive: 600,
        clientId: username,
        username,
        password: Buffer.from(password),
      }),
    );
  });
}

async function connectAll(bridge: RegisteredBridge, outcome: Outcome): Promise<void> {
  const waiting = [...bridge.devices];
  const work = async (): Promise<void> => {
    for (let device = waiting.pop(); device; device = waiting.pop()) {
      while (!(await attempt(bridge.port, device, outcome))) await delay(RETRY_MS);
    }
  };
  await Promise.all(Array.from({ length: CONNECTING }, work));
}

async function publishAll({ connected }: Outcome): Promise<void> {
  for (const [n, { socket, deviceId }] of connected.entries()) {
    socket.write(
      mqttPacket.generate({
        cmd: 'publish',
        topic: `devices/${deviceId}/telemetry`,
        payload: '{"temperature":21.5,"humidity":48,"battery":3.01,"rssi":-67}',
        qos: 1,
        messageId: 1,
        retain: false,
        dup: false,
      }),
    );
    if (n % 500 === 0) await delay(1);
  }
}

const count = Math.min(WANTED, openFileLimit() - OTHER_FILES);
const bridge = await startRegisteredBridge(count);
try {
  const usage = (): { rssMb: number; cpuSeconds: number } =>
    processUsage(bridge.service.pid) ?? { rssMb: NaN, cpuSeconds: NaN };
  const lag = async (): Promise<string> => {
    const delays = await bridge.metrics(
      'nodejs_eventloop_lag_p50_seconds',
      'nodejs_eventloop_lag_p99_seconds',
      'nodejs_eventloop_lag_max_seconds',
    );
    return Object.values(delays)
      .map((seconds) => (seconds * 1_000).toFixed(0))
      .join(' / ');
  };
  // Reading begins them anew.
  await lag();
  const before = usage();
  const outcome: Outcome = { connected: [], tries: 0, acked: 0 };
  const startMs = performance.now();
  await connectAll(bridge, outcome);
  const connectedS = (performance.now() - startMs) / 1_000;
  const whileConnecting = await lag();
  const connected = usage();
  const publishMs = performance.now();
  await publishAll(outcome);
  while (outcome.acked < count && performance.now() - publishMs < 120_000) await delay(20);
  const publishedS = (performance.now() - publishMs) / 1_000;
  const after = usage();
  const { fieldstream_bridge_token_checks_total: checked } = await bridge.metrics(
    'fieldstream_bridge_token_checks_total',
  );
  process.stdout.write(
    [
      `${count} registered devices connected in ${connectedS.toFixed(1)} s (${(count / connectedS).toFixed(0)} a second), ${outcome.tries - count} tries were refused`,
      `${checked} tokens checked; event-loop delay of the bridge p50 / p99 / max ${whileConnecting} ms`,
      `${outcome.acked} publishes acknowledged in ${publishedS.toFixed(1)} s`,
      `bridge: ${before.rssMb.toFixed(0)} MB before, ${connected.rssMb.toFixed(0)} MB connected, ${after.rssMb.toFixed(0)} MB after; ${(connected.cpuSeconds - before.cpuSeconds).toFixed(1)} CPU seconds to let all in`,
      '',
    ].join('\n'),
  );
  for (const { socket } of outcome.connected) socket.destroy();
} finally {
  await bridge.close();
}
process.exit(0);
