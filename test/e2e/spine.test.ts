import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { eventually } from '@fieldstream/testing';
import { mosquittoPub, mosquittoSub } from '../support/commands.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';

jest.setTimeout(120_000);

interface Hook {
  readonly key: string | undefined;
  readonly body: { readonly alerts: readonly { readonly state: string }[] };
}

describe('the whole way, with foreign clients', () => {
  let pipeline: Pipeline;
  let receiver: Server;
  let hookUrl: string;
  const hooks: Hook[] = [];

  beforeAll(async () => {
    pipeline = await startPipeline('spine', ['aggregator', 'alerter', 'api', 'bridge']);
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        hooks.push({
          key: request.headers['idempotency-key']?.toString(),
          body: JSON.parse(body) as Hook['body'],
        });
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    hookUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  });

  afterAll(async () => {
    receiver?.close();
    await pipeline?.close();
  });

  async function api<T>(path: string, init?: RequestInit): Promise<T> {
    const response = await fetch(`${pipeline.apiUrl}${path}`, {
      headers: { 'content-type': 'application/json' },
      ...init,
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  test('a reading published with mosquitto_pub is the latest value, a row, a rollup and a device', async () => {
    await mosquittoPub(
      pipeline.mqttPort,
      'devices/greenhouse-1/telemetry',
      '{"temperature":21.5,"humidity":44}',
    );
    const latest = await eventually(
      () => api<{ values: { metric: string; value: number }[] }>('/api/devices/greenhouse-1/latest'),
      { timeoutMs: 10_000, what: 'the latest values' },
    );
    const values = Object.fromEntries(latest.values.map(({ metric, value }) => [metric, value]));
    expect(values).toEqual({ temperature: 21.5, humidity: 44 });
    const { rows } = await pipeline.sql.query(
      `SELECT s.metric, r.value, m.count::int, m.last FROM device d JOIN series s USING (device_id)
       JOIN reading r USING (series_id) JOIN reading_1m m USING (series_id) WHERE d.device_id = 'greenhouse-1' ORDER BY 1`,
    );
    expect(rows).toEqual([
      { metric: 'humidity', value: 44, count: 1, last: 44 },
      { metric: 'temperature', value: 21.5, count: 1, last: 21.5 },
    ]);
  });

  test('a noisy crossing fires once and clears once: in rows, over MQTT and at the webhook, though the alerter is killed on the way', async () => {
    const subscription = await mosquittoSub(pipeline.mqttPort, 'alerts/#');
    await api('/api/channels', {
      method: 'POST',
      body: JSON.stringify({
        id: 'hook',
        name: 'Hook',
        type: 'webhook',
        config: { url: hookUrl },
        groupWaitMs: 100,
      }),
    });
    await api('/api/rules', {
      method: 'POST',
      body: JSON.stringify({
        id: 'too-hot',
        name: 'Too hot',
        severity: 'warning',
        scope: { devices: ['greenhouse-*'], metrics: ['temperature'] },
        kind: 'threshold',
        params: { operator: '>', threshold: 30, clearThreshold: 28 },
        forMs: 5_000,
        notify: { channels: ['hook'] },
      }),
    });
    const alertStates = () =>
      pipeline.sql.query<{ pending: boolean }>(
        `SELECT state #>> '{levels,0,isFiring}' = 'false' AS pending FROM alert_state WHERE device_id = 'greenhouse-2'`,
      );
    const publish = (temperature: number, tsMs: number): Promise<void> =>
      mosquittoPub(
        pipeline.mqttPort,
        'devices/greenhouse-2/telemetry',
        JSON.stringify({ temperature, ts: tsMs }),
      );
    try {
      // A reading below, until the alerter knows the rule and the series.
      const start = Date.now() - 60_000;
      let calm = start - 100;
      await eventually(
        async () => {
          await publish(20, (calm += 1));
          return (await alertStates()).rows.length > 0;
        },
        { timeoutMs: 20_000, everyMs: 300, what: 'the alerter evaluating the rule' },
      );
      // Noise around the threshold does not hold for five seconds; the crossing does.
      for (const [n, value] of [30.4, 29.7, 30.2, 29.9, 31].entries())
        await publish(value, start + n * 1_000);
      await eventually(async () => (await alertStates()).rows[0]?.pending === true, {
        what: 'the crossing being pending',
      });
      await pipeline.service('alerter').kill('SIGKILL');
      for (const [n, value] of [30.6, 31.2, 30.9, 31.4, 30.8].entries())
        await publish(value, start + (5 + n) * 1_000);
      await pipeline.service('alerter').restart({ signal: 'SIGKILL' });
      await eventually(() => hooks.length >= 1, { timeoutMs: 30_000, what: 'the webhook of the firing' });
      // Between the thresholds nothing changes; below the clear threshold it is over.
      for (const [n, value] of [29.5, 30.3, 28.4, 29.1, 27.5, 28.6, 27].entries())
        await publish(value, start + (12 + n) * 1_000);
      await eventually(() => new Set(hooks.map((hook) => hook.key)).size >= 2, {
        timeoutMs: 30_000,
        what: 'the webhook of the resolution',
      });
      await eventually(() => subscription.messages.length >= 2, { what: 'both messages at mosquitto_sub' });
    } finally {
      subscription.close();
    }

    const { rows } = await pipeline.sql.query<{ state: string; held: string; until: string }>(
      `SELECT state, round(extract(epoch FROM fired_at - started_at) * 1000)::int AS held,
              round(extract(epoch FROM resolved_at - fired_at) * 1000)::int AS until
       FROM alert WHERE device_id = 'greenhouse-2'`,
    );
    // Held since 31 at second 4, so fired at second 9; 27.5 at second 16 resolved it.
    expect(rows).toEqual([{ state: 'resolved', held: 5_000, until: 7_000 }]);
    const { rows: events } = await pipeline.sql.query<{ transition: string }>(
      'SELECT transition FROM alert_event ORDER BY sequence',
    );
    expect(events.map((event) => event.transition)).toEqual(['firing', 'resolved']);

    const overMqtt = subscription.messages.map((line) => {
      const [topic, ...payload] = line.split(' ');
      return { topic, state: (JSON.parse(payload.join(' ')) as { state: string }).state };
    });
    expect(overMqtt).toEqual([
      { topic: 'alerts/greenhouse-2/too-hot', state: 'firing' },
      { topic: 'alerts/greenhouse-2/too-hot', state: 'resolved' },
    ]);

    // At least once: a receiver that keeps to the idempotency key sees each transition once.
    const received = new Map(hooks.map(({ key, body }) => [key, body.alerts.map(({ state }) => state)]));
    expect([...received.values()]).toEqual([['firing'], ['resolved']]);
    const alerts = await api<{ items?: unknown[] }>('/api/alerts?device=greenhouse-2');
    expect(JSON.stringify(alerts)).toContain('too-hot');
  });
});
