import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Channel, Logger } from '@fieldstream/domain';
import { eventually } from '@fieldstream/testing';
import {
  ChannelStore,
  type DueMessage,
  expireSnoozes,
  formMessages,
  messageQueue,
  outbox,
  type RecordedTransition,
  recordTransitions,
  snoozeAlert,
  type TakeMessagesOptions,
} from '@fieldstream/timescale';
import { ChannelRefresher } from '../../apps/alerter/src/notifications/channel-refresher.js';
import {
  type Notifications,
  startNotifications,
} from '../../apps/alerter/src/notifications/start-notifications.js';
import { CANDIDATES, UNSENT_GROUPS, UNSENT_TARGETS } from '../../libs/timescale/src/message-statements.js';
import { EvaluatorBed, rule } from './alerter-support.js';
import { testOnGiven } from '../support/given-only.js';
import { clearNotifications, Receiver, record, transition, webhookTo } from './notifications-support.js';

let bed: EvaluatorBed;
let channels: ChannelStore;
let receiver: Receiver;
const logged: { level: string; fields: object; message: string }[] = [];
const outcomes: string[] = [];
const streamed: string[] = [];
const running: Notifications[] = [];
const log = (level: string) => (fields: object, message: string) =>
  void logged.push({ level, fields, message });
const logger: Logger = { debug() {}, info() {}, warn: log('warn'), error: log('error') };

beforeAll(async () => {
  bed = await EvaluatorBed.create();
  channels = new ChannelStore(bed.pool);
}, 60_000);
beforeEach(async () => {
  await clearNotifications(bed.pool);
  for (const list of [logged, outcomes, streamed]) list.length = 0;
  receiver = new Receiver();
  await receiver.listen();
});
afterEach(async () => {
  // What hangs is ended first, so that closing does not wait for it.
  await receiver.close();
  await Promise.all(running.splice(0).map((started) => started.close()));
});
afterAll(() => bed.close());

/** As an alerter does, on a producer that takes everything. */
function start(): Notifications {
  const started = startNotifications({
    pool: bed.pool,
    producer: { send: ({ key }) => Promise.resolve(void streamed.push(String(key))) },
    logger,
    metrics: { onStream() {}, onMessage: (type, outcome) => void outcomes.push(`${type} ${outcome}`) },
  });
  running.push(started);
  return started;
}

/** A webhook channel that posts to the receiver, at a path of its ID. */
async function addChannel(edit: Partial<Channel> = {}): Promise<void> {
  const id = edit.id ?? 'ops';
  await channels.create(webhookTo(`${receiver.origin}/${id}`, { id, ...edit }));
}

const recordAll = (transitions: readonly Partial<RecordedTransition>[]): Promise<void> =>
  record(bed.pool, transitions, ['ops']);

/** A firing alert of each of so many rules. */
const ofRules = (count: number, channel = 'ops'): Partial<RecordedTransition>[] =>
  Array.from({ length: count }, (_, index) => ({
    alertId: `${channel}-alert-${index}`,
    ruleId: `${channel}-rule-${index}`,
    channels: [channel],
  }));

interface MessageRow {
  rule_id: string | null;
  attempts: number;
  delivered: boolean;
  failed: boolean;
  last_error: string | null;
  wait_s: number;
  size: number;
}

async function messages(): Promise<MessageRow[]> {
  const { rows } = await bed.pool.query<MessageRow>(
    `SELECT rule_id, attempts, delivered_at IS NOT NULL AS delivered, failed_at IS NOT NULL AS failed, last_error,
            extract(epoch FROM next_attempt_at - now())::float8 AS wait_s,
            (SELECT count(*)::int FROM notification n WHERE n.message_id = m.message_id) AS size
     FROM notification_message m ORDER BY message_id`,
  );
  return rows;
}

/** Why notifications were closed without being sent, in their order. */
async function closedFor(): Promise<(string | null)[]> {
  const { rows } = await bed.pool.query<{ last_error: string | null }>(
    `SELECT last_error FROM notification
     WHERE channel = 'channel' AND message_id IS NULL AND delivered_at IS NOT NULL ORDER BY notification_id`,
  );
  return rows.map((row) => row.last_error);
}

const settled = (): Promise<void> =>
  eventually(
    async () =>
      expect(await outbox.backlog(bed.pool)).toEqual({ notifications: 0, messages: 0, oldestMs: 0 }),
    { what: 'an empty outbox', timeoutMs: 30_000 },
  );

const failedOnce = (): Promise<boolean> =>
  eventually(async () => (await messages()).some((message) => message.last_error !== null), {
    what: 'a failed attempt',
  });

const form = (): ReturnType<typeof formMessages> => formMessages(bed.pool, { deadlineMs: () => 86_400_000 });

const take = (edit: Partial<TakeMessagesOptions> = {}): Promise<DueMessage[]> =>
  messageQueue.take(bed.pool, {
    limit: 20,
    limitPerChannel: 2,
    limitRetries: 20,
    underWay: new Map(),
    leaseMs: 60_000,
    ...edit,
  });

/** Lets what waits have waited for some time longer. */
const age = (interval: string): Promise<unknown> =>
  bed.pool.query('UPDATE notification SET created_at = created_at - $1::interval WHERE message_id IS NULL', [
    interval,
  ]);

describe('the stored channels', () => {
  test('are created, replaced, found and removed', async () => {
    const channel = webhookTo('https://example.org/a');
    expect((await channels.create(channel))?.channel).toEqual(channel);
    expect(await channels.create({ ...channel, name: 'Another' })).toBeUndefined();
    const edited = { ...channel, name: 'Ops', minSeverity: 'critical' as const, enabled: false };
    expect(await channels.replace(edited)).toMatchObject({ channel: edited, provenance: null });
    expect(await channels.replace({ ...channel, id: 'nothing' })).toBeUndefined();
    await channels.create({ ...channel, id: 'a-first' });
    expect((await channels.list()).map((stored) => stored.channel.id)).toEqual(['a-first', 'ops']);
    expect((await channels.find('ops'))?.channel).toEqual(edited);
    expect(await channels.remove('ops')).toBe(true);
    expect(await channels.remove('ops')).toBe(false);
    expect(await channels.find('ops')).toBeUndefined();
  });

  test('tell which rules name them', async () => {
    await bed.rules.create(rule('two', { notify: { channels: ['ops', 'night'] } }));
    await bed.rules.create(rule('one', { notify: { channels: ['ops'] } }));
    await bed.rules.create(rule('gone', { notify: { channels: ['ops'] } }));
    await bed.rules.remove('gone');
    expect(await channels.usedBy('ops')).toEqual(['one', 'two']);
    expect(await channels.usedBy('night')).toEqual(['two']);
    expect(await channels.usedBy('op')).toEqual([]);
  });
});

describe('a burst', () => {
  test('of 200 alerts of a rule is one message for each channel', async () => {
    await addChannel({ id: 'ops', groupWaitMs: 400 });
    await addChannel({ id: 'night', groupWaitMs: 400 });
    const notifications = start();
    for (let part = 0; part < 4; part++) {
      const burst = Array.from({ length: 50 }, (_, index) =>
        transition({
          alertId: `alert-${part}-${index}`,
          deviceId: `d-${part}-${index}`,
          channels: ['ops', 'night'],
        }),
      );
      await recordTransitions(bed.pool, burst);
      notifications.kick();
    }
    await settled();
    for (const path of ['/ops', '/night']) {
      expect(receiver.at(path)).toHaveLength(1);
      expect(receiver.at(path)[0]?.alerts).toHaveLength(200);
      expect(receiver.at(path)[0]?.rule?.id).toBe('hot');
    }
    expect(streamed).toHaveLength(200);
    expect(outcomes).toEqual(['webhook delivered', 'webhook delivered']);
  });

  test('beyond what a message holds makes the next one', async () => {
    await addChannel();
    const burst = Array.from({ length: 1_100 }, (_, index) =>
      transition({ alertId: `alert-${index}`, deviceId: `d-${index}`, channels: ['ops'] }),
    );
    await recordTransitions(bed.pool, burst);
    start();
    await settled();
    expect(receiver.received.map(({ alerts }) => alerts.length)).toEqual([500, 500, 100]);
    const told = receiver.received.flatMap(({ alerts }) => alerts.map(({ alertId }) => alertId));
    expect(told).toEqual(burst.map(({ alertId }) => alertId));
  });

  test('over more rules than the rate allows is summarised, and nothing is lost', async () => {
    await addChannel({ messagesPerMinute: 3 });
    await recordAll(ofRules(40));
    const notifications = start();
    await settled();
    // In any order: messages of different rules leave at the same time.
    const requests = receiver.received.map((request) => [
      request.rule?.id ?? 'several',
      request.alerts.length,
    ]);
    expect(requests.sort(([a], [b]) => String(a).localeCompare(String(b)))).toEqual([
      ['ops-rule-0', 1],
      ['ops-rule-1', 1],
      ['several', 38],
    ]);
    // The budget is used up: what comes now waits until the minute has passed.
    await recordAll(ofRules(2).map((edit) => Object.assign(edit, { transition: 'resolved', atMs: 2_000 })));
    notifications.kick();
    await form();
    expect(await messages()).toHaveLength(3);
    await bed.pool.query(`UPDATE notification_message SET created_at = created_at - INTERVAL '1 minute'`);
    await settled();
    expect(receiver.received.slice(3).map(({ alerts }) => alerts.map(({ state }) => state))).toEqual([
      ['resolved'],
      ['resolved'],
    ]);
    expect((await messages()).reduce((sum, { size }) => sum + size, 0)).toBe(42);
  });
});

describe('a receiver', () => {
  test('that answers 500 is tried again, with the same key', async () => {
    await addChannel();
    receiver.answer = (response) =>
      void response.writeHead(receiver.received.length === 1 ? 500 : 204).end('whatever');
    await recordAll([{}]);
    start();
    await settled();
    expect(receiver.received).toHaveLength(2);
    expect(receiver.received[1]?.key).toBe(receiver.received[0]?.key);
    expect(receiver.received[0]?.key).toMatch(/^[\x21-\x7e]{20,}$/);
    expect(await messages()).toMatchObject([{ attempts: 2, delivered: true, last_error: null }]);
    expect(outcomes).toEqual(['webhook failed', 'webhook delivered']);
  });

  test('that asks to be left alone is left alone', async () => {
    await addChannel();
    receiver.answer = (response) => void response.writeHead(429, { 'retry-after': '120' }).end();
    await recordAll([{}]);
    start();
    await failedOnce();
    const [message] = await messages();
    expect(message?.wait_s).toBeGreaterThan(110);
  });

  test('that redirects, hangs or answers 500 delays neither another channel nor the stream', async () => {
    for (const id of ['redirecting', 'hanging', 'failing', 'well']) await addChannel({ id });
    receiver.answer = (response, { path }) => {
      if (path === '/well') response.writeHead(204).end();
      if (path === '/failing') response.writeHead(500).end();
      if (path === '/redirecting')
        response.writeHead(302, { location: `${receiver.origin}/elsewhere` }).end();
    };
    const all = ['redirecting', 'hanging', 'failing', 'well'].flatMap((id) => ofRules(5, id));
    await recordAll(all);
    start();
    await eventually(() => expect(receiver.at('/well')).toHaveLength(5), { what: 'the well channel' });
    await eventually(() => expect(streamed).toHaveLength(20), { what: 'the stream' });
    // The one that hangs has two under way, which nobody has given up yet.
    expect(receiver.at('/hanging')).toHaveLength(2);
    expect(receiver.at('/elsewhere')).toEqual([]);
    await eventually(
      async () => {
        const errors = (await messages()).map((message) => message.last_error ?? '');
        expect(errors.some((error) => error.includes('302'))).toBe(true);
        expect(errors.some((error) => error.includes('500'))).toBe(true);
      },
      { what: 'the reasons' },
    );
  });

  test('that was away for a while gets everything, in few messages, and each alert in its order', async () => {
    await addChannel({ messagesPerMinute: 20 });
    let isAway = true;
    receiver.answer = (response) => void response.writeHead(isAway ? 503 : 204).end();
    const notifications = start();
    await recordAll([{ alertId: 'x', ruleId: 'first' }]);
    notifications.kick();
    await failedOnce();
    for (const [index, edit] of ofRules(30).entries()) {
      await recordAll([
        edit,
        { ...edit, transition: 'severity', severity: 'critical', atMs: 2_000 + index },
        { ...edit, transition: 'resolved', severity: 'critical', atMs: 3_000 + index },
      ]);
      notifications.kick();
    }
    // One more is tried beside the one that fails; the rest waits.
    await eventually(async () => (await messages()).length === 2, { what: 'a second message' });
    await form();
    expect((await messages()).map(({ rule_id }) => rule_id)).toEqual(['first', 'ops-rule-0']);
    await age('1 minute');
    isAway = false;
    await settled();
    const sizes = (await messages()).map(({ rule_id, size, delivered }) => [rule_id, size, delivered]);
    // How much of its rule the second one took depends on the moment.
    expect(sizes).toHaveLength(3);
    expect(sizes[2]?.[0]).toBeNull();
    expect(sizes.reduce((sum, [, size]) => sum + Number(size), 0)).toBe(91);
    const { rows } = await bed.pool.query<{ alert: string; changes: string[]; messages: string[] }>(
      `SELECT payload->>'alertId' AS alert, array_agg(payload->>'change' ORDER BY message_id, sequence) AS changes
       FROM notification WHERE channel = 'channel' AND payload->>'alertId' <> 'x' GROUP BY 1`,
    );
    expect(rows).toHaveLength(30);
    for (const { changes } of rows) expect(changes).toEqual(['firing', 'severity', 'resolved']);
  });

  test('that is back gets at once what had failed beside the message that it took', async () => {
    await addChannel();
    await recordAll(ofRules(2));
    await form();
    const taken = await take();
    expect(taken).toHaveLength(2);
    await messageQueue.markFailed(bed.pool, taken[0]?.id ?? '', 'away', 300_000);
    await messageQueue.markDelivered(bed.pool, [taken[1]?.id ?? '']);
    expect((await messages())[0]?.wait_s).toBeLessThanOrEqual(0);
  });

  test('gets the message again, with the same key, when the alerter ended between sending and noting', async () => {
    await addChannel();
    await recordAll([{}]);
    await form();
    const [taken] = await take({ leaseMs: 400 });
    expect(await take()).toEqual([]);
    start();
    await settled();
    expect(receiver.received.map(({ key }) => key)).toEqual([taken?.idempotencyKey]);
    expect(await messages()).toMatchObject([{ attempts: 2, delivered: true }]);
  });

  test('gets what a closing alerter broke off from another one, without waiting for a lease', async () => {
    await addChannel();
    receiver.answer = (response) => {
      if (receiver.received.length > 1) response.writeHead(204).end();
    };
    await recordAll([{}]);
    start();
    await eventually(() => receiver.received.length === 1, { what: 'the first attempt' });
    // The webhook gives up by itself before the alerter does; either way the next attempt is due soon.
    await running.pop()?.close();
    expect(await messages()).toMatchObject([{ delivered: false, failed: false }]);
    start();
    await settled();
    expect(receiver.received[1]?.key).toBe(receiver.received[0]?.key);
  });

  test('that takes nothing for a day is given up, with all that is as old', async () => {
    await addChannel();
    receiver.answer = (response) => void response.writeHead(500).end();
    await recordAll([{ alertId: 'first' }]);
    await form();
    await bed.pool.query(`UPDATE notification_message SET created_at = now() - INTERVAL '25 hours'`);
    await recordAll([{ alertId: 'second', ruleId: 'other' }]);
    await age('25 hours');
    await recordAll([{ alertId: 'third', ruleId: 'other' }]);
    start();
    await eventually(
      async () => {
        const { rows } = await bed.pool.query(
          `SELECT payload->>'alertId' AS alert, failed_at IS NOT NULL AS failed FROM notification
           WHERE channel = 'channel' ORDER BY notification_id`,
        );
        expect(rows).toEqual([
          { alert: 'first', failed: true },
          { alert: 'second', failed: true },
          { alert: 'third', failed: false },
        ]);
      },
      { what: 'giving up' },
    );
    expect((await messages())[0]).toMatchObject({ failed: true, delivered: false });
    const errors = logged.filter(({ level }) => level === 'error').map(({ message }) => message);
    expect(errors.sort()).toEqual([
      'given up: the receiver took it at no attempt',
      'notifications given up: the channel took nothing for too long',
    ]);
  });
});

describe('a channel', () => {
  test('is told of what is severe enough, and of what it knows', async () => {
    await addChannel({ minSeverity: 'critical' });
    const mild = { alertId: 'mild', deviceId: 'mild' };
    await recordAll([
      mild,
      { ...mild, transition: 'resolved', atMs: 2_000 },
      {},
      { transition: 'severity', severity: 'critical', atMs: 2_000 },
    ]);
    start();
    await settled();
    await recordAll([
      { transition: 'severity', severity: 'warning', atMs: 3_000 },
      { transition: 'resolved', atMs: 4_000 },
    ]);
    await settled();
    const told = receiver.received.flatMap(({ alerts }) => alerts.map(({ alertId }) => alertId));
    expect(new Set(told)).toEqual(new Set(['alert-1']));
    expect((await messages()).reduce((sum, { size }) => sum + size, 0)).toBe(3);
    const below = "below the channel's minimum severity";
    expect(await closedFor()).toEqual([below, 'the channel had not been told of the alert', below]);
  });

  test('that wants no resolutions gets none', async () => {
    await addChannel({ sendResolved: false });
    await recordAll([{}, { transition: 'resolved', atMs: 2_000 }]);
    start();
    await settled();
    expect(receiver.received.map(({ alerts }) => alerts.map(({ change }) => change))).toEqual([['firing']]);
    expect(await closedFor()).toEqual(['the channel is not told of resolutions']);
  });

  test('is not told of a snoozed alert until the snooze ends, but of its resolution', async () => {
    await bed.rules.create(rule('hot', { notify: { channels: ['ops'] } }));
    await addChannel();
    const other = { alertId: 'other', deviceId: 'b' };
    await recordAll([{}, other]);
    start();
    await settled();
    for (const id of ['alert-1', 'other']) await snoozeAlert(bed.pool, id, Date.now() + 3_600_000, 'ann');
    await recordAll([
      { transition: 'severity', severity: 'critical', atMs: 2_000 },
      { ...other, transition: 'resolved', atMs: 2_000 },
    ]);
    await settled();
    expect(await closedFor()).toEqual(['the alert is snoozed']);
    expect(receiver.received.at(-1)?.alerts).toMatchObject([{ alertId: 'other', change: 'resolved' }]);
    await bed.pool.query('UPDATE alert SET snoozed_until = now()');
    await eventually(() => receiver.received.at(-1)?.alerts[0]?.change === 'unsnoozed', {
      what: 'the end of the snooze',
    });
    expect(receiver.received.at(-1)?.alerts).toMatchObject([{ alertId: 'alert-1', severity: 'critical' }]);
    await settled();
    expect(streamed).toHaveLength(7);
    expect(await expireSnoozes(bed.pool)).toBe(0);
  });

  test('that is disabled or not there piles nothing up', async () => {
    await addChannel({ enabled: false });
    await recordAll([{ channels: ['ops', 'nowhere'] }]);
    start();
    await settled();
    expect((await closedFor()).map(String).sort()).toEqual([
      'the channel is disabled',
      'there is no such channel',
    ]);
    expect(receiver.received).toEqual([]);
  });

  test('that is disabled or removed after a message was formed fails it', async () => {
    await addChannel({ id: 'off' });
    await addChannel({ id: 'gone' });
    await recordAll([{ channels: ['off', 'gone'] }]);
    await form();
    await bed.pool.query(`UPDATE notification_channel SET enabled = false WHERE channel_id = 'off'`);
    await channels.remove('gone');
    start();
    await settled();
    expect(await messages()).toMatchObject([
      { failed: true, last_error: 'there is no such channel' },
      { failed: true, last_error: 'the channel is disabled' },
    ]);
    expect(receiver.received).toEqual([]);
  });

  test('whose stored settings are not valid is told by its fields, and works once it is mended', async () => {
    const channel = webhookTo('nonsense://secret-place', { config: { url: 'x', secret: 'hush-hush' } });
    await channels.create(channel);
    await recordAll([{}]);
    start();
    await failedOnce();
    const faults = (await messages()).map(({ last_error }) => last_error);
    expect(faults).toEqual([
      expect.stringMatching(/^the channel is not valid: see config\.url, config\.secret$/),
    ]);
    expect(JSON.stringify(logged)).not.toContain('hush');
    expect(logged).toContainEqual({
      level: 'error',
      fields: { channel: 'ops', fields: ['config.url', 'config.secret'] },
      message: 'stored channel is not valid, nothing can be sent to it',
    });
    await channels.replace(webhookTo(`${receiver.origin}/ops`));
    await settled();
    expect(receiver.received).toHaveLength(1);
  });
});

describe('taking messages', () => {
  const ids = (taken: readonly DueMessage[]): string[] => taken.map(({ target }) => target);

  test('counts what the process has under way for a channel', async () => {
    for (const id of ['one', 'two']) await addChannel({ id });
    await recordAll([...ofRules(4, 'one'), ...ofRules(4, 'two')]);
    await form();
    const taken = await take({ limitPerChannel: 3, underWay: new Map([['one', 2]]) });
    expect(ids(taken).sort()).toEqual(['one', 'two', 'two', 'two']);
    expect(await take({ limitPerChannel: 3, limit: 1 })).toHaveLength(1);
  });

  test('keeps room for first attempts while many receivers hang', async () => {
    const hanging = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const id of [...hanging, 'well']) await addChannel({ id });
    await recordAll(hanging.flatMap((id) => ofRules(1, id)));
    await form();
    for (const { id } of await take()) await messageQueue.markFailed(bed.pool, id, 'hangs', 0);
    await recordAll(ofRules(1, 'well'));
    await form();
    const first = await take({ limitRetries: 4 });
    expect(ids(first)).toHaveLength(5);
    expect(ids(first)).toContain('well');
    // What is under way counts, whoever took it; the others have their turn when that has ended.
    expect(await take({ limitRetries: 4 })).toEqual([]);
    for (const { id } of first) await messageQueue.markFailed(bed.pool, id, 'hangs', 60_000);
    expect(ids(await take({ limitRetries: 4 }))).toHaveLength(2);
  });
});

describe('forming messages', () => {
  const onServer = testOnGiven('one transaction at a time');
  onServer('by several processes at a time puts each notification into one message', async () => {
    await addChannel();
    await addChannel({ id: 'night' });
    await recordAll([{ channels: ['ops', 'night'] }]);
    const holder = await bed.pool.connect();
    try {
      // One that has read what it will put into a message, and is kept from writing it.
      await holder.query('BEGIN');
      await holder.query(`SELECT FROM notification WHERE target = 'ops' FOR UPDATE`);
      const first = form();
      await eventually(
        async () => {
          const { rows } = await bed.pool.query(
            `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          );
          return rows.length === 1;
        },
        { what: 'a process that waits' },
      );
      const second = form();
      const outcome = second.then(({ formed }) => formed);
      let formed = -1;
      void outcome.then((count) => (formed = count));
      await eventually(() => formed >= 0, { what: 'a process that does not wait' });
      expect(formed).toBeLessThanOrEqual(1);
      await holder.query('ROLLBACK');
      await Promise.all([first, second]);
    } finally {
      holder.release(true);
    }
    // Whoever looked first at a channel served it; the other one, what was left.
    await form();
    expect((await messages()).map(({ size }) => size)).toEqual([1, 1]);
  });

  test('holds by steps through the index, however much waits', async () => {
    const { pool } = bed;
    await addChannel();
    await recordAll([{}]);
    await pool.query(
      `INSERT INTO notification (idempotency_key, sequence, channel, target, rule_id, payload)
       SELECT 'copy-' || i, sequence, channel, target, 'rule-' || i % 20, payload
       FROM notification, generate_series(1, 50000) AS i WHERE channel = 'channel'`,
    );
    for (const analyze of ['SELECT', 'ANALYZE notification']) {
      await pool.query(analyze);
      for (const [sql, values] of [
        [UNSENT_TARGETS, []],
        [UNSENT_GROUPS, ['ops']],
        [CANDIDATES, ['ops', ['rule-1', 'rule-2']]],
      ] as const) {
        const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, [...values]);
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
        expect(plan).toContain('notification_unsent');
        expect(plan).not.toMatch(/Seq Scan on notification|notification_pkey/);
      }
    }
    await age('1 minute');
    expect(await form()).toMatchObject({ formed: 1, closed: 0, isMore: true });
    expect(await messages()).toMatchObject([{ rule_id: null, size: 500 }]);
  });
});

describe('a receiver with a state of its own', () => {
  interface Told {
    readonly labels: { readonly device_id: string };
    readonly endsAt: string;
  }
  /** What the Alertmanager was told, by request: device → whether it is open. */
  const told: Map<string, boolean>[] = [];
  const alertmanager = (edit: Partial<Channel> = {}): Promise<unknown> =>
    channels.create({
      ...webhookTo(''),
      type: 'alertmanager',
      config: { url: receiver.origin },
      ...edit,
    });
  const refresher = (everyMs = 60_000): ChannelRefresher =>
    new ChannelRefresher({
      pool: bed.pool,
      logger,
      everyMs,
      onOutcome: (_, outcome) => void outcomes.push(outcome),
    });

  beforeEach(async () => {
    told.length = 0;
    receiver.readBody = (body) => {
      const now = Date.now();
      const entries = (JSON.parse(body) as Told[]).map(
        ({ labels, endsAt }) => [labels.device_id, Date.parse(endsAt) > now] as const,
      );
      told.push(new Map(entries));
    };
    receiver.answer = (response) => void response.writeHead(200).end();
    await bed.rules.create(rule('hot', { notify: { channels: ['ops'] } }));
    await bed.rules.create(rule('elsewhere', { notify: { channels: [] } }));
  });

  test('is told all open alerts that it knows, by one process at a time', async () => {
    await alertmanager({ minSeverity: 'warning' });
    await recordAll([
      { alertId: '1', deviceId: 'a' },
      { alertId: '2', deviceId: 'resolved' },
      { alertId: '2', deviceId: 'resolved', transition: 'resolved', atMs: 2_000 },
      { alertId: '3', deviceId: 'snoozed' },
      { alertId: '4', deviceId: 'mild', severity: 'info' },
      { alertId: '5', deviceId: 'not-its', ruleId: 'elsewhere', channels: [] },
    ]);
    await snoozeAlert(bed.pool, '3', Date.now() + 3_600_000, 'ann');
    await Promise.all([refresher().look(), refresher().look(), refresher().look()]);
    expect(told).toEqual([new Map([['a', true]])]);
    expect(outcomes).toEqual(['delivered']);
    await refresher().look();
    expect(told).toHaveLength(1);
    await bed.pool.query('UPDATE notification_message SET next_attempt_at = now()');
    await refresher().look();
    expect(told).toHaveLength(2);
  });

  test('is told again of what was resolved while it was told as open', async () => {
    await alertmanager();
    await recordAll([
      { alertId: '1', deviceId: 'a' },
      { alertId: '2', deviceId: 'b' },
    ]);
    receiver.answer = (response) => {
      const resolved = { alertId: '1', deviceId: 'a', transition: 'resolved', atMs: 2_000 } as const;
      const work = told.length === 1 ? recordAll([resolved]) : Promise.resolve();
      void work.then(() => response.writeHead(200).end());
    };
    await refresher().look();
    expect(told).toEqual([
      new Map([
        ['a', true],
        ['b', true],
      ]),
      new Map([['a', false]]),
    ]);
  });

  test('that is away is told of once in the log, and refreshed when it is back', async () => {
    await alertmanager();
    await recordAll([{}]);
    const looking = refresher(0);
    receiver.answer = (response) => void response.writeHead(503).end();
    await looking.look();
    await looking.look();
    expect(logged.map(({ message }) => message)).toEqual(['refreshing a channel failed, trying again']);
    receiver.answer = (response) => void response.writeHead(200).end();
    await looking.look();
    expect(outcomes).toEqual(['failed', 'failed', 'delivered']);
    // A refresh is no message: none is open.
    expect(await outbox.backlog(bed.pool)).toMatchObject({ messages: 0 });
  });
});
