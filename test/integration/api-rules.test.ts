import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { allPages, startApiBed, type ApiBed, type Page } from './api-bed.js';

const RULE = {
  id: 'hot',
  name: 'Too hot',
  scope: { devices: ['greenhouse-*'], metrics: ['temperature'] },
  kind: 'threshold',
  params: { operator: '>', threshold: 30 },
};
const FULL = {
  ...RULE,
  id: 'full',
  description: 'Check the vents',
  enabled: false,
  severity: 'info',
  scope: { devices: ['*'], labels: { site: ['north', 's*'] }, metrics: ['temp*', 'humidity'] },
  params: { operator: '>', threshold: 30, levels: [{ severity: 'critical', threshold: 40 }] },
  forMs: 60_000,
  clearForMs: 30_000,
  notify: { channels: ['ops-mail'] },
};

interface Rule {
  id: string;
}

let api: ApiBed;

beforeAll(async () => {
  api = await startApiBed('api_rules');
  await api.pool.query(
    `INSERT INTO notification_channel (channel_id, name, type, config)
     VALUES ('ops-chat', 'Chat', 'webhook', '{"url": "http://127.0.0.1:1/"}'),
            ('ops-mail', 'Mail', 'webhook', '{"url": "http://127.0.0.1:1/"}')`,
  );
}, 120_000);

afterAll(() => api?.close(), 120_000);

test('rules are made, read, listed, replaced and deleted', async () => {
  const { client } = api;
  const made = await client.send('POST', '/api/rules', RULE);
  expect(made.status).toBe(201);
  expect(made.headers.get('location')).toBe('/api/rules/hot');
  expect(made.body).toMatchObject({
    ...RULE,
    description: '',
    enabled: true,
    severity: 'warning',
    scope: { ...RULE.scope, labels: {} },
    forMs: 0,
    notify: { channels: [] },
    provenance: null,
  });
  expect((await client.get('/api/rules/hot')).body).toEqual(made.body);
  expect((await client.get<Page<Rule>>('/api/rules')).body.items).toEqual([made.body]);
  expect((await client.send('POST', '/api/rules', RULE)).status).toBe(409);

  const { id: _id, ...rest } = RULE;
  const replaced = await client.send('PUT', '/api/rules/hot', {
    ...rest,
    name: 'Hotter',
    severity: 'critical',
  });
  expect(replaced.body).toMatchObject({ id: 'hot', name: 'Hotter', severity: 'critical' });
  expect(Number(replaced.body['revision'])).toBeGreaterThan(Number(made.body['revision']));

  expect((await client.send('DELETE', '/api/rules/hot')).status).toBe(204);
  expect((await client.get('/api/rules/hot')).status).toBe(404);
  expect((await client.get<Page<Rule>>('/api/rules')).body.items).toEqual([]);
});

test('every field comes back as it was given', async () => {
  const { body } = await api.client.send('POST', '/api/rules', FULL);
  expect(body).toMatchObject(FULL);
  expect((await api.client.get('/api/rules/full')).body).toEqual(body);
});

test('a rule is enabled and disabled, and otherwise stays as it is', async () => {
  const { client } = api;
  const enabled = await client.send('PATCH', '/api/rules/full', { enabled: true });
  expect(enabled.body).toMatchObject({ ...FULL, enabled: true });
  const again = await client.send('PATCH', '/api/rules/full', { enabled: true });
  expect(again.body).toEqual(enabled.body);
  const disabled = await client.send('PATCH', '/api/rules/full', { enabled: false });
  expect(disabled.body).toMatchObject(FULL);
});

test('every faulty field is named', async () => {
  const faulty = {
    ...RULE,
    id: 'Hot',
    params: { operator: '>', threshold: 'x' },
    scope: { devices: ['a/b'], metric: 'temperature' },
    notify: { channels: ['Ops Mail'] },
    colour: 'red',
  };
  const { status, body } = await api.client.send<{ errors: { field: string }[] }>(
    'POST',
    '/api/rules',
    faulty,
  );
  expect(status).toBe(400);
  expect(body.errors.map(({ field }) => field).sort()).toEqual([
    'colour',
    'id',
    'notify.channels[0]',
    'params.threshold',
    'scope.devices[0]',
    'scope.metric',
  ]);
});

test('channels that do not exist are refused, and those that do are named', async () => {
  const rule = { ...RULE, notify: { channels: ['ops-mail', 'nope'] } };
  const fault = 'must be the ID of a notification channel; known are ops-chat, ops-mail';
  const errors = [{ in: 'body', field: 'notify.channels[1]', fault }];
  expect(await api.client.send('POST', '/api/rules', rule)).toMatchObject({ status: 400, body: { errors } });
  const replacement = { ...rule, id: 'full' };
  expect(await api.client.send('PUT', '/api/rules/full', replacement)).toMatchObject({
    status: 400,
    body: { errors },
  });
});

describe('a rule that a file defines', () => {
  beforeAll(async () => {
    await api.client.send('POST', '/api/rules', { ...RULE, id: 'from-file' });
    await api.pool.query(
      `UPDATE alert_rule SET provenance = 'alerting/house.yaml' WHERE rule_id = 'from-file'`,
    );
  });

  test('says so', async () => {
    expect((await api.client.get('/api/rules/from-file')).body).toMatchObject({
      provenance: 'alerting/house.yaml',
    });
  });

  test.each([
    ['PUT', { ...RULE, id: 'from-file' }],
    ['PATCH', { enabled: false }],
    ['DELETE', undefined],
  ])('%s is refused, naming the file', async (method, body) => {
    const before = await api.client.get('/api/rules/from-file');
    const answer = await api.client.send(method, '/api/rules/from-file', body);
    expect(answer).toMatchObject({
      status: 409,
      body: {
        type: 'urn:fieldstream:problem:provisioned',
        detail: expect.stringContaining('alerting/house.yaml'),
      },
    });
    expect((await api.client.get('/api/rules/from-file')).body).toEqual(before.body);
  });
});

describe('the list', () => {
  beforeAll(async () => {
    await api.client.send('POST', '/api/rules', { ...RULE, id: 'a-rule', name: 'Kälte' });
    await api.client.send('POST', '/api/rules', {
      ...RULE,
      id: 'a0',
      kind: 'absence',
      params: { afterMs: 60_000 },
      description: 'Look at the GATEWAY',
    });
  });

  test('all pages have every rule once, by ID', async () => {
    const { items, pages } = await allPages<Rule>(api.client, '/api/rules?limit=2');
    expect(items.map(({ id }) => id)).toEqual(['a-rule', 'a0', 'from-file', 'full']);
    expect(pages).toBe(2);
  });

  test.each([
    ['enabled=false', ['full']],
    ['kind=absence', ['a0']],
    ['text=K%C3%84LTE', ['a-rule']],
    ['text=gateway', ['a0']],
    ['text=from', ['from-file']],
    ['kind=absence&enabled=false', []],
  ])('?%s', async (query, expected) => {
    const { body } = await api.client.get<Page<Rule>>(`/api/rules?${query}`);
    expect(body.items.map(({ id }) => id)).toEqual(expected);
  });

  test('a rule that cannot be evaluated is listed apart', async () => {
    await api.pool.query(
      `INSERT INTO alert_rule (rule_id, name, severity, scope, kind, params) VALUES ('odd', 'Odd', 'info', '{}', 'magic', '{}')`,
    );
    const { body } = await api.client.get<Page<Rule> & { faulty: object[] }>('/api/rules');
    expect(body.faulty).toMatchObject([{ id: 'odd', problems: [{ field: 'kind' }] }]);
    expect(body.items.map(({ id }) => id)).not.toContain('odd');
    expect((await api.client.send('DELETE', '/api/rules/odd')).status).toBe(204);
  });
});

test('kinds are listed with examples, which make rules', async () => {
  const { body } = await api.client.get<{
    items: { kind: string; examples: { subject: string; params: object }[] }[];
  }>('/api/rule-kinds');
  expect(body.items.map(({ kind }) => kind)).toContain('threshold');
  const absence = body.items.find(({ kind }) => kind === 'absence');
  expect(absence?.examples.map(({ subject }) => subject)).toEqual(['series', 'device', 'series']);
  for (const { kind, examples } of body.items) {
    for (const { params } of examples) {
      const rule = { ...RULE, id: 'example', kind, params, scope: {} };
      expect((await api.client.send('POST', '/api/rules', rule)).status).toBe(201);
      expect((await api.client.send('DELETE', '/api/rules/example')).status).toBe(204);
    }
  }
});

test('among 10,000 rules one is found, and one more is refused', async () => {
  const scope = JSON.stringify(RULE.scope);
  await api.pool.query(
    `INSERT INTO alert_rule (rule_id, name, severity, scope, kind, params)
     SELECT 'many-' || n, 'Many', 'info', $1, 'threshold', $2 FROM generate_series(1, 10000) n`,
    [scope, JSON.stringify(RULE.params)],
  );
  const refused = await api.client.send('POST', '/api/rules', { ...RULE, id: 'one-more' });
  expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('10000 rules') } });
  const last = await api.client.get<Page<Rule>>('/api/rules?text=many-10000');
  expect(last.body.items.map(({ id }) => id)).toEqual(['many-10000']);
  await api.pool.query(`DELETE FROM alert_rule WHERE rule_id LIKE 'many-%'`);
});

test.each([
  ['GET', '/api/rules/nope', undefined, 404],
  ['DELETE', '/api/rules/nope', undefined, 404],
  ['PUT', '/api/rules/nope', RULE, 400],
  ['PUT', '/api/rules/nope', { ...RULE, id: 'nope' }, 404],
  ['PATCH', '/api/rules/nope', { enabled: true }, 404],
  ['PATCH', '/api/rules/full', {}, 400],
  ['PATCH', '/api/rules/full', { enabled: 'yes' }, 400],
  ['PATCH', '/api/rules/full', { enabled: true, name: 'x' }, 400],
  ['GET', '/api/rules/No', undefined, 400],
  ['GET', '/api/rules?kind=magic', undefined, 400],
  ['GET', '/api/rules?enabled=1', undefined, 400],
  ['GET', '/api/rules?limit=501', undefined, 400],
  ['GET', '/api/rules?cursor=x', undefined, 400],
  ['POST', '/api/rules', undefined, 400],
  ['POST', '/api/rules', [], 400],
  ['PUT', '/api/rules/hot', [], 400],
])('%s %s %j is %i', async (method, path, body, status) => {
  expect((await api.client.send(method, path, body)).status).toBe(status);
});
