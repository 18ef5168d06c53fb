import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseSources, readSources } from './sources-file.js';

const ENV = { HOUSE_PASSWORD: 'sesame', BLANK: ' ' };

function faultsOf(text: string): string[] {
  const parsed = parseSources(text, ENV);
  return parsed.ok ? [] : parsed.faults.map(({ line, fault }) => `${line}: ${fault}`);
}

test('the least that a source needs, with what stands in for the rest', () => {
  const parsed = parseSources(
    'sources:\n  - name: house\n    url: mqtt://10.0.0.5\n    topics: ["tele/#"]\n',
    ENV,
  );
  expect(parsed).toEqual({
    ok: true,
    sources: [
      {
        name: 'house',
        url: 'mqtt://10.0.0.5',
        protocolVersion: 5,
        clientId: undefined,
        username: undefined,
        password: undefined,
        files: { password: undefined, ca: undefined, cert: undefined, key: undefined },
        rejectUnauthorized: true,
        subscriptions: [{ filter: 'tele/#', qos: 1, isShared: false }],
        keepaliveSeconds: 60,
        sessionExpirySeconds: 604_800,
        maxBacklogMessages: 1_000,
        maxBacklogBytes: 16_777_216,
      },
    ],
  });
});

test('everything that a source can have', () => {
  const parsed = parseSources(
    `sources:
  - name: plant-2
    url: mqtts://broker.example:8883
    protocol: 3.1.1
    clientId: fieldstream-plant
    username: fieldstream
    password: "\${HOUSE_PASSWORD}$\${x}"
    ca: ./ca.pem
    cert: ./client.pem
    key: ./client.key
    rejectUnauthorized: false
    sharedGroup: fieldstream
    topics: [{ filter: spBv1.0/+/NDATA/#, qos: 2 }, a/+/b]
    metadata: [{ filter: spBv1.0/+/NBIRTH/# }]
    keepaliveSeconds: 30
    sessionExpiryHours: 1
    maxBacklogMessages: 10
    maxBacklogBytes: 4096
`,
    ENV,
  );
  expect(parsed).toMatchObject({
    ok: true,
    sources: [
      {
        protocolVersion: 4,
        clientId: 'fieldstream-plant',
        password: 'sesame${x}',
        files: { ca: './ca.pem', cert: './client.pem', key: './client.key' },
        rejectUnauthorized: false,
        subscriptions: [
          { filter: '$share/fieldstream/spBv1.0/+/NDATA/#', qos: 2, isShared: true },
          { filter: '$share/fieldstream/a/+/b', qos: 1, isShared: true },
          { filter: 'spBv1.0/+/NBIRTH/#', qos: 1, isShared: false },
        ],
        keepaliveSeconds: 30,
        sessionExpirySeconds: 3_600,
        maxBacklogMessages: 10,
        maxBacklogBytes: 4_096,
      },
    ],
  });
});

const source = (lines: string): string =>
  `sources:\n  - name: house\n    url: mqtt://h\n    topics: [a]\n${lines}`;

test.each<[text: string, ...faults: string[]]>([
  ['', '1: the file must be a mapping with the key sources'],
  ['sources: 1', '1: sources must be a list of sources'],
  [
    'brokers: []',
    '1: sources must be a list of sources',
    '1: the file has no field brokers: the documentation lists all',
  ],
  ['sources: [\n', '2: is no valid YAML (bad indent)'],
  [source('    passwort: x'), '5: sources[0] has no field passwort: the documentation lists all'],
  [
    source('    qos: 1\n    protocol: 4'),
    '6: sources[0].protocol must be 5 or 3.1.1',
    '5: sources[0] has no field qos: the documentation lists all',
  ],
  [
    source('    username: u\n    password: "${NONE}"'),
    '6: sources[0].password needs the environment variable NONE, which is not set',
  ],
  [
    source('    password: "${BLANK}"'),
    '5: sources[0].password needs the environment variable BLANK, which is not set',
  ],
  [
    source('    password: "${"'),
    '5: sources[0].password has ${ without the name of an environment variable and } after it, e.g. ${SMTP_PASSWORD}; write $${ for ${ itself',
  ],
  [
    source('    username: u\n    password: a\n    passwordFile: b'),
    '7: sources[0].passwordFile cannot stand beside password: give one of them',
  ],
  [
    source('    protocol: 3.1.1\n    password: a'),
    '2: sources[0].username must be given where there is a password: MQTT 3.1.1 has none without it',
  ],
  [
    source('    cert: a'),
    '2: sources[0].key must be given: cert and key belong together',
    '5: sources[0].cert needs a URL of mqtts:// or wss://',
  ],
  [
    source('    metadata: [b]'),
    '5: sources[0].metadata is for sources with a sharedGroup: without one, name the filters under topics',
  ],
  [
    source('    sharedGroup: a/b'),
    '5: sources[0].sharedGroup must be 1 to 64 characters without /, + and #, e.g. fieldstream',
  ],
  [source('    sharedGroup: g\n    metadata: [a]'), '4: sources[0].topics and metadata name a twice'],
  [source('    keepaliveSeconds: 1'), '5: sources[0].keepaliveSeconds must be at least 5, e.g. 60'],
  [
    source('    maxBacklogMessages: 70000'),
    '5: sources[0].maxBacklogMessages must be at most 65535, e.g. 1000',
  ],
  [
    source('  - name: house\n    url: ws://h\n    topics: [a]'),
    '5: sources[1].name is taken: house is there twice',
  ],
  [
    'sources:\n  - name: House\n    url: http://h\n    topics: []',
    '2: sources[0].name must be 1 to 32 of a-z, 0-9 and -, e.g. house',
    '3: sources[0].url must begin with mqtt://, mqtts://, ws:// or wss://, e.g. mqtt://192.168.1.5:1883',
    '4: sources[0].topics must name at least one topic filter, e.g. ["tele/#"]',
  ],
  [
    'sources: [{ name: a, url: "mqtt://u:sesame@h", topics: [a] }]',
    '1: sources[0].url must not hold credentials, since it is logged: give username and password fields of their own',
  ],
])('%j is refused', (text, ...faults) => {
  expect(faultsOf(text).sort()).toEqual(faults.sort());
});

test.each(['', '#/a', 'a/#b', 'a/b+', '$SYS/#', '$share/g/a'])('the filter %j is refused', (filter) => {
  const text = `sources: [{ name: a, url: mqtt://h, topics: [${JSON.stringify(filter)}] }]`;
  expect(faultsOf(text)).toEqual([expect.stringMatching(/^1: sources\[0\]\.topics\[0\] must /)]);
});

test.each(['#', '+', '+/+/#', 'a//b', '/a', 'Tür/+'])('the filter %j is taken', (filter) => {
  const text = `sources: [{ name: a, url: mqtt://h, topics: [${JSON.stringify(filter)}] }]`;
  expect(faultsOf(text)).toEqual([]);
});

test('faults never show a value, which may be a secret', () => {
  for (const text of [
    source('    password: [sesame]'),
    source('    password: "sesame\\q"'),
    source('    cert: sesame'),
    'sources: &sesame\n  - *sesam',
  ]) {
    expect(faultsOf(text)).not.toEqual([]);
    expect(faultsOf(text).join()).not.toContain('sesam');
  }
});

test('reads a file, and says where in which file the faults are', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sources-'));
  const path = join(folder, 'sources.yaml');
  try {
    await expect(readSources(path, ENV)).rejects.toMatchObject({
      code: 'sources-invalid',
      message: expect.stringMatching(/^SOURCES_PATH names .*sources\.yaml, which cannot be read: ENOENT/),
    });
    await writeFile(path, source('    qos: 1'));
    await expect(readSources(path, ENV)).rejects.toMatchObject({
      code: 'sources-invalid',
      message: `the sources cannot be used:\n${path}:5: sources[0] has no field qos: the documentation lists all`,
    });
    await writeFile(path, source(''));
    expect(await readSources(path, ENV)).toHaveLength(1);
  } finally {
    await rm(folder, { recursive: true });
  }
});
