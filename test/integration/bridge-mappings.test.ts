import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@fieldstream/testing';
import { startBridgeBed, type BridgeBed, type ConfigChange } from './bridge-support.js';

let folder: string;
let path: string;
let bed: BridgeBed | undefined;

const mapped: ConfigChange = (config) => ({
  ...config,
  decoding: { mappingsPath: path, timeZone: 'Europe/Berlin' },
});
const mapping = (metric: string): string => `mappings:
  - topic: plant/{line}/temp
    device: "{line}"
    time: {path: at, format: local}
    metrics: [{name: ${metric}, path: t, unit: °C, scale: 0.1}]\n`;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fieldstream-mappings-'));
  path = join(folder, 'mappings.yaml');
});

afterEach(async () => {
  await bed?.close();
  bed = undefined;
  await rm(folder, { recursive: true });
});

test('a mapping file is in force from the start, in the zone of devices, and again once it changes', async () => {
  await writeFile(path, mapping('temperature'));
  bed = await startBridgeBed(mapped);
  const { records } = bed;
  const client = await bed.client();
  const publish = () =>
    client.publishAsync('plant/north/temp', '{"at":"2026-07-01 12:00:00","t":215}', { qos: 1 });
  await publish();
  await eventually(() => records.telemetry.length === 1, { what: 'the reading' });
  expect(records.telemetry[0]).toMatchObject({
    deviceId: 'north',
    samples: [{ timeMs: Date.UTC(2026, 6, 1, 10), values: new Map([['temperature', 21.5]]) }],
    units: new Map([['temperature', '°C']]),
  });
  await writeFile(path, mapping('warmth'));
  await eventually(
    async () => {
      await publish();
      return records.telemetry.some(({ samples }) => samples[0]?.values.has('warmth'));
    },
    { what: 'a reading by the changed file' },
  );
});

test('a faulty file stops the start, and names line and column', async () => {
  await writeFile(path, 'mappings:\n  - {topic: x, metrics: "*"}\n');
  await expect(startBridgeBed(mapped)).rejects.toThrow(`${path}:2:5: mappings[0].device: is missing`);
});
