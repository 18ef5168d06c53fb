import 'reflect-metadata';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { MqttClient } from 'mqtt';
import { loadConfig } from '@fieldstream/config';
import { createLogger } from '@fieldstream/observability';
import { eventually } from '@fieldstream/testing';
import { startAggregator } from '../../apps/aggregator/src/start.js';
import { closed, startRegistryBed, type Credentials, type RegistryBed } from './registry-support.js';

jest.setTimeout(120_000);

const WRONG = 'w'.repeat(32);
const REJECTED = 'fieldstream_bridge_rejects_total';
const silent = createLogger({ name: 'aggregator', level: 'silent' });

const post = (bed: RegistryBed, path: string) => bed.api.client.send('POST', path);
const known = async (bed: RegistryBed, credentials: Credentials): Promise<void> => {
  await eventually(async () => (await bed.returnCode({ ...credentials })) === 0, {
    what: `the bridge letting ${credentials.username} in`,
  });
};

describe('DEVICE_POLICY=registered', () => {
  let bed: RegistryBed;
  let pump: Credentials;
  let fan: Credentials;
  let aggregator: { close(): Promise<void> };

  beforeAll(async () => {
    bed = await startRegistryBed('bridge_registered', 'registered');
    const env = { ...bed.api.bed.env, KAFKA_PARTITIONS: '2', OPS_PORT: '0' };
    aggregator = await startAggregator(loadConfig('aggregator', env), silent);
    pump = await bed.register('pump');
    fan = await bed.register('fan');
    await known(bed, pump);
    await known(bed, fan);
  }, 120_000);

  afterAll(async () => {
    await aggregator?.close();
    await bed?.close();
  }, 120_000);

  test('a registered device connects with the shown credentials, and what it publishes is stored', async () => {
    const client = await bed.connect({ ...pump, clientId: 'any client ID' });
    await client.publishAsync('devices/pump/telemetry', '{"t": 21.5}', { qos: 1 });
    await eventually(
      async () => {
        const { body } = await bed.api.client.get<{ values: object[] }>('/api/devices/pump/latest');
        expect(body.values).toMatchObject([{ metric: 't', value: 21.5 }]);
        return true;
      },
      { what: 'the reading' },
    );
    const device = await eventually(
      async () => {
        const { body } = await bed.api.client.get('/api/devices/pump');
        return body['presence'] === 'online' && body;
      },
      { what: 'the presence of the device, whatever its client ID' },
    );
    expect(device).toMatchObject({ registered: true });
  });

  test.each([
    ['nobody', {}, 5],
    ['an unknown device', { username: 'ghost', password: WRONG }, 5],
    ['a device without its token', { username: 'pump' }, 4],
    ['a wrong token', { username: 'pump', password: WRONG }, 5],
    ['a password that is no token', { username: 'pump', password: 'sesame' }, 5],
  ])('%s is refused', async (_, options, code) => {
    expect(await bed.returnCode(options)).toBe(code);
  });

  test('the token of one device lets no other in, and refusals are counted', async () => {
    const before = await bed.metric('fieldstream_bridge_connects_refused_total', 'reason="wrong-token"');
    expect(await bed.returnCode({ username: 'pump', password: fan.password })).toBe(5);
    expect(await bed.metric('fieldstream_bridge_connects_refused_total', 'reason="wrong-token"')).toBe(
      before + 1,
    );
  });

  test.each(['devices/fan/telemetry', 'anything', '$SYS/x', 'alerts/pump/hot'])(
    'publishing to %s closes the connection without an acknowledgement',
    async (topic) => {
      const client = await bed.connect({ ...pump });
      const outcome = client.publishAsync(topic, '{"t": 1}', { qos: 1 }).then(
        () => 'acknowledged',
        () => 'refused',
      );
      await closed(client);
      await client.endAsync(true);
      expect(await outcome).toBe('refused');
    },
  );

  test('a will for another device is refused, one for itself is published', async () => {
    const will = (topic: string) => ({ will: { topic, payload: Buffer.from('offline'), qos: 1 as const } });
    expect(await bed.returnCode({ ...pump, ...will('devices/fan/status') })).toBe(5);
    const watcher = await bed.connect({ ...pump, clientId: 'watcher' });
    const seen = messages(watcher);
    await watcher.subscribeAsync('devices/pump/#');
    const client = await bed.connect({ ...pump, clientId: 'willing', ...will('devices/pump/status') });
    client.stream.destroy();
    await eventually(() => seen.includes('devices/pump/status offline'), { what: 'the will' });
  });

  test('subscriptions reach what is its own', async () => {
    const client = await bed.connect({ ...pump, clientId: 'reader' });
    const filters = ['devices/pump/#', 'alerts/pump/+', '#', '+/+/telemetry', 'devices/fan/#', '$SYS/#'];
    const granted = await client.subscribeAsync(filters).catch((error: unknown) => error);
    // The client reports the refused ones as an error; one by one they show which.
    const codes = await Promise.all(
      filters.map((filter) =>
        client.subscribeAsync(filter).then(
          ([grant]) => grant?.qos,
          () => 128,
        ),
      ),
    );
    expect(granted).toBeDefined();
    expect(codes).toEqual([0, 0, 128, 128, 128, 128]);
    const seen = messages(client);
    const other = await bed.connect({ ...fan });
    await other.publishAsync('devices/fan/telemetry', '{"t": 2}', { qos: 1 });
    await client.publishAsync('devices/pump/telemetry', '{"t": 3}', { qos: 1 });
    await eventually(() => seen.length > 0, { what: 'its own message' });
    expect(seen).toEqual(['devices/pump/telemetry {"t": 3}']);
  });

  test('a session that was away gets nothing of others, even if it asked together with its own', async () => {
    const session = { ...pump, clientId: 'sleeper', clean: false };
    const asleep = await bed.connect(session);
    await asleep.subscribeAsync(['devices/pump/#', 'devices/fan/#'], { qos: 1 }).catch(() => {});
    await asleep.endAsync();
    const other = await bed.connect({ ...fan });
    await other.publishAsync('devices/fan/telemetry', '{"t": 4}', { qos: 1 });
    const own = await bed.connect({ ...pump });
    await own.publishAsync('devices/pump/telemetry', '{"t": 5}', { qos: 1 });
    const seen: string[] = [];
    const awake = await bed.connect({ ...session, manualConnect: false });
    awake.on('message', (topic, payload) => seen.push(`${topic} ${payload.toString()}`));
    await own.publishAsync('devices/pump/telemetry', '{"t": 6}', { qos: 1 });
    await eventually(() => seen.some((message) => message.includes('6')), { what: 'the newest message' });
    expect(seen.filter((message) => message.includes('fan'))).toEqual([]);
  });

  test('the client ID of another device takes nothing over', async () => {
    const mine = await bed.connect({ ...pump, clientId: 'shared' });
    const theirs = await bed.connect({ ...fan, clientId: 'shared' });
    await mine.publishAsync('devices/pump/telemetry', '{"t": 7}', { qos: 1 });
    await theirs.publishAsync('devices/fan/telemetry', '{"t": 8}', { qos: 1 });
    expect([mine.connected, theirs.connected]).toEqual([true, true]);
    const again = await bed.connect({ ...pump, clientId: 'shared' });
    await closed(mine);
    expect([again.connected, theirs.connected]).toEqual([true, true]);
  });

  test('a new token closes the connections of the old one, which is refused from then on', async () => {
    const old = await bed.register('rotating');
    await known(bed, old);
    const client = await bed.connect({ ...old });
    const { body } = await bed.api.client.send<{ credentials: Credentials }>(
      'POST',
      '/api/devices/rotating/token',
    );
    await closed(client);
    expect(await bed.returnCode({ ...old })).toBe(5);
    expect(await bed.returnCode({ ...body.credentials })).toBe(0);
  });

  test('disabling closes the connections at once, and enabling lets the same token in again', async () => {
    const credentials = await bed.register('switched');
    await known(bed, credentials);
    const client = await bed.connect({ ...credentials });
    await Promise.all([closed(client), post(bed, '/api/devices/switched/disable')]);
    expect(await bed.returnCode({ ...credentials })).toBe(5);
    await post(bed, '/api/devices/switched/enable');
    await known(bed, credentials);
  });

  test('a deleted device is refused; registered again it has another token', async () => {
    const credentials = await bed.register('leaving');
    await known(bed, credentials);
    const client = await bed.connect({ ...credentials });
    const [, answer] = await Promise.all([
      closed(client),
      bed.api.client.send('DELETE', '/api/devices/leaving?history=delete'),
    ]);
    expect(answer.status).toBeLessThan(300);
    expect(await bed.returnCode({ ...credentials })).toBe(5);
    const next = await eventually(() => bed.register('leaving'), { what: 'the device being gone' });
    await known(bed, next);
    expect(await bed.returnCode({ ...credentials })).toBe(5);
  });

  test('a bridge that starts knows every device, without the database', async () => {
    const { status } = await bed.api.client.send('POST', '/api/devices/fan/disable');
    expect(status).toBe(200);
    await eventually(async () => (await bed.returnCode({ ...fan })) === 5, { what: 'fan being refused' });
    await bed.restartBridge();
    expect(await bed.returnCode({ ...pump })).toBe(0);
    expect(await bed.returnCode({ ...fan })).toBe(5);
    expect(await bed.returnCode({ username: 'ghost', password: WRONG })).toBe(5);
    await post(bed, '/api/devices/fan/enable');
    await known(bed, fan);
  });

  test('200 devices that connect at once are all let in, and the loop goes on meanwhile', async () => {
    const credentials = await Promise.all(
      Array.from({ length: 20 }, (_, index) => bed.register(`many-${index}`)),
    );
    await eventually(async () => (await bed.metric('fieldstream_bridge_registered_devices')) >= 20, {
      what: 'the bridge knowing them',
    });
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const begin = performance.now();
    const connects = credentials.flatMap((one) =>
      Array.from({ length: 10 }, (_, index) =>
        bed.returnCode({ ...one, clientId: `${one.username}-${index}` }),
      ),
    );
    expect(new Set(await Promise.all(connects))).toEqual(new Set([0]));
    delay.disable();
    // One comparison takes tens of milliseconds; all of them in this thread would be one stall.
    expect(delay.max / 1e6).toBeLessThan((performance.now() - begin) / 2);
    const compared = await bed.metric('fieldstream_bridge_token_checks_total');
    expect(await bed.returnCode({ ...(credentials[0] ?? pump) })).toBe(0);
    expect(await bed.metric('fieldstream_bridge_token_checks_total')).toBe(compared);
  });
});

describe('DEVICE_POLICY=open', () => {
  let bed: RegistryBed;

  beforeAll(async () => {
    bed = await startRegistryBed('bridge_open', 'open');
  }, 120_000);

  afterAll(async () => {
    await bed?.close();
  }, 120_000);

  test('anybody may connect, but as a registered device only who has its token', async () => {
    expect(await bed.returnCode({})).toBe(0);
    expect(await bed.returnCode({ username: 'somebody', password: 'else' })).toBe(0);
    const credentials = await bed.register('owned');
    await eventually(async () => (await bed.returnCode({ username: 'owned' })) === 4, {
      what: 'the name being refused without a token',
    });
    expect(await bed.returnCode({ username: 'owned', password: WRONG })).toBe(5);
    expect(await bed.returnCode({ ...credentials })).toBe(0);
    // As any client may: a gateway publishes for many.
    const client = await bed.connect({ ...credentials });
    await client.publishAsync('devices/another/telemetry', '{"t": 1}', { qos: 1 });
    await client.subscribeAsync('#');
  });

  test('what others say of a registered device is delivered as ever, but not stored', async () => {
    const credentials = await bed.register('guarded');
    await eventually(async () => (await bed.returnCode({ username: 'guarded' })) === 4, {
      what: 'the bridge knowing it',
    });
    const stranger = await bed.connect({});
    const seen = messages(stranger);
    await stranger.subscribeAsync('devices/guarded/#');
    const before = await bed.metric(REJECTED, 'reason="not-own-device"');
    await stranger.publishAsync('devices/guarded/telemetry', '{"t": 1}', { qos: 1 });
    await eventually(() => seen.length === 1, { what: 'the message' });
    expect(await bed.metric(REJECTED, 'reason="not-own-device"')).toBe(before + 1);
    const own = await bed.connect({ ...credentials });
    await own.publishAsync('devices/guarded/telemetry', '{"t": 2}', { qos: 1 });
    await post(bed, '/api/devices/guarded/disable');
    await eventually(() => !own.connected, { what: 'the device being cut' });
    await stranger.publishAsync('devices/guarded/telemetry', '{"t": 3}', { qos: 1 });
    expect(await bed.metric(REJECTED, 'reason="not-own-device"')).toBe(before + 2);
  });

  test('connections under a name end when the device of that name is registered', async () => {
    const client = await bed.connect({ username: 'claimed' });
    const other = await bed.connect({ username: 'not-claimed' });
    await Promise.all([closed(client), bed.register('claimed')]);
    expect(other.connected).toBe(true);
  });

  test('a stranger with the client ID of a device does not keep it out', async () => {
    const credentials = await bed.register('named');
    await known(bed, credentials);
    const stranger = await bed.connect({ clientId: 'named' });
    const device = await bed.connect({ ...credentials, clientId: 'named' });
    await stranger.publishAsync('devices/x/telemetry', '{"t": 1}', { qos: 1 });
    expect([stranger.connected, device.connected]).toEqual([true, true]);
  });
});

function messages(client: MqttClient): string[] {
  const seen: string[] = [];
  client.on('message', (topic, payload) => seen.push(`${topic} ${payload.toString()}`));
  return seen;
}
