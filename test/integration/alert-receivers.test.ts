import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import mqtt, { type MqttClient } from 'mqtt';
import { eventually } from '@fieldstream/testing';
import type { AlertRecord } from '@fieldstream/wire';
import { rulesInForce } from '../support/alerting.js';
import { mosquittoSub, type Subscription } from '../support/commands.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';
import { Alertmanager } from '../support/receivers/alertmanager.js';
import { isAvailable } from '../support/receivers/foreign-server.js';
import { startMailReceiver, type MailReceiver } from '../support/receivers/mail-receiver.js';
import type { Receiver } from '../support/receivers/receiver.js';
import { WebReceiver } from '../support/receivers/web-receiver.js';
import { SIZES } from '../support/sizes.js';

jest.setTimeout(300_000);

const SECRET = 'a secret that both sides know';
const AWAY_MS = SIZES.receiversAwayMs;
/** A receiver that was away is tried again after a pause that grows with how long it was. */
const RETRY_MS = 30_000 + 2 * AWAY_MS;
/** Those that fire, and are told, while every receiver is away. */
const MEANWHILE = ['oven-3', 'oven-4', 'oven-5', 'oven-6'];

describe('receivers that are not ours', () => {
  let pipeline: Pipeline;
  let device: MqttClient;
  let web: WebReceiver;
  let mail: MailReceiver;
  /** Where there is one. */
  let alertmanager: Alertmanager | undefined;

  beforeAll(async () => {
    [web, mail, alertmanager] = await Promise.all([
      WebReceiver.start(SECRET),
      startMailReceiver(),
      Alertmanager.start(),
    ]);
    pipeline = await startPipeline('receivers', ['aggregator', 'alerter', 'api', 'bridge']);
    const channels = [
      {
        id: 'ops-web',
        name: 'Ops',
        type: 'webhook',
        config: { url: web.url, secret: SECRET },
        groupWaitMs: 200,
      },
      {
        id: 'ops-mail',
        name: 'Ops by mail',
        type: 'email',
        config: {
          host: '127.0.0.1',
          port: mail.port,
          from: 'fieldstream@example.org',
          to: ['ops@example.org'],
        },
        groupWaitMs: 200,
      },
      ...(alertmanager
        ? [{ id: 'am', name: 'Alertmanager', type: 'alertmanager', config: { url: alertmanager.url } }]
        : []),
    ];
    for (const channel of channels) await post('/api/channels', channel);
    await post('/api/rules', {
      id: 'too-hot',
      name: 'Oven too hot',
      severity: 'critical',
      description: 'Open the door.',
      scope: { devices: ['oven-*'], metrics: ['temperature'] },
      kind: 'threshold',
      params: { operator: '>', threshold: 30, clearThreshold: 28 },
      notify: { channels: channels.map(({ id }) => id) },
    });
    await rulesInForce(pipeline);
    device = await mqtt.connectAsync(pipeline.mqttUrl, { protocolVersion: 4 });
  });

  afterAll(async () => {
    await device?.endAsync(true);
    await pipeline?.close();
    await Promise.all([web?.close(), mail?.close(), alertmanager?.close()]);
  });

  async function post(path: string, body: object): Promise<void> {
    const response = await fetch(pipeline.apiUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  }

  async function report(oven: string, temperature: number): Promise<void> {
    await device.publishAsync(`devices/${oven}/telemetry`, JSON.stringify({ temperature }), { qos: 1 });
  }

  const until = (what: string, check: () => void | Promise<void>, timeoutMs = 30_000): Promise<void> =>
    eventually(check, { what, timeoutMs, everyMs: 100 });

  /** As mosquitto_sub prints it: the topic, a space, the payload. */
  const heardOf = (messages: readonly string[]): string[] =>
    messages
      .filter((line) => line.includes('{'))
      .map((line) => JSON.parse(line.slice(line.indexOf('{'))) as AlertRecord)
      .map(({ change, deviceId }) => `${change} ${deviceId}`);

  const subjects = async (): Promise<string[]> => (await mail.mails()).map(({ subject }) => subject);

  const atAlertmanager = async (): Promise<string[]> =>
    ((await alertmanager?.alerts()) ?? []).map(({ labels }) => labels['device_id'] ?? '').sort();

  const receivers = (): Receiver[] => [web, mail, ...(alertmanager ? [alertmanager] : [])];

  test('an alert reaches a subscriber, a webhook that verifies the signature, a mailbox and Alertmanager', async () => {
    const subscriber = await subscribe(pipeline.mqttPort);
    try {
      await report('oven-1', 31);
      await until('the alert', () => expect(heardOf(subscriber.messages)).toEqual(['firing oven-1']));
      await until('the webhook', () => expect(web.changes).toEqual(['firing oven-1']));
      await until('the mail', async () =>
        expect(await subjects()).toEqual(['[firing] Oven too hot: temperature of oven-1']),
      );
      const [{ raw } = { raw: '' }] = await mail.mails();
      expect(raw).toMatch(/content-type: multipart\/alternative/i);
      expect(raw).toContain('Open the door.');

      await report('oven-2', 35);
      await until('its mail', async () => expect(await subjects()).toHaveLength(2));
      if (alertmanager) {
        await until('both alerts in one group', async () => {
          const groups = (await alertmanager?.groups()) ?? [];
          expect(groups.map(({ labels }) => labels)).toEqual([{ alertname: 'Oven too hot' }]);
          expect(groups[0]?.alerts).toHaveLength(2);
        });
        const shown = await alertmanager.alerts();
        const first = shown.find(({ labels }) => labels['device_id'] === 'oven-1');
        expect(first?.labels).toMatchObject({
          severity: 'critical',
          rule_id: 'too-hot',
          metric: 'temperature',
        });
        expect(first?.annotations['summary']).toContain('temperature of oven-1 is 31');
      }

      await report('oven-1', 20);
      await until('the resolution', () => expect(heardOf(subscriber.messages)).toContain('resolved oven-1'));
      await until('its webhook', () => expect(web.changes).toContain('resolved oven-1'));
      await until('its mail', async () =>
        expect(await subjects()).toContain('[resolved] Oven too hot: temperature of oven-1'),
      );
      if (alertmanager)
        await until('oven-1 gone', async () => expect(await atAlertmanager()).toEqual(['oven-2']));
    } finally {
      subscriber.close();
    }
    expect(web.refused).toEqual([]);
  });

  test(`all of them away for ${AWAY_MS / 1_000} s: the stream goes on, and each gets every alert when it is back`, async () => {
    const before = { webhooks: web.changes.length, mails: (await mail.mails()).length };
    await Promise.all(receivers().map((receiver) => receiver.takeAway()));
    const backAtMs = Date.now() + AWAY_MS;
    for (const oven of [...MEANWHILE, 'oven-7']) await report(oven, 32);
    await report('oven-7', 20);
    // Nobody else waits for them.
    const { rows } = await eventually(
      async () => {
        const found = await pipeline.sql.query<{ device: string; state: string }>(
          `SELECT payload->>'deviceId' AS device, payload->>'change' AS state FROM notification
           WHERE channel = 'stream' AND delivered_at IS NOT NULL AND payload->>'deviceId' >= 'oven-3' ORDER BY sequence`,
        );
        return found.rows.length < MEANWHILE.length + 2 ? false : found;
      },
      { timeoutMs: 30_000, what: 'the alerts in the stream' },
    );
    expect(rows.at(-1)).toEqual({ device: 'oven-7', state: 'resolved' });
    await eventually(() => Date.now() >= backAtMs, {
      timeoutMs: AWAY_MS * 2,
      everyMs: 250,
      what: 'the outage',
    });
    const unsent = await pipeline.sql.query(
      `SELECT FROM notification n LEFT JOIN notification_message m USING (message_id)
       WHERE n.channel = 'channel' AND coalesce(m.delivered_at, n.delivered_at) IS NULL
         AND coalesce(m.failed_at, n.failed_at) IS NULL`,
    );
    expect(unsent.rowCount).toBe((MEANWHILE.length + 2) * (alertmanager ? 3 : 2));

    await Promise.all(receivers().map((receiver) => receiver.bringBack()));
    const subscriber = await subscribe(pipeline.mqttPort);
    try {
      // What fires is retained.
      await until('retained alerts', () =>
        expect(heardOf(subscriber.messages).sort()).toEqual(
          ['oven-2', ...MEANWHILE].map((oven) => `firing ${oven}`),
        ),
      );
    } finally {
      subscriber.close();
    }
    // What happened to one alert meanwhile is told as it stands now.
    const told = [...MEANWHILE.map((oven) => `firing ${oven}`), 'resolved oven-7'];
    await until(
      'every alert at the webhook',
      () => expect([...new Set(web.changes.slice(before.webhooks))].sort()).toEqual(told),
      RETRY_MS,
    );
    await until(
      'every alert in the mails',
      async () => {
        const mails = (await mail.mails()).map(({ raw }) => raw).join('\n');
        for (const oven of [...MEANWHILE, 'oven-7']) expect(mails).toContain(`temperature of ${oven}`);
      },
      RETRY_MS,
    );
    expect((await mail.mails()).length).toBeGreaterThan(before.mails);
    // It came back with nothing: what it knew before is told again too.
    if (alertmanager)
      await until(
        'every open alert at Alertmanager',
        async () => expect(await atAlertmanager()).toEqual(['oven-2', ...MEANWHILE]),
        RETRY_MS,
      );
    expect(web.refused).toEqual([]);
  });
});

/**
 * A foreign subscriber of all alerts: mosquitto_sub on given engines, where it is installed; else the mqtt
 * package.
 */
async function subscribe(port: number): Promise<Subscription> {
  if (isAvailable('mosquitto_sub', 'mosquitto-clients')) return mosquittoSub(port, 'alerts/#');
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 });
  const messages: string[] = [];
  client.on('message', (topic, payload) => messages.push(`${topic} ${payload.toString()}`));
  await client.subscribeAsync('alerts/#', { qos: 1 });
  return { messages, close: () => void client.end(true) };
}
