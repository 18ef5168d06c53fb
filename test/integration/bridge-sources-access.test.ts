import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import mqtt, { type MqttClient } from 'mqtt';
import { eventually, freePort, makeAuthority, makeCertificate } from '@fieldstream/testing';
import { describeWithMosquitto, Mosquitto } from '../support/mosquitto.js';
import { startBridgeBed, type BridgeBed } from './bridge-support.js';

jest.setTimeout(120_000);

const CONNECTED = 'fieldstream_bridge_source_connected';

describeWithMosquitto('access to a Mosquitto as a source', (program) => {
  let folder: string;
  let mosquitto: Mosquitto;
  let publisher: MqttClient;
  let tlsPort: number;
  let wsPort: number;
  const beds: BridgeBed[] = [];

  const startWith = async (name: string, entries: readonly string[], prefix?: string): Promise<BridgeBed> => {
    const path = join(folder, name);
    await writeFile(path, ['sources:', ...entries.map((entry) => `  - ${entry}`)].join('\n'));
    const bed = await startBridgeBed((config) => ({ ...config, sources: { path } }), prefix);
    beds.push(bed);
    return bed;
  };
  const untilConnected = (bed: BridgeBed, source: string): Promise<void> =>
    eventually(async () => expect(await bed.metric(CONNECTED, { source })).toBe(1), {
      what: `${source} being connected`,
    });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bridge-access-'));
    [tlsPort, wsPort] = [await freePort(), await freePort()];
    const file = (name: string): string => join(folder, name);
    const authority = await makeAuthority('the authority of the house');
    const { cert, key } = await makeCertificate(authority, 'localhost');
    await writeFile(file('ca.pem'), authority.cert);
    await writeFile(file('cert.pem'), cert);
    await writeFile(file('key.pem'), key);
    await writeFile(file('password'), 'sesame\n');
    spawnSync('mosquitto_passwd', ['-b', '-c', file('users'), 'bridge', 'sesame']);
    await writeFile(file('rights'), 'topic readwrite devices/#\n\nuser bridge\ntopic read devices/#\n');
    mosquitto = await Mosquitto.start(program, [
      `password_file ${file('users')}`,
      `acl_file ${file('rights')}`,
      `listener ${tlsPort} 127.0.0.1`,
      `cafile ${file('ca.pem')}`,
      `certfile ${file('cert.pem')}`,
      `keyfile ${file('key.pem')}`,
      'require_certificate true',
      `listener ${wsPort} 127.0.0.1`,
      'protocol websockets',
    ]);
    publisher = await mqtt.connectAsync(mosquitto.url);
  });

  afterEach(async () => {
    await publisher.endAsync(true);
    for (const bed of beds.splice(0)) await bed.close();
    await mosquitto.close();
    await rm(folder, { recursive: true });
  });

  test('TLS with a certificate of its own, WebSocket, a password file; wrong passwords and unknown authorities are told of', async () => {
    const pem = ['ca', 'cert', 'key'].map((name) => `${name}: ${folder}/${name}.pem`);
    const user = `username: bridge, passwordFile: ${folder}/password`;
    const bed = await startWith('all.yaml', [
      `{ name: tls, url: "mqtts://127.0.0.1:${tlsPort}", topics: ["devices/tls/#"], ${user}, ${pem.join(', ')} }`,
      `{ name: ws, url: "ws://127.0.0.1:${wsPort}/mqtt", topics: ["devices/ws/#"], ${user} }`,
      `{ name: wrong, url: "${mosquitto.url}", topics: ["devices/#"], username: bridge, password: wrong }`,
      // Without the authority that signed the broker's certificate.
      `{ name: foreign, url: "mqtts://127.0.0.1:${tlsPort}", topics: ["devices/#"], ${user} }`,
    ]);
    for (const name of ['tls', 'ws']) {
      await untilConnected(bed, name);
      await publisher.publishAsync(`devices/${name}/telemetry/n`, '1', { qos: 1 });
      await eventually(() => expect(bed.records.samplesOf(name)).toHaveLength(1), { what: name });
    }
    const response = await fetch(`http://127.0.0.1:${bed.bridge.opsPort}/health/ready`);
    expect([response.status, ((await response.json()) as { checks: unknown }).checks]).toEqual([
      200,
      expect.objectContaining({
        'source tls': 'pass',
        'source ws': 'pass',
        'source wrong': 'fail',
        'source foreign': 'fail',
      }),
    ]);
  });

  test('two bridges share the messages of a group: each is stored once', async () => {
    const entry = (clientId: string): string =>
      `{ name: house, clientId: ${clientId}, url: "${mosquitto.url}", sharedGroup: g, topics: ["devices/+/telemetry/#"], metadata: ["devices/+/status"] }`;
    const first = await startWith('first.yaml', [entry('first')]);
    const second = await startWith('second.yaml', [entry('second')], first.prefix);
    await untilConnected(first, 'house');
    await untilConnected(second, 'house');
    for (let n = 1; n <= 40; n++)
      await publisher.publishAsync('devices/a/telemetry/n', String(n), { qos: 1 });
    await publisher.publishAsync('devices/a/status', 'online', { qos: 1, retain: true });
    await eventually(() => expect(first.records.samplesOf('a')).toHaveLength(40), { what: 'all of them' });
    const values = first.records.samplesOf('a').map(([, { n }]) => n as number);
    expect(values.toSorted((a, b) => a - b)).toEqual([...Array(40).keys()].map((n) => n + 1));
    const labels = { source: 'house', what: 'received' };
    const received = [first, second].map((bed) =>
      bed.metric('fieldstream_bridge_source_messages_total', labels),
    );
    // Both have a share, and both the metadata.
    const [one = 0, two = 0] = await Promise.all(received);
    expect(one + two).toBe(42);
    expect(Math.min(one, two)).toBeGreaterThan(1);
  });
});
