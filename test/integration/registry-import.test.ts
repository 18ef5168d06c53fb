import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { makeToken, verifyToken } from '@fieldstream/wire';
import { startApiBed, type ApiBed } from './api-bed.js';

jest.setTimeout(60_000);

interface Result {
  line: number;
  deviceId: string;
  result: string;
  token?: string;
  fault?: string;
}

let api: ApiBed;

beforeAll(async () => {
  api = await startApiBed('registry_import');
}, 120_000);
afterAll(async () => {
  await api?.close();
}, 120_000);

const send = (body: string, query = '', type = 'text/csv'): Promise<Response> =>
  fetch(`${api.client.url}/api/devices/import${query}`, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  });

async function imported(rows: readonly string[], query = ''): Promise<Result[]> {
  const answer = await send(rows.join('\n'), `?format=ndjson${query}`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
  const results = (await answer.text()).trim().split('\n');
  return results.map((line) => JSON.parse(line) as Result).sort((a, b) => a.line - b.line);
}

const brief = (results: readonly Result[]): (string | undefined)[][] =>
  results.map(({ line, deviceId, result, fault }) => [String(line), deviceId, result, fault]);

describe('a CSV file', () => {
  test('becomes devices with tokens, names, labels and gateways, whatever the order of its lines', async () => {
    const own = makeToken();
    const results = await imported([
      '\ufeffdeviceId,name,site,label.floor,gatewayId,token',
      'im-valve,"Valve, ""main""",north,2,im-hub,',
      'im-hub,,north,,,',
      `im-moved,,,,,${own}`,
    ]);
    expect(brief(results)).toEqual([
      ['2', 'im-valve', 'registered', undefined],
      ['3', 'im-hub', 'registered', undefined],
      ['4', 'im-moved', 'registered', undefined],
    ]);
    expect((await api.client.get('/api/devices/im-valve')).body).toMatchObject({
      name: 'Valve, "main"',
      labels: { site: 'north', floor: '2' },
      gatewayId: 'im-hub',
      registered: true,
    });
    const { rows } = await api.pool.query<{ device_id: string; token_hash: string }>(
      `SELECT device_id, token_hash FROM device_registration WHERE device_id LIKE 'im-%'`,
    );
    const hashes = new Map(rows.map((row) => [row.device_id, row.token_hash]));
    expect(await verifyToken(results[0]?.token ?? '', hashes.get('im-valve') ?? '')).toBe(true);
    expect(results[2]).not.toHaveProperty('token');
    expect(await verifyToken(own, hashes.get('im-moved') ?? '')).toBe(true);
  });

  test('has results line by line: a faulty one changes nothing, and stops no other', async () => {
    await api.client.send('POST', '/api/devices', { deviceId: 'im-there', name: 'Before' });
    const results = await imported([
      'deviceId,name,gatewayId,token',
      'im-good,,,',
      'im-there,After,,',
      'im/slash,,,',
      ',,,',
      'im-orphan,,im-nobody,',
      'im-self,,im-self,',
      'im-circle-a,,im-circle-b,',
      'im-circle-b,,im-circle-a,',
      'im-good,Twice,,',
      'im-secret,,,sesame',
      'im-wide,,,,,',
    ]);
    expect(brief(results)).toEqual([
      ['2', 'im-good', 'registered', undefined],
      ['3', 'im-there', 'refused', expect.stringContaining('registered already')],
      ['4', 'im/slash', 'refused', expect.stringContaining('deviceId')],
      ['5', '', 'refused', 'deviceId is missing.'],
      ['6', 'im-orphan', 'refused', 'has a gateway that is not registered'],
      ['7', 'im-self', 'refused', 'has a gateway that is not registered'],
      ['8', 'im-circle-a', 'refused', 'has a gateway that is not registered'],
      ['9', 'im-circle-b', 'refused', 'has a gateway that is not registered'],
      ['10', 'im-good', 'refused', 'deviceId stands in line 2 already'],
      ['11', 'im-secret', 'refused', expect.stringContaining('token must be 32 characters')],
      ['12', 'im-wide', 'refused', 'has 6 cells, and there are 4 columns'],
    ]);
    expect((await api.client.get('/api/devices/im-there')).body).toMatchObject({ name: 'Before' });
    for (const refused of ['im-orphan', 'im-self', 'im-secret', 'im-wide']) {
      expect([refused, (await api.client.get(`/api/devices/${refused}`)).status]).toEqual([refused, 404]);
    }
  });

  test('can be tried without registering anything', async () => {
    const rows = ['deviceId,gatewayId', 'im-try-child,im-try-hub', 'im-try-hub,', 'im-there,'];
    const trial = await imported(rows, '&dryRun=true');
    expect(brief(trial)).toEqual([
      ['2', 'im-try-child', 'registered', undefined],
      ['3', 'im-try-hub', 'registered', undefined],
      ['4', 'im-there', 'refused', expect.stringContaining('registered already')],
    ]);
    expect(trial.some(({ token }) => token !== undefined)).toBe(false);
    expect((await api.client.get('/api/devices/im-try-hub')).status).toBe(404);
    expect(brief(await imported(rows))).toEqual(brief(trial));
  });

  test('is answered with CSV where nothing else is asked for', async () => {
    const answer = await send('deviceId\r\n"im ""q"",x"\r\nim/no\r\n');
    expect(answer.headers.get('content-type')).toContain('text/csv');
    expect(await answer.text()).toMatch(
      /^line,deviceId,result,token,fault\r\n3,im\/no,refused,,".*"\r\n2,"im ""q"",x",registered,[\w-]{32},\r\n$/,
    );
  });

  test('of 1,000 devices is registered in some batches', async () => {
    const rows = Array.from({ length: 1_000 }, (_, index) => `im-many-${index},${index % 3}`);
    const results = await imported(['deviceId,site', ...rows]);
    expect(results.filter(({ result }) => result === 'registered')).toHaveLength(1_000);
    expect(new Set(results.map(({ token }) => token)).size).toBe(1_000);
    const { body } = await api.client.get<{ total: number }>('/api/devices?search=im-many-&label=site%3D1');
    expect(body.total).toBe(333);
  });

  test.each([
    ['an empty file', '', 400, 'is empty'],
    ['no column of IDs', 'name\nx', 400, 'no column deviceId'],
    ['an unknown column', 'deviceId,colour\nx,red', 400, 'colour'],
    ['a column twice', 'deviceId,site,label.site\nx,a,b', 400, 'two columns'],
    ['an open quote', 'deviceId\n"x', 400, 'no CSV'],
    ['a line without end', `deviceId\n${'x'.repeat(70_000)}`, 400, 'no CSV'],
    ['too many devices', `deviceId\n${'x\n'.repeat(100_001)}`, 413, '100000'],
  ])('%s is refused as a whole', async (_, body, status, detail) => {
    const answer = await send(body);
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as { detail: string }).detail).toContain(detail);
  });

  test('is nothing else than CSV', async () => {
    expect((await send('{}', '', 'application/json')).status).toBe(415);
  });
});
