import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import {
  eventually,
  makeAuthority,
  makeCertificate,
  makeCertificateFolder,
  type CertificateFolder,
} from '@fieldstream/testing';
import { KafkaTail } from './bridge-support.js';
import { closed, startRegistryBed, type Credentials, type RegistryBed } from './registry-support.js';

jest.setTimeout(120_000);

const REFUSED = 'fieldstream_bridge_connects_refused_total';
const PASSWORD = 'correct horse battery staple';

let bed: RegistryBed;
let folder: CertificateFolder;
let tail: KafkaTail;
let pump: Credentials;
let fan: Credentials;
let hub: Credentials;

// Names that are claimed here are those of the test of it: whoever gives no long password is refused as everywhere.
beforeAll(async () => {
  folder = await makeCertificateFolder(true);
  bed = await startRegistryBed('bridge_security', 'registered', (config) => ({
    ...config,
    listeners: folder.listeners,
    devices: { ...config.devices, claimsByFirstUse: true },
  }));
  tail = new KafkaTail(bed.api.kafka, bed.api.bed.topicPrefix);
  await tail.start();
  const answer = await fetch(`${bed.api.client.url}/api/devices/import?format=ndjson`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: 'deviceId,gatewayId\npump,\nfan,\nhub,\nvalve,hub\ngone,hub\noff,\n',
  });
  const lines = (await answer.text()).trim().split('\n');
  const tokens = new Map(
    lines.map((line) => {
      const { deviceId, token } = JSON.parse(line) as { deviceId: string; token: string };
      return [deviceId, { username: deviceId, password: token }];
    }),
  );
  const credentialsOf = (name: string): Credentials => tokens.get(name) ?? { username: name, password: '' };
  [pump, fan, hub] = [credentialsOf('pump'), credentialsOf('fan'), credentialsOf('hub')];
  for (const name of ['off', 'gone']) await bed.api.client.send('POST', `/api/devices/${name}/disable`);
  await eventually(async () => (await bed.returnCode({ ...credentialsOf('off') })) === 5, {
    what: 'the bridge knowing all of them',
  });
}, 120_000);

afterAll(async () => {
  await tail?.close();
  await bed?.close();
  await folder?.remove();
}, 120_000);

async function overTls(options: IClientOptions): Promise<MqttClient> {
  const url = `mqtts://127.0.0.1:${bed.bridge().furtherPorts.tls}`;
  const client = await mqtt.connectAsync(
    url,
    { reconnectPeriod: 0, connectTimeout: 10_000, ca: folder.authority.cert, ...options },
    false,
  );
  client.on('error', () => {});
  return client;
}

const codeOf = (connecting: Promise<MqttClient>): Promise<unknown> =>
  connecting.then(
    async (client) => {
      await client.endAsync(true);
      return 0;
    },
    (error: { code?: unknown }) => error.code,
  );

const forbidden = (): Promise<number> =>
  bed.metric('fieldstream_bridge_publishes_total', 'outcome="forbidden"');

const granted = (client: MqttClient, filter: string): Promise<number | undefined> =>
  client.subscribeAsync(filter, { qos: 1 }).then(
    ([grant]) => grant?.qos,
    () => 128,
  );

describe('who connects', () => {
  test.each<[string, IClientOptions, number, string]>([
    ['no credentials', {}, 5, 'no-credentials'],
    ['an unknown name', { username: 'ghost', password: 'sesame' }, 5, 'unknown-device'],
    ['no token', { username: 'pump' }, 4, 'no-token'],
    ['a wrong token', { username: 'pump', password: 'w'.repeat(32) }, 5, 'wrong-token'],
    ['a disabled device', { username: 'off', password: 'w'.repeat(32) }, 5, 'disabled'],
  ])('%s: refused and counted', async (_, options, code, reason) => {
    const before = await bed.metric(REFUSED, `reason="${reason}"`);
    expect(await bed.returnCode(options)).toBe(code);
    expect(await bed.metric(REFUSED, `reason="${reason}"`)).toBe(before + 1);
  });

  test("another's token lets nobody in", async () => {
    expect(await bed.returnCode({ username: 'pump', password: fan.password })).toBe(5);
  });
});

describe('certificates', () => {
  const connect = async (name: string, options: IClientOptions = {}): Promise<MqttClient> =>
    overTls({ ...(await makeCertificate(folder.authority, name)), ...options });

  test('the common name is the device, without a password', async () => {
    const client = await connect('pump', { clientId: 'certified' });
    await client.publishAsync('devices/pump/telemetry', '{"certified": 1}', { qos: 1 });
    expect(await granted(client, 'devices/pump/commands')).toBe(1);
    expect(await granted(client, 'devices/fan/commands')).toBe(128);
    await client.endAsync(true);
  });

  test.each<[string, string, IClientOptions, string]>([
    ['of nobody', 'stranger', {}, 'unknown-device'],
    [
      'of nobody, with a long password',
      'stranger',
      { username: 'stranger', password: PASSWORD },
      'unknown-device',
    ],
    ['of a disabled device', 'off', {}, 'disabled'],
    ['with the name of another', 'pump', { username: 'fan' }, 'other-name'],
  ])('one %s is refused', async (_, name, options, reason) => {
    const before = await bed.metric(REFUSED, `reason="${reason}"`);
    expect(await codeOf(connect(name, options))).toBe(5);
    expect(await bed.metric(REFUSED, `reason="${reason}"`)).toBe(before + 1);
  });

  test.each(['expired', 'foreign'])('an %s one gets no connection', async (kind) => {
    const authority = kind === 'foreign' ? await makeAuthority('somebody else') : folder.authority;
    const pair = await makeCertificate(authority, 'pump', { expired: kind === 'expired' });
    await expect(overTls(pair)).rejects.toThrow();
  });

  test('disabling its device cuts a connection that has no user name', async () => {
    await bed.register('certified');
    const client = await eventually(() => connect('certified').catch(() => false as const), {
      what: 'the bridge knowing it',
    });
    await Promise.all([closed(client), bed.api.client.send('POST', '/api/devices/certified/disable')]);
  });
});

describe('publishing', () => {
  test.each(['devices/fan/telemetry', 'devices/fan/pump', '$SYS/pump', 'alerts/pump/hot', 'somewhere/else'])(
    'to %s closes the connection without an acknowledgement',
    async (topic) => {
      const before = await forbidden();
      const client = await bed.connect({ ...pump });
      const outcome = client.publishAsync(topic, '{"t": 1}', { qos: 1 }).then(
        () => 'acknowledged',
        () => 'refused',
      );
      await closed(client);
      await client.endAsync(true);
      expect(await outcome).toBe('refused');
      expect(await forbidden()).toBe(before + 1);
    },
  );

  test('on the topics of a device family: own readings are stored, those of others are not', async () => {
    const client = await bed.connect({ ...pump });
    await client.publishAsync('tele/pump/SENSOR', '{"AM2301":{"Temperature":21}}', { qos: 1 });
    await client.publishAsync('tele/fan/SENSOR', '{"AM2301":{"Temperature":99}}', { qos: 1 });
    expect(client.connected).toBe(true);
    await eventually(
      () =>
        tail.deadLetters.some(
          ({ reason, mqttTopic }) => reason === 'not-own-device' && mqttTopic === 'tele/fan/SENSOR',
        ),
      { what: 'the dead letter' },
    );
    await eventually(() => tail.samplesOf('pump').some(([, values]) => Object.values(values).includes(21)), {
      what: 'its own reading',
    });
    expect(tail.samplesOf('fan')).toEqual([]);
  });

  test('the device is who publishes, whatever the payload says', async () => {
    const client = await bed.connect({ ...pump });
    await client.publishAsync('devices/pump/telemetry', '[{"bn":"urn:dev:mac:fan:","n":"forged","v":1}]', {
      qos: 1,
    });
    await client.publishAsync('v1/devices/me/telemetry', '{"mine": 5}', { qos: 1 });
    await eventually(() => tail.samplesOf('pump').some(([, values]) => 'mine' in values), {
      what: 'its reading',
    });
    expect(new Set(tail.telemetry.map(({ deviceId }) => deviceId))).toEqual(new Set(['pump']));
  });
});

describe('reading', () => {
  test.each([
    ['#', 128],
    ['$SYS/#', 128],
    ['+/#', 128],
    ['+/pump/#', 128],
    ['devices/+/commands', 128],
    ['devices/fan/#', 128],
    ['alerts/fan/#', 128],
    ['cmnd/fan/#', 128],
    ['$share/all/devices/pump/#', 128],
    ['devices/pump/#', 1],
    ['alerts/pump/#', 1],
    ['cmnd/pump/#', 1],
    ['cmnd/pump/POWER', 1],
  ])('%s is answered with %i', async (filter, expected) => {
    expect(await granted(await bed.connect({ ...pump }), filter)).toBe(expected);
  });

  test('a command of another device is no command', async () => {
    const client = await bed.connect({ ...pump });
    const seen: string[] = [];
    client.on('message', (topic, payload) => seen.push(`${topic} ${payload.toString()}`));
    await client.subscribeAsync('cmnd/pump/#', { qos: 1 });
    const other = await bed.connect({ ...fan });
    for (const retain of [false, true]) {
      const outcome = other.publishAsync('cmnd/pump/fan', 'forged', { qos: 1, retain });
      await outcome.catch(() => {});
    }
    await client.publishAsync('cmnd/pump/POWER', 'own', { qos: 1 });
    await eventually(() => seen.length > 0, { what: 'what it said itself' });
    const late = await bed.connect({ ...pump, clientId: 'late' });
    late.on('message', (topic, payload) => seen.push(`${topic} ${payload.toString()}`));
    await late.subscribeAsync('cmnd/pump/#', { qos: 1 });
    await late.publishAsync('cmnd/pump/POWER', 'later', { qos: 1 });
    await eventually(() => seen.filter((message) => message.endsWith('later')).length === 2, {
      what: 'what the second one said',
    });
    expect(seen.filter((message) => message.includes('forged'))).toEqual([]);
  });
});

describe('wills', () => {
  test.each([
    ['devices/fan/status', 5],
    ['$SYS/x', 5],
    ['alerts/pump/x', 5],
    ['tele/fan/LWT', 5],
    ['somewhere/else', 5],
    ['devices/pump/status', 0],
    ['tele/pump/LWT', 0],
  ])('on %s: %i', async (topic, code) => {
    const will = { topic, payload: Buffer.from('Offline'), qos: 1 as const, retain: true };
    expect(await bed.returnCode({ ...pump, will })).toBe(code);
  });
});

test('the session of another device cannot be taken over, nor what waits in it', async () => {
  const session = { clientId: 'shared', clean: false };
  const asleep = await bed.connect({ ...pump, ...session });
  await asleep.subscribeAsync('devices/pump/commands', { qos: 1 });
  await asleep.endAsync();
  const own = await bed.connect({ ...pump });
  await own.publishAsync('devices/pump/commands', 'secret', { qos: 1 });
  const url = `mqtt://127.0.0.1:${bed.bridge().mqttPort}`;
  const seen: string[] = [];
  const resume = async (credentials: Credentials): Promise<MqttClient> => {
    const client = mqtt.connect(url, { ...credentials, ...session, reconnectPeriod: 0 });
    client.on('message', (_, payload) => seen.push(`${credentials.username} ${payload.toString()}`));
    await eventually(() => client.connected, { what: 'the session' });
    return client;
  };
  const thief = await resume(fan);
  const owner = await resume(pump);
  await eventually(() => seen.length > 0, { what: 'what waited' });
  expect(seen).toEqual(['pump secret']);
  expect([thief.connected, owner.connected]).toEqual([true, true]);
  await Promise.all([thief.endAsync(true), owner.endAsync(true)]);
});

describe('a gateway', () => {
  test('speaks and listens for the devices that are registered with it, and for no others', async () => {
    const client = await bed.connect({ ...hub });
    await client.publishAsync('devices/valve/telemetry', '{"open": 1}', { qos: 1 });
    await client.publishAsync('devices/gone/telemetry', '{"open": 1}', { qos: 1 });
    await eventually(() => tail.samplesOf('valve').length > 0, { what: 'the reading' });
    await eventually(() => tail.deadLetters.some(({ mqttTopic }) => mqttTopic === 'devices/gone/telemetry'), {
      what: 'the dead letter of the disabled device',
    });
    expect(await granted(client, 'devices/valve/commands')).toBe(1);
    expect(await granted(client, 'cmnd/valve/#')).toBe(1);
    expect(await granted(client, 'devices/fan/commands')).toBe(128);
    const { status, body } = await bed.api.client.send('PATCH', '/api/devices/valve', { gatewayId: null });
    expect([status, body]).toMatchObject([200, { gatewayId: null }]);
    await eventually(
      () => {
        if (client.connected) client.publish('devices/valve/telemetry', '{"open": 2}', { qos: 1 });
        return !client.connected;
      },
      { what: 'the gateway losing its device', everyMs: 20 },
    );
    await client.endAsync(true);
  });

  test.each([
    ['nobody', 'pump', 'ghost', 400],
    ['itself', 'pump', 'pump', 400],
    ['another device', 'pump', 'hub', 200],
    ['none', 'pump', null, 200],
  ])('can be %s: PATCH %s with %s is answered with %i', async (_, deviceId, gatewayId, status) => {
    expect((await bed.api.client.send('PATCH', `/api/devices/${deviceId}`, { gatewayId })).status).toBe(
      status,
    );
  });

  test('that is removed leaves its devices without one', async () => {
    await bed.register('short-lived');
    await bed.api.client.send('PATCH', '/api/devices/fan', { gatewayId: 'short-lived' });
    await bed.api.client.send('DELETE', '/api/devices/short-lived');
    expect((await bed.api.client.get('/api/devices/fan')).body).toMatchObject({ gatewayId: null });
  });
});

describe('claiming a name by its first use', () => {
  test('registers it with the password, for whoever comes first', async () => {
    const mine = { username: 'claimed', password: PASSWORD };
    await eventually(async () => (await bed.returnCode(mine)) === 0, {
      what: 'the API registering it',
      timeoutMs: 30_000,
    });
    expect((await bed.api.client.get('/api/devices/claimed')).body).toMatchObject({ registered: true });
    expect(await bed.returnCode({ username: 'claimed', password: `${PASSWORD}!` })).toBe(5);
    expect(await bed.returnCode(mine)).toBe(0);
    const { rows } = await bed.api.pool.query('SELECT * FROM device_registration');
    expect(JSON.stringify(rows)).not.toContain(PASSWORD);
  });

  test('takes nothing from a device that is registered', async () => {
    expect(await bed.returnCode({ username: 'pump', password: PASSWORD })).toBe(5);
    expect(await bed.returnCode({ ...pump })).toBe(0);
    expect(await bed.returnCode({ username: 'no/id', password: PASSWORD })).toBe(5);
  });
});
