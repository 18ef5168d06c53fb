import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { HttpReceiver } from '../testing/http-receiver.js';
import { alertMessage, alertRecord, alertRecords, sendContext } from '../testing/sample-alerts.js';
import { opsgenie } from './opsgenie.js';
import { pagerduty } from './pagerduty.js';

const KEY = 'R0000000000000000000000000000001';

let receiver: HttpReceiver;
beforeAll(async () => {
  receiver = await HttpReceiver.start();
});
beforeEach(() => receiver.reset());
afterAll(() => receiver.stop());

const resolved = alertRecord({ state: 'resolved', change: 'resolved' });
const escalated = alertRecord({ severity: 'critical', change: 'severity' });

describe('pagerduty', () => {
  test('opens an incident of the alert', async () => {
    await pagerduty.send(
      { routingKey: KEY, url: `${receiver.url}/v2/enqueue` },
      alertMessage(),
      sendContext(),
    );
    expect(receiver.requests[0]?.url).toBe('/v2/enqueue');
    expect(receiver.bodies).toEqual([
      {
        routing_key: KEY,
        event_action: 'trigger',
        dedup_key: 'a1',
        client: 'Fieldstream',
        client_url: 'https://console.example/alerts',
        payload: {
          summary: 'Greenhouse too hot: temperature of gh-1 is > 30',
          source: 'gh-1',
          severity: 'warning',
          timestamp: '2026-05-04T10:00:00.000Z',
          component: 'temperature',
          class: 'Greenhouse too hot',
          custom_details: { rule: 'too-hot', description: '', value: '31.5', labels: { site: 'north' } },
        },
      },
    ]);
  });

  test.each([
    ['a recovery', [resolved], false, [['resolve', 'a1']]],
    [
      'an alert that is over already',
      [alertRecord(), { ...resolved, sequence: 2 }],
      false,
      [['resolve', 'a1']],
    ],
    ['a change of severity', [escalated], false, [['trigger', 'a1']]],
    [
      'a test',
      [alertRecord()],
      true,
      [
        ['trigger', 'a1'],
        ['resolve', 'a1'],
      ],
    ],
    [
      'two alerts',
      alertRecords(2),
      false,
      [
        ['trigger', 'a1'],
        ['trigger', 'a2'],
      ],
    ],
  ])('%s', async (_, alerts, isTest, events) => {
    const config = { routingKey: KEY, url: receiver.url };
    await pagerduty.send(config, alertMessage(alerts, { isTest }), sendContext());
    const bodies = receiver.bodies as { event_action: string; dedup_key: string }[];
    expect(bodies.map((body) => [body.event_action, body.dedup_key])).toEqual(events);
  });
});

describe('opsgenie', () => {
  const config = (): { apiKey: string; apiUrl: string } => ({
    apiKey: 'eb243592-faa2-4ba2-a551',
    apiUrl: receiver.url,
  });

  test('opens an alert with the ID as its alias', async () => {
    await opsgenie.send(
      config(),
      alertMessage([alertRecord({ description: 'Open the vents.' })]),
      sendContext(),
    );
    expect(receiver.requests).toMatchObject([
      { method: 'POST', url: '/v2/alerts', headers: { authorization: 'GenieKey eb243592-faa2-4ba2-a551' } },
    ]);
    expect(receiver.bodies).toEqual([
      {
        message: 'Greenhouse too hot: temperature of gh-1 is > 30',
        alias: 'a1',
        description:
          'Greenhouse too hot: temperature of gh-1 is > 30\nOpen the vents.\nhttps://console.example/alerts',
        priority: 'P3',
        entity: 'gh-1',
        source: 'Fieldstream',
        tags: ['too-hot', 'warning'],
        details: {
          rule: 'Greenhouse too hot',
          device: 'gh-1',
          metric: 'temperature',
          value: '31.5',
          'label site': 'north',
        },
      },
    ]);
  });

  test.each([
    ['a recovery', [resolved], false, ['POST /v2/alerts/a1/close?identifierType=alias']],
    [
      'a change of severity',
      [escalated],
      false,
      ['POST /v2/alerts', 'PUT /v2/alerts/a1/priority?identifierType=alias'],
    ],
    ['a test', [alertRecord()], true, ['POST /v2/alerts', 'POST /v2/alerts/a1/close?identifierType=alias']],
  ])('%s', async (_, alerts, isTest, requests) => {
    await opsgenie.send(config(), alertMessage(alerts, { isTest }), sendContext());
    expect(receiver.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(requests);
  });

  test('no field is longer than it may be', async () => {
    const long = 'x'.repeat(20_000);
    const labels = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`l${i}`, 'y'.repeat(200)]));
    const alert = alertRecord({ summary: long, description: long, deviceId: long, text: long, labels });
    await opsgenie.send(config(), alertMessage([alert]), sendContext());
    const [body] = receiver.bodies as [Record<string, string> & { details: Record<string, string> }];
    expect(body['message']).toHaveLength(130);
    expect(body['entity']).toHaveLength(512);
    expect(body['description']?.length).toBeLessThanOrEqual(15_000);
    expect(Object.entries(body.details).flat().join('').length).toBeLessThanOrEqual(8_000);
  });
});

describe.each([
  [
    'pagerduty',
    (url: string, key: string) =>
      pagerduty.send(
        { routingKey: KEY, url },
        alertMessage(alertRecords(20), { idempotencyKey: key }),
        sendContext(),
      ),
  ],
  [
    'opsgenie',
    (url: string, key: string) =>
      opsgenie.send(
        { apiKey: 'eb243592-faa2-4ba2', apiUrl: url },
        alertMessage(alertRecords(20), { idempotencyKey: key }),
        sendContext(),
      ),
  ],
])('%s', (_, send) => {
  test('goes on after a failure where it ended', async () => {
    let left = 10;
    receiver.answer = (_request, response) => response.writeHead(left-- > 0 ? 202 : 500).end();
    await expect(send(receiver.url, 'goes-on')).rejects.toMatchObject({ code: 'receiver-fault' });
    const before = receiver.requests.length;
    expect(before).toBeGreaterThanOrEqual(11);
    expect(before).toBeLessThanOrEqual(14);
    receiver.reset();
    await send(receiver.url, 'goes-on');
    expect(receiver.requests).toHaveLength(10);
    // Another message, or the same again, begins at the beginning.
    receiver.reset();
    await send(receiver.url, 'goes-on');
    expect(receiver.requests).toHaveLength(20);
  });
});
