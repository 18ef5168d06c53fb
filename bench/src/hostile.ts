import { setTimeout as delay } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import {
  Histogram,
  makeAuthority,
  makeCertificate,
  makeCertificateFolder,
  freePort,
} from '@fieldstream/testing';
import { forkModule } from './child-module.js';
import { ATTACKS, type Attack, type AttackOptions } from './hostile-protocol.js';
import { processUsage } from './process-usage.js';
import { startRegisteredBridge, type RegisteredBridge } from './registered-bridge.js';

/**
 * What attacks do to a well-behaved device and to the memory of the bridge. `node dist/bench/src/hostile.js [seconds]`; needs no
 * engines, writes a table.
 */
const SECONDS = Number(process.argv[2] ?? 60);
const PUBLISH_EVERY_MS = 20;

/** Publishes at QoS 1, and measures until the acknowledgement. */
async function measure(client: MqttClient, topic: string, seconds: number): Promise<Histogram> {
  const histogram = new Histogram();
  const pending: Promise<void>[] = [];
  const endMs = performance.now() + seconds * 1_000;
  while (performance.now() < endMs) {
    const startMs = performance.now();
    pending.push(
      client
        .publishAsync(topic, '{"t":21.5}', { qos: 1 })
        .then(() => histogram.record(performance.now() - startMs)),
    );
    await delay(PUBLISH_EVERY_MS);
  }
  await Promise.all(pending);
  return histogram;
}

/** Attacks for so long, and tells what the well-behaved device noticed, as a row of the table. */
async function run(
  bridge: RegisteredBridge,
  client: MqttClient,
  topic: string,
  options: AttackOptions | undefined,
) {
  const rssMb = (): number => processUsage(bridge.service.pid)?.rssMb ?? NaN;
  const counters = [
    'fieldstream_bridge_connections_cut_total',
    'fieldstream_bridge_connects_refused_total',
    'fieldstream_bridge_connects_over_limit_total',
  ] as const;
  const counts = async (): Promise<number[]> => Object.values(await bridge.metrics(...counters));
  const [before, beforeMb, logsBefore] = [await counts(), rssMb(), bridge.service.logs.length];
  const attacker = options && forkModule('hostile-attack', JSON.stringify(options));
  let peakMb = beforeMb;
  let peakConnections = 0;
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, rssMb());
    void bridge.metrics('fieldstream_bridge_connections').then(({ fieldstream_bridge_connections: open }) => {
      peakConnections = Math.max(peakConnections, open);
    });
  }, 1_000);
  const histogram = await measure(client, topic, SECONDS);
  clearInterval(watch);
  attacker?.kill('SIGKILL');
  const [cut = 0, refused = 0, overLimit = 0] = (await counts()).map((count, i) => count - (before[i] ?? 0));
  await delay(3_000);
  const lines = bridge.service.logs
    .slice(logsBefore)
    .split('\n')
    .filter((line) => line !== '');
  const ms = (percent: number): string => histogram.percentile(percent).toFixed(1);
  const row = [
    options?.attack ?? 'none',
    `${ms(50)} / ${ms(99)} / ${histogram.maxMs.toFixed(0)}`,
    histogram.count,
    `${beforeMb.toFixed(0)} / ${peakMb.toFixed(0)} / ${rssMb().toFixed(0)}`,
    peakConnections,
    `${cut} / ${refused} / ${overLimit}`,
    lines.length,
  ];
  process.stdout.write(`| ${row.join(' | ')} |\n`);
  for (const line of lines.slice(0, 4)) process.stderr.write(`${line.slice(0, 300)}\n`);
}

const folder = await makeCertificateFolder(true);
const tlsPort = await freePort();
const bridge = await startRegisteredBridge(2, {
  MQTT_TLS_PORT: String(tlsPort),
  MQTT_TLS_CERT_PATH: folder.listeners.certPath ?? '',
  MQTT_TLS_KEY_PATH: folder.listeners.keyPath ?? '',
  MQTT_TLS_CLIENT_CA_PATH: folder.authorityPath,
});
try {
  const [good, rogue] = bridge.devices;
  if (!good || !rogue) throw new Error('two devices were to be registered');
  const certificates = [
    await makeCertificate(folder.authority, rogue.username, { expired: true }),
    await makeCertificate(await makeAuthority('a foreign authority'), rogue.username),
  ];
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${bridge.port}`, { ...good, reconnectPeriod: 0 });
  client.on('close', () => process.stderr.write('THE WELL-BEHAVED DEVICE WAS DISCONNECTED\n'));
  const topic = `devices/${good.username}/telemetry`;
  process.stdout.write(
    '| attack | PUBACK p50 / p99 / max ms | publishes acked | bridge MB before / peak / 3 s after | most connections | cut / refused / over limit | log lines |\n|---|---|---|---|---|---|---|\n',
  );
  await measure(client, topic, 5);
  for (const attack of [undefined, ...ATTACKS] as (Attack | undefined)[]) {
    await run(bridge, client, topic, attack && { attack, port: bridge.port, tlsPort, rogue, certificates });
  }
  client.removeAllListeners('close');
  await client.endAsync(true);
} finally {
  await bridge.close();
  await folder.remove();
}
process.exit(0);
