import { expect, test } from '@jest/globals';
import { StartUp } from './start-up.js';
import { welcome } from './welcome.js';

const EMBEDDED = {
  httpPort: 3000,
  mqttPort: 1883,
  sqlUrl: 'postgres://fieldstream@127.0.0.1:5532/fieldstream',
  kafkaBroker: '127.0.0.1:9192',
  dataDir: '/srv/data',
  demoDevices: 36,
};

test('names every place and the two lines of a first sensor', () => {
  const text = welcome('127.0.0.1', '   4.1 s', EMBEDDED);
  for (const place of [
    'http://127.0.0.1:3000/',
    'mqtt://127.0.0.1:1883',
    `psql ${EMBEDDED.sqlUrl}`,
    '127.0.0.1:9192',
  ])
    expect(text).toContain(place);
  expect(text).toContain('mosquitto_pub -h 127.0.0.1 -p 1883');
  expect(text).toContain('curl http://127.0.0.1:3000/api/devices/my-sensor/latest');
  expect(text).toContain('36 simulated devices');
});

test('names the other ways in that there are', () => {
  const furtherPorts = { tls: 8883, ws: undefined, wss: 9443 };
  const text = welcome('127.0.0.1', '', { ...EMBEDDED, furtherPorts });
  expect(text).toContain('mqtts://127.0.0.1:8883');
  expect(text).toContain('wss://127.0.0.1:9443/mqtt');
  expect(text).not.toContain('ws://127.0.0.1:undefined');
});

test('says nothing of engines that are not embedded, and nothing of a demo that is off', () => {
  const text = welcome('127.0.0.1', ' 1 s', {
    httpPort: 3000,
    mqttPort: 1883,
    sqlUrl: undefined,
    kafkaBroker: undefined,
    dataDir: undefined,
    demoDevices: undefined,
  });
  expect(text).not.toMatch(/SQL|Kafka|data folder|[Dd]emo/);
});

test.each([
  ['0.0.0.0', 'http://127.0.0.1:3000/'],
  ['::', 'http://127.0.0.1:3000/'],
  ['::1', 'http://[::1]:3000/'],
  ['::1', 'mosquitto_pub -h ::1 -p 1883'],
  ['0.0.0.0', 'mqtt://127.0.0.1:1883'],
  ['192.168.1.5', 'http://192.168.1.5:3000/'],
])('listening on %s it shows %s', (host, shown) => {
  expect(welcome(host, '', EMBEDDED)).toContain(shown);
});

test('a step prints its time when it has succeeded, and nothing when it fails', async () => {
  const lines: string[] = [];
  let now = 0;
  const startUp = new StartUp(
    (text) => lines.push(text),
    () => now,
  );
  const result = await startUp.step('one', async () => {
    now = 1_250;
    return 7;
  });
  expect(result).toBe(7);
  await expect(startUp.step('two', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(lines).toEqual([expect.stringMatching(/^ {2}one {2,}1\.3 s\n$/)]);
  expect(startUp.elapsed.trim()).toBe('1.3 s');
});
