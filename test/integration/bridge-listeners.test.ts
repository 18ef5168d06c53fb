import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import {
  eventually,
  makeAuthority,
  makeCertificate,
  makeCertificateFolder,
  type CertificateFolder,
} from '@fieldstream/testing';
import { WebSocket } from 'ws';
import { publishPacket, RawMqtt, startBridgeBed, type BridgeBed } from './bridge-support.js';

jest.setTimeout(60_000);

let bed: BridgeBed;
let folder: CertificateFolder;
const clients: MqttClient[] = [];

beforeAll(async () => {
  folder = await makeCertificateFolder(true);
  bed = await startBridgeBed((config) => ({
    ...config,
    listeners: folder.listeners,
    limits: { ...config.limits, connectTimeoutMs: 1_000 },
  }));
});

afterAll(async () => {
  for (const client of clients) await client.endAsync(true);
  await bed?.close();
  await folder?.remove();
});

const urlOf = (scheme: 'mqtts' | 'ws' | 'wss', path = '/mqtt'): string => {
  const { tls, ws, wss } = bed.bridge.furtherPorts;
  return `${scheme}://127.0.0.1:${{ mqtts: tls, ws, wss }[scheme]}${scheme === 'mqtts' ? '' : path}`;
};

async function connect(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(
    url,
    { reconnectPeriod: 0, ca: folder.authority.cert, connectTimeout: 5_000, ...options },
    false,
  );
  client.on('error', () => {});
  clients.push(client);
  return client;
}

const cut = (cause: string): Promise<number> =>
  bed.metric('fieldstream_bridge_connections_cut_total', { cause });

describe.each(['mqtts', 'ws', 'wss'] as const)('%s', (scheme) => {
  test('publishes reach Kafka and subscribers, small and large, at QoS 0, 1 and 2', async () => {
    const client = await connect(urlOf(scheme), { clientId: `over-${scheme}` });
    const heard: number[] = [];
    client.on('message', (_, payload) => heard.push(payload.length));
    await client.subscribeAsync(`large/${scheme}`, { qos: 1 });
    await client.publishAsync(`large/${scheme}`, Buffer.alloc(200_000), { qos: 1 });
    for (const qos of [0, 1, 2] as const) {
      await client.publishAsync(`devices/over-${scheme}/telemetry`, `{"q${qos}":1}`, { qos });
    }
    await eventually(() => bed.records.samplesOf(`over-${scheme}`).length === 3, { what: 'the readings' });
    await eventually(() => heard.length === 1, { what: 'the large message' });
    expect(heard).toEqual([200_000]);
  });

  test('a packet that is too large cuts the connection', async () => {
    const before = (await cut('packet-too-large')) + (await cut('websocket-fault'));
    const client = await connect(urlOf(scheme));
    client.publish('t', Buffer.alloc(400_000), { qos: 1 });
    await eventually(() => !client.connected, { what: 'the bridge closing the connection' });
    expect((await cut('packet-too-large')) + (await cut('websocket-fault'))).toBe(before + 1);
  });
});

describe('the certificate of a client', () => {
  const withCertificate = async (
    name: string,
    change: { foreign?: boolean; expired?: boolean } = {},
  ): Promise<MqttClient> => {
    const authority = change.foreign ? await makeAuthority('another authority') : folder.authority;
    return connect(
      urlOf('mqtts'),
      await makeCertificate(authority, name, { expired: change.expired ?? false }),
    );
  };

  test('of the authority is taken', async () => {
    const client = await withCertificate('certified');
    await client.publishAsync('devices/certified/telemetry', '{"t":1}', { qos: 1 });
  });

  test.each([
    ['expired', { expired: true }],
    ['of a foreign authority', { foreign: true }],
  ])('%s: the connection is cut before MQTT', async (_, change) => {
    const before = await cut('certificate-refused');
    await expect(withCertificate('certified', change)).rejects.toThrow();
    expect(await cut('certificate-refused')).toBe(before + 1);
  });
});

describe('TLS', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('%s is spoken', async (version) => {
    await connect(urlOf('mqtts'), { minVersion: version, maxVersion: version } as IClientOptions);
  });

  test('TLS 1.1 and plain MQTT are turned away', async () => {
    const before = await cut('tls-handshake');
    await expect(
      connect(urlOf('mqtts'), {
        minVersion: 'TLSv1.1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      } as IClientOptions),
    ).rejects.toThrow();
    const plain = await RawMqtt.open(bed.bridge.furtherPorts.tls ?? 0);
    plain.send(publishPacket('t', 'x', { messageId: 1 }));
    await plain.untilClosed();
    expect(await cut('tls-handshake')).toBe(before + 2);
  });

  test('a handshake that is never finished is cut', async () => {
    const before = await cut('connect-timeout');
    const silent = await RawMqtt.open(bed.bridge.furtherPorts.tls ?? 0);
    await silent.untilClosed();
    expect(await cut('connect-timeout')).toBe(before + 1);
  });

  test('a renewed certificate is used by the next connection, a faulty one is not', async () => {
    const present = (): Promise<PeerCertificate> =>
      new Promise((resolve, reject) => {
        const socket = connectTls({
          port: bed.bridge.furtherPorts.tls ?? 0,
          host: '127.0.0.1',
          ca: folder.authority.cert,
        });
        socket.once('error', reject);
        socket.once('secureConnect', () => {
          resolve(socket.getPeerCertificate());
          socket.destroy();
        });
      });
    const stays = await connect(urlOf('mqtts'), { clientId: 'stays' });
    const renewed = await makeCertificate(folder.authority, 'renewed');
    await folder.renew(renewed);
    await eventually(async () => (await present()).subject.CN === 'renewed', {
      what: 'the renewed certificate',
      timeoutMs: 20_000,
    });
    const other = await makeCertificate(folder.authority, 'of another key');
    await folder.renew({ cert: other.cert, key: renewed.key });
    await eventually(async () => (await bed.metric('fieldstream_bridge_tls_reload_failing')) === 1, {
      what: 'the faulty pair noticed',
      timeoutMs: 20_000,
    });
    expect((await present()).subject.CN).toBe('renewed');
    await stays.publishAsync('devices/stays/telemetry', '{"t":1}', { qos: 1 });
  });

  test('missing files stop the start, by name', async () => {
    const missing = await makeCertificateFolder(false);
    await rm(missing.listeners.keyPath ?? '');
    await expect(
      startBridgeBed((config) => ({ ...config, listeners: missing.listeners })),
    ).rejects.toMatchObject({ code: 'tls-unusable', message: expect.stringContaining('MQTT_TLS_KEY_PATH') });
    await missing.remove();
  });
});

describe('WebSocket', () => {
  const open = (url: string, subprotocol: string | undefined, headers = {}): Promise<string> =>
    new Promise((resolve) => {
      const socket = new WebSocket(url, subprotocol === undefined ? [] : [subprotocol], { headers });
      socket.once('open', () => {
        resolve(`open, ${socket.protocol}`);
        socket.terminate();
      });
      socket.once('unexpected-response', (_, { statusCode }) => resolve(`HTTP ${statusCode}`));
      socket.once('error', (error) => resolve(error.message));
    });

  test.each([
    ['mqtt', '/mqtt', 'mqtt', {}, 'open, mqtt'],
    ['MQTT 3.1', '/mqtt', 'mqttv3.1', {}, 'open, mqttv3.1'],
    ['with a query', '/mqtt?a=1', 'mqtt', {}, 'open, mqtt'],
    ['another path', '/', 'mqtt', {}, 'HTTP 404'],
    ['another subprotocol', '/mqtt', 'chat', {}, 'HTTP 400'],
    ['no subprotocol', '/mqtt', undefined, {}, 'HTTP 400'],
    ['from a page of this host', '/mqtt', 'mqtt', { origin: 'http://localhost:3000' }, 'open, mqtt'],
    ['from a page of another host', '/mqtt', 'mqtt', { origin: 'https://example.com' }, 'HTTP 403'],
  ])('%s', async (_, path, subprotocol, headers, outcome) => {
    expect(await open(urlOf('ws', path), subprotocol, headers)).toBe(outcome);
  });

  test('what is no WebSocket is told so', async () => {
    const { status } = await fetch(`http://127.0.0.1:${bed.bridge.furtherPorts.ws}/mqtt`);
    expect(status).toBe(426);
  });

  test('a text frame ends the connection', async () => {
    const socket = new WebSocket(urlOf('ws'), ['mqtt']);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.once('open', () => socket.send('text'));
    await closed;
  });

  test('an upgrade without a CONNECT, and headers that never end, are cut', async () => {
    const before = await cut('connect-timeout');
    const idle = new WebSocket(urlOf('ws'), ['mqtt']);
    const closed = new Promise<void>((resolve) => idle.once('close', () => resolve()));
    const slow = await RawMqtt.open(bed.bridge.furtherPorts.ws ?? 0);
    slow.write(Buffer.from('GET /mqtt HTTP/1.1\r\nHost: x\r\n'));
    await Promise.all([closed, slow.untilClosed()]);
    expect(await cut('connect-timeout')).toBe(before + 2);
  });

  test('a first message that is longer than any CONNECT is cut while it comes', async () => {
    const before = await cut('packet-too-large');
    const socket = new WebSocket(urlOf('ws'), ['mqtt']);
    socket.on('error', () => {});
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const isOver = { now: false };
    void closed.then(() => (isOver.now = true));
    await new Promise<void>((resolve) => socket.once('open', () => resolve()));
    // One message in pieces: no whole frame of it ever comes.
    await eventually(
      () => {
        if (!isOver.now) socket.send(Buffer.alloc(8_192), { fin: false, binary: true });
        return isOver.now;
      },
      { what: 'the bridge closing the connection', everyMs: 5 },
    );
    expect(await cut('packet-too-large')).toBe(before + 1);
  });
});

test('mosquitto_pub publishes over TLS', async () => {
  const port = String(bed.bridge.furtherPorts.tls);
  const where = ['-h', '127.0.0.1', '-p', port, '--cafile', folder.authorityPath, '-i', 'mosquitto-tls'];
  const what = ['-t', 'devices/mosquitto-tls/telemetry', '-m', '{"t":21.5}', '-q', '1'];
  await promisify(execFile)('mosquitto_pub', [...where, ...what]);
  await eventually(() => bed.records.samplesOf('mosquitto-tls').length === 1, { what: 'the reading' });
});
