import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import mqtt from 'mqtt';
import { brokenOffsetIdentities, compareReadings, eventually } from '@fieldstream/testing';
import { bringBack, takeAway } from '../support/engine-faults.js';
import { consumed, expectRollupEqualsRaw } from '../support/expectations.js';
import { esp32, FamilyPublishers, tasmotaPlug, zigbeeList, zigbeeSensor } from '../support/family-streams.js';
import { recordCount } from '../support/kafka-log.js';
import { describeWithMosquitto, Mosquitto } from '../support/mosquitto.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';

jest.setTimeout(900_000);

const AWAY_MS = Number(process.env['OUTAGE_SECONDS'] ?? 2) * 1_000;
const RESENT_MS = 60_000 + AWAY_MS;

describeWithMosquitto('3. one row per reading, from whatever family and broker', (program) => {
  let folder: string;
  let mosquitto: Mosquitto;
  let pipeline: Pipeline;
  let own: FamilyPublishers;
  let foreign: FamilyPublishers;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'any-family-'));
    mosquitto = await Mosquitto.start(program);
    const path = join(folder, 'sources.yaml');
    const topics = '["tele/#", "zigbee2mqtt/#", "devices/#"]';
    await writeFile(path, `sources: [{ name: house, url: "${mosquitto.url}", topics: ${topics} }]`);
    pipeline = await startPipeline('family', ['aggregator', 'bridge'], {
      SOURCES_PATH: path,
      MQTT_STATE_PATH: join(folder, 'state'),
    });
    const firstMs = Math.floor(Date.now() / 1_000) * 1_000 - 4 * 3_600_000;
    // The same names in both houses: whose sensors they are is known by the broker.
    const connect = async (url: string, house: string): Promise<FamilyPublishers> => {
      const sensors = [
        [`0x00158d0001a2b3${house}`, 'attic/sensor'],
        [`0x00158d0001a2b4${house}`, 'cellar'],
      ] as const;
      const bridge = await mqtt.connectAsync(url);
      const retained = { qos: 1, retain: true } as const;
      await bridge.publishAsync('zigbee2mqtt/bridge/devices', zigbeeList(sensors), retained);
      await bridge.endAsync();
      const zigbee = sensors.map(([address, name]) => zigbeeSensor(address, name));
      const streams = [tasmotaPlug(`plug-${house}`), ...zigbee, esp32(`esp-${house}`)];
      return FamilyPublishers.connect(url, streams, firstMs);
    };
    own = await connect(pipeline.mqttUrl, '01');
    foreign = await connect(mosquitto.url, '02');
  });

  afterEach(async () => {
    await bringBack(pipeline.bed, 'kafka');
    await bringBack(pipeline.bed, 'postgres');
  });

  afterAll(async () => {
    await own?.close();
    await foreign?.close();
    await pipeline?.close();
    await mosquitto?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test(`Mosquitto, Kafka, the bridge and the database away for ${AWAY_MS / 1_000} s each: what was acked is there once`, async () => {
    const bridge = pipeline.service('bridge');
    const outages: [what: string, take: () => Promise<void>, back: () => Promise<void>][] = [
      ['Mosquitto', () => mosquitto.takeAway(), () => mosquitto.bringBack()],
      ['Kafka', () => takeAway(pipeline.bed, 'kafka'), () => bringBack(pipeline.bed, 'kafka')],
      ['the bridge', () => bridge.kill('SIGKILL'), () => bridge.restart({ signal: 'SIGKILL' })],
      ['the database', () => takeAway(pipeline.bed, 'postgres'), () => bringBack(pipeline.bed, 'postgres')],
    ];
    own.start();
    foreign.start();
    const atWork = async (what: string): Promise<void> => {
      const least = [own.leastAcked + 10, foreign.leastAcked + 10] as const;
      await eventually(() => own.leastAcked >= least[0] && foreign.leastAcked >= least[1], {
        timeoutMs: RESENT_MS,
        what: `acks of every device ${what}`,
      });
    };
    await atWork('at the start');
    for (const [what, take, back] of outages) {
      await take();
      const backAt = Date.now() + AWAY_MS;
      await eventually(() => Date.now() >= backAt, { timeoutMs: AWAY_MS * 2, what: `${what} being away` });
      await back();
      await atWork(`after ${what} was away`);
    }
    own.finish();
    foreign.finish();
    await eventually(() => expect([own.acked, foreign.acked]).toEqual([own.sent, foreign.sent]), {
      timeoutMs: RESENT_MS,
      what: 'everything being acked',
    });
    const compare = async () => {
      await consumed(pipeline, 'fieldstream-aggregator', 'telemetry.readings');
      return compareReadings(pipeline.sql, [...own.readings(), ...foreign.readings()]);
    };
    // What Mosquitto has acked is on its way here.
    await eventually(async () => expect((await compare()).missing.count).toBe(0), {
      timeoutMs: RESENT_MS,
      everyMs: 500,
      what: 'everything being stored',
    });
    const { missing, unexpected, stored } = await compare();
    const readings = [...own.readings(), ...foreign.readings()].length;
    process.stderr.write(
      `away ${AWAY_MS / 1_000} s each: ${own.acked} publishes acked here, ${foreign.acked} by Mosquitto, ${readings} readings, ` +
        `${stored} rows, ${await recordCount(pipeline.bed, 'telemetry.readings')} records\n`,
    );
    expect(missing).toEqual({ count: 0, examples: [] });
    expect(unexpected).toEqual({ count: 0, examples: [] });
    expect(stored).toBe(readings);
    await expectRollupEqualsRaw(pipeline);
    expect(await brokenOffsetIdentities(pipeline.sql)).toEqual([]);
    // Nothing was stored under another name, such as that of a sensor whose address was forgotten.
    const devices = await pipeline.sql.query<{ count: string }>(
      'SELECT count(DISTINCT device_id) AS count FROM series',
    );
    expect(Number(devices.rows[0]?.count)).toBe(8);
  });
});
