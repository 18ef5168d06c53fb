import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MetricDescription } from '@fieldstream/domain';
import {
  DeviceReader,
  inConsumerTransaction,
  LatestReader,
  migrate,
  readChangedLabels,
  SeriesRegistry,
  writeDescriptions,
  writeTelemetry,
} from '@fieldstream/timescale';
import type { DescriptionEvent } from '@fieldstream/wire';
import { FLAVOURS, type FlavourDatabase, silent } from './timescale-flavours.js';

const NOON = Date.UTC(2026, 5, 1, 12);

type Told = Partial<Omit<DescriptionEvent, 'kind' | 'metrics'>> & {
  readonly deviceId: string;
  readonly metrics?: Record<string, MetricDescription>;
};

describe.each(FLAVOURS)('descriptions on the $name edition', (flavour) => {
  let database: FlavourDatabase;
  let devices: DeviceReader;
  beforeAll(async () => {
    database = await flavour.open();
    await migrate(database.pool, silent);
    devices = new DeviceReader(database.pool);
  }, 60_000);
  afterAll(() => database.close(), 120_000);

  const toEvent = ({ metrics, ...rest }: Told): DescriptionEvent => ({
    kind: 'description',
    family: 'test',
    timeMs: NOON,
    ...rest,
    ...(metrics ? { metrics: new Map(Object.entries(metrics)) } : {}),
  });
  const tell = (...told: Told[]): Promise<void> =>
    inConsumerTransaction(database.pool, 'test', (client) => writeDescriptions(client, told.map(toEvent)));
  const observe = (deviceId: string, metrics: readonly string[], units: Record<string, string> = {}) =>
    inConsumerTransaction(database.pool, 'test', async (client) =>
      writeTelemetry(client, await new SeriesRegistry().open(client), [
        [
          {
            deviceId,
            receivedAtMs: NOON,
            samples: [{ timeMs: NOON, values: new Map(metrics.map((metric) => [metric, 1])) }],
            units: new Map(Object.entries(units)),
          },
        ],
      ]),
    );
  const series = async (deviceId: string): Promise<unknown[]> =>
    (await new LatestReader(database.pool).list(deviceId, { limit: 10 })).items.map(
      ({ metric, unit, name, deviceClass }) => [metric, unit, name, deviceClass],
    );

  test('make the device; of each part the newest by its time wins, and a part that is missing says nothing', async () => {
    await tell({ deviceId: 'plug', name: 'Plug', manufacturer: 'Maker', model: 'A1', timeMs: NOON });
    await tell({ deviceId: 'plug', model: 'A2', timeMs: NOON + 2 });
    await tell({ deviceId: 'plug', model: 'old', firmware: '1.0', timeMs: NOON + 1 });
    const told = {
      name: 'Plug',
      family: 'test',
      manufacturer: 'Maker',
      model: 'A2',
      firmware: '1.0',
      via: null,
      firstSeen: new Date(NOON),
      lastSeen: null,
    };
    expect(await devices.find('plug')).toMatchObject(told);
    await tell({ deviceId: 'plug', model: 'A2', timeMs: NOON + 2 });
    expect(await devices.find('plug')).toMatchObject(told);
  });

  test('a name that somebody gave stays; without it the one that is told holds', async () => {
    await tell({ deviceId: 'lamp', name: 'told' });
    await devices.change('lamp', { name: 'given', maxLabels: 50 });
    await tell({ deviceId: 'lamp', name: 'told anew', timeMs: NOON + 1 });
    expect(await devices.find('lamp')).toMatchObject({ name: 'given' });
    expect(await devices.change('lamp', { name: null, maxLabels: 50 })).toMatchObject({ name: 'told anew' });
    await tell({ deviceId: 'lamp', name: 'newest', timeMs: NOON + 2 });
    expect(await devices.find('lamp')).toMatchObject({ name: 'newest' });
  });

  test('reach the series that are there, and those that come later; the unit of a payload goes before', async () => {
    await observe('sensor', ['t', 'p'], { p: 'mbar' });
    await tell({
      deviceId: 'sensor',
      metrics: {
        t: { unit: '°C', name: 'Outside', deviceClass: 'temperature' },
        p: { unit: 'hPa', name: 'Pressure' },
        h: { unit: '%', deviceClass: 'humidity' },
        w: { unit: 'W' },
      },
    });
    await tell({ deviceId: 'sensor', metrics: { h: { name: 'Humidity' } }, timeMs: NOON + 1 });
    await observe('sensor', ['h', 'w'], { w: 'kW' });
    expect(await series('sensor')).toEqual([
      ['h', '%', 'Humidity', 'humidity'],
      ['p', 'mbar', 'Pressure', null],
      ['t', '°C', 'Outside', 'temperature'],
      ['w', 'kW', null, null],
    ]);
  });

  test('the gateway becomes a label, unless somebody has set it; the alerter hears of it', async () => {
    const { revision } = await readChangedLabels(database.pool, 0);
    await tell({ deviceId: 'own', gatewayId: 'gw' }, { deviceId: 'labelled', name: 'x' });
    await devices.change('labelled', { labels: { gateway: 'mine' }, maxLabels: 50 });
    await tell({ deviceId: 'own', gatewayId: 'gw-2', timeMs: NOON + 1 });
    await tell({ deviceId: 'labelled', gatewayId: 'gw', timeMs: NOON + 1 });
    const changed = (await readChangedLabels(database.pool, revision)).devices;
    expect(Object.fromEntries(changed.map(({ deviceId, labels }) => [deviceId, labels]))).toEqual({
      own: { gateway: 'gw-2' },
      labelled: { gateway: 'mine' },
    });
    expect(await devices.find('labelled')).toMatchObject({ via: 'gw' });
  });
});
