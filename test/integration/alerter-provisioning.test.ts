import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestDatabase } from '@fieldstream/testing';
import { ChannelStore, createPool, migrate, RuleStore } from '@fieldstream/timescale';
import {
  type ProvisionOutcome,
  provisionAlerting,
} from '../../apps/alerter/src/provisioning/provision-alerting.js';
import { rule } from './alerter-support.js';
import { silent } from './timescale-flavours.js';

const SECRET = 'sesame-sesame-sesame';
const ENV = { HOOK_URL: 'https://example.org/hook', HOOK_SECRET: SECRET };

let pool: pg.Pool;
let drop: () => Promise<void>;
let rules: RuleStore;
let channels: ChannelStore;
let folder: string;
let logged: { readonly level: string; readonly fields: object; readonly message: string }[] = [];

const log = (level: string) => (fields: object, message: string) =>
  void logged.push({ level, fields, message });
const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };

beforeAll(async () => {
  const database = await createTestDatabase('provisioning');
  drop = () => database.drop();
  pool = createPool({ url: database.url, maxConnections: 6, applicationName: 'test', logger: silent });
  await migrate(pool, silent);
  rules = new RuleStore(pool);
  channels = new ChannelStore(pool);
});

afterAll(async () => {
  await pool.end();
  await drop();
});

beforeEach(async () => {
  await pool.query('TRUNCATE alert_rule, notification_channel');
  folder = await mkdtemp(join(tmpdir(), 'fieldstream-alerting-'));
  logged = [];
});

afterEach(() => rm(folder, { recursive: true }));

const HOOK = `channels:
  - id: hook
    name: Hook
    type: webhook
    config: { url: "\${HOOK_URL}", secret: "\${HOOK_SECRET}" }
`;

function ruleText(id: string, threshold = 30, more = ''): string {
  return `  - id: ${id}
    name: Rule ${id}
    kind: threshold
    params: { operator: ">", threshold: ${threshold} }
    for: 5m
${more}`;
}

const NOTIFY = '    notify: { channels: [hook] }\n';

async function write(name: string, text: string): Promise<void> {
  await writeFile(join(folder, name), text);
}

async function provision(
  env: Record<string, string> = ENV,
): Promise<ProvisionOutcome & { isProvisioned: true }> {
  const outcome = await provisionAlerting({ path: folder, pool, logger, env });
  if (!outcome.isProvisioned) throw new Error('nothing was provisioned');
  return outcome;
}

async function refused(env: Record<string, string> = ENV): Promise<string> {
  try {
    await provision(env);
  } catch (error) {
    return (error as { message: string }).message.replaceAll(`${folder}/`, '');
  }
  throw new Error('the files were taken');
}

/** Everything that provisioning may write, as it is stored. */
async function stored(): Promise<object> {
  const { rows } = await pool.query<{ everything: object }>(
    `SELECT json_build_object(
       'rules', (SELECT json_agg(r ORDER BY rule_id) FROM alert_rule r),
       'channels', (SELECT json_agg(c ORDER BY channel_id) FROM notification_channel c)) AS everything`,
  );
  return rows[0]?.everything ?? {};
}

const NOTHING = { created: [], changed: [], removed: [], takenOver: [] };

test('creates what the files define', async () => {
  await write('b.yaml', `rules:\n${ruleText('too-hot', 30, NOTIFY)}`);
  await write('a.yml', HOOK);
  await write('notes.txt', 'not: [read');
  await write('.hidden.yaml', 'not: [read');
  await mkdir(join(folder, 'c.yaml'));
  expect(await provision()).toEqual({
    isProvisioned: true,
    rules: { ...NOTHING, created: ['too-hot'] },
    channels: { ...NOTHING, created: ['hook'] },
  });
  expect(await rules.list()).toMatchObject([
    {
      provenance: 'b.yaml',
      rule: {
        id: 'too-hot',
        name: 'Rule too-hot',
        params: { operator: '>', threshold: 30 },
        forMs: 300_000,
        notify: { channels: ['hook'] },
      },
    },
  ]);
  expect(await channels.list()).toMatchObject([
    {
      provenance: 'a.yml',
      channel: { id: 'hook', type: 'webhook', config: { url: 'https://example.org/hook', secret: SECRET } },
    },
  ]);
});

test('a file by itself, and one that is a link, are read as well', async () => {
  await write('rules', `rules:\n${ruleText('too-hot')}`);
  await provisionAlerting({ path: join(folder, 'rules'), pool, logger, env: {} });
  expect(await rules.list()).toMatchObject([{ provenance: 'rules' }]);
  await symlink(join(folder, 'rules'), join(folder, 'linked.yaml'));
  await provision();
  expect(await rules.list()).toMatchObject([{ provenance: 'linked.yaml' }]);
});

test('an unchanged start writes nothing and moves no revision', async () => {
  await write('a.yaml', `${HOOK}rules:\n${ruleText('too-hot', 30, NOTIFY)}${ruleText('hotter', 40)}`);
  await provision();
  const before = await stored();
  logged = [];
  expect(await provision()).toMatchObject({ rules: NOTHING, channels: NOTHING });
  expect(await stored()).toEqual(before);
  expect(logged.map(({ level }) => level)).toEqual(['info']);
});

test('writes what has changed, and nothing else', async () => {
  await write('a.yaml', `${HOOK}rules:\n${ruleText('one')}${ruleText('two')}`);
  await provision();
  const [one, two] = await rules.list();
  await write('a.yaml', `${HOOK}rules:\n${ruleText('one')}${ruleText('two', 31)}`);
  expect(await provision()).toMatchObject({ rules: { ...NOTHING, changed: ['two'] }, channels: NOTHING });
  const [oneAfter, twoAfter] = await rules.list();
  expect(oneAfter).toEqual(one);
  expect(twoAfter?.rule.params).toEqual({ operator: '>', threshold: 31 });
  expect(twoAfter?.revision).toBeGreaterThan(two?.revision ?? Infinity);
  expect(twoAfter?.createdAt).toEqual(two?.createdAt);
});

test('a secret that changed in the environment reaches the channel', async () => {
  await write('a.yaml', HOOK);
  await provision();
  expect(await provision({ ...ENV, HOOK_SECRET: 'open-open-open-open' })).toMatchObject({
    channels: { ...NOTHING, changed: ['hook'] },
  });
  expect((await channels.find('hook'))?.channel.config).toMatchObject({ secret: 'open-open-open-open' });
});

test('a rule that moves to another file keeps its revision', async () => {
  await write('a.yaml', `rules:\n${ruleText('too-hot')}`);
  await provision();
  const [before] = await rules.list();
  await rm(join(folder, 'a.yaml'));
  await write('b.yaml', `rules:\n${ruleText('too-hot')}`);
  await provision();
  expect(await rules.list()).toEqual([{ ...before, provenance: 'b.yaml' }]);
});

test('deletes what is in no file any more, and leaves alone what the API made', async () => {
  await write('a.yaml', `${HOOK}rules:\n${ruleText('one')}${ruleText('two')}`);
  await provision();
  await rules.create(rule('by-hand', { notify: { channels: ['hook'] } }));
  const revision = await rules.revision();
  await write('a.yaml', `rules:\n${ruleText('one')}`);
  expect(await provision()).toMatchObject({
    rules: { ...NOTHING, removed: ['two'] },
    channels: { ...NOTHING, removed: ['hook'] },
  });
  expect((await rules.list()).map((each) => [each.rule.id, each.provenance])).toEqual([
    ['by-hand', null],
    ['one', 'a.yaml'],
  ]);
  expect((await rules.findEvenDeleted(['two'])).get('two')).toMatchObject({ isDeleted: true });
  expect(await rules.revision()).toBeGreaterThan(revision);
  expect(await channels.list()).toEqual([]);
  expect(logged.filter(({ level }) => level === 'warn')).toEqual([
    {
      level: 'warn',
      fields: { orphaned: [{ ruleId: 'by-hand', channelId: 'hook' }] },
      message: 'rules made through the API name channels that no alerting file has any more',
    },
  ]);
});

test('a rule that was deleted comes back', async () => {
  await write('a.yaml', `rules:\n${ruleText('too-hot')}`);
  await provision();
  const [before] = await rules.list();
  await write('a.yaml', 'rules: []');
  await provision();
  expect(await rules.list()).toEqual([]);
  await write('a.yaml', `rules:\n${ruleText('too-hot')}`);
  expect(await provision()).toMatchObject({ rules: { ...NOTHING, created: ['too-hot'] } });
  const [after] = await rules.list();
  expect(after?.rule).toEqual(before?.rule);
  expect(after?.revision).toBeGreaterThan(before?.revision ?? Infinity);
});

test('takes over what the API made under the same ID, and says so', async () => {
  await rules.create(rule('too-hot'));
  await write('a.yaml', `rules:\n${ruleText('too-hot', 35)}`);
  expect(await provision()).toMatchObject({ rules: { ...NOTHING, takenOver: ['too-hot'] } });
  expect(await rules.list()).toMatchObject([{ provenance: 'a.yaml', rule: { params: { threshold: 35 } } }]);
  expect(logged.filter(({ level }) => level === 'warn')).toEqual([
    {
      level: 'warn',
      fields: { rules: ['too-hot'], channels: [] },
      message: 'the alerting files took over what had been made through the API under the same ID',
    },
  ]);
});

test('a rule may name a channel that the API made', async () => {
  await channels.create({
    id: 'hook',
    name: 'Hook',
    type: 'webhook',
    enabled: true,
    config: { url: 'https://example.org' },
    minSeverity: 'info',
    sendResolved: true,
    groupWaitMs: 0,
    messagesPerMinute: 1,
  });
  await write('a.yaml', `rules:\n${ruleText('too-hot', 30, NOTIFY)}`);
  expect(await provision()).toMatchObject({ rules: { ...NOTHING, created: ['too-hot'] }, channels: NOTHING });
  expect(await channels.find('hook')).toMatchObject({ provenance: null });
});

describe('nothing is changed', () => {
  test.each<[what: string, files: Record<string, string>, message: string]>([
    [
      'by faults, which are all told',
      { 'a.yaml': `rules:\n${ruleText('A')}${ruleText('ok')}`, 'b.yaml': 'rules: 7' },
      [
        'the alerting files have 2 faults:',
        'a.yaml:2:9: rules[0].id must be 1 to 64 lower-case letters, digits or hyphens, not starting with a hyphen, e.g. greenhouse-too-hot',
        'b.yaml:1:8: rules must be a list',
      ].join('\n'),
    ],
    [
      'by a channel that is not there',
      { 'a.yaml': `rules:\n${ruleText('ok', 30, NOTIFY)}` },
      'the alerting files have a fault:\na.yaml:7:26: rules[0].notify.channels[0] must be the ID of a channel: hook is none (in the files: none)',
    ],
  ])('%s', async (_, files, message) => {
    await write('old.yaml', `${HOOK}rules:\n${ruleText('old')}`);
    await provision();
    const before = await stored();
    await rm(join(folder, 'old.yaml'));
    for (const [name, text] of Object.entries(files)) await write(name, text);
    expect(await refused()).toBe(message);
    expect(await stored()).toEqual(before);
  });

  test('by a path that is not there', async () => {
    await rm(folder, { recursive: true });
    expect(await refused()).toContain('ALERTING_PATH must name a YAML file, or a directory of such files');
    await mkdir(folder);
  });

  test('by a file that is not text', async () => {
    await writeFile(join(folder, 'a.yaml'), Buffer.from([0xff, 0xfe, 0x41]));
    expect(await refused()).toBe('the alerting files have a fault:\na.yaml: is not UTF-8 text');
  });
});

test('without a path, what had been provisioned becomes ordinary', async () => {
  await write('a.yaml', `${HOOK}rules:\n${ruleText('too-hot', 30, NOTIFY)}`);
  await provision();
  const [before] = await rules.list();
  logged = [];
  const off = { path: undefined, pool, logger, env: {} };
  expect(await provisionAlerting(off)).toEqual({ isProvisioned: false, released: { rules: 1, channels: 1 } });
  expect(await rules.list()).toEqual([{ ...before, provenance: null }]);
  expect(await channels.find('hook')).toMatchObject({ provenance: null });
  expect(logged).toHaveLength(1);
  expect(await provisionAlerting(off)).toEqual({ isProvisioned: false, released: { rules: 0, channels: 0 } });
  expect(logged).toHaveLength(1);
});

test('alerters that start at once provision once', async () => {
  await write('a.yaml', `${HOOK}rules:\n${ruleText('too-hot', 30, NOTIFY)}`);
  const outcomes = await Promise.all([provision(), provision(), provision(), provision()]);
  expect(outcomes.flatMap((outcome) => outcome.rules.created)).toEqual(['too-hot']);
  expect(outcomes.flatMap((outcome) => outcome.channels.created)).toEqual(['hook']);
  expect(await provision()).toMatchObject({ rules: NOTHING, channels: NOTHING });
});

test('secrets are not logged', async () => {
  await write('a.yaml', HOOK);
  await provision();
  await provision({ ...ENV, HOOK_SECRET: `${SECRET}-again` });
  await write('a.yaml', HOOK.replace('secret:', 'secrets:'));
  expect(await refused()).not.toContain('sesame');
  expect(JSON.stringify(logged)).not.toContain('sesame');
  expect(JSON.stringify(logged)).not.toContain('example.org');
});
