import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import mqtt from 'mqtt';
import { eventually } from '@fieldstream/testing';
import { READER_PASSWORD } from '../support/reader-password.js';
import { TestBrowser, type Visit } from '../support/browser.js';
import { mosquittoPub } from '../support/commands.js';
import { describeInBrowser } from '../support/describe-in-browser.js';
import { startPipeline, type Pipeline } from '../support/pipeline.js';

jest.setTimeout(120_000);

/** One person's way through the console: each test goes on where the one before ended. */
describeInBrowser('a way through the console', (chromium) => {
  let pipeline: Pipeline;
  let browser: TestBrowser;
  let visit: Visit;

  beforeAll(async () => {
    pipeline = await startPipeline('console-journey', ['aggregator', 'alerter', 'api', 'bridge'], {
      GRAFANA_READER_PASSWORD: READER_PASSWORD,
    });
    browser = await TestBrowser.launch(chromium);
    visit = await browser.visit({ baseUrl: pipeline.apiUrl });
    for (const device of ['boiler-1', 'boiler-2']) {
      for (let minute = 10; minute > 0; minute--) {
        await publish(device, { temperature: 60 + minute, ts: Date.now() - minute * 60_000 });
      }
    }
    await eventually(async () => (await pipeline.sql.query('SELECT FROM reading')).rows.length === 20, {
      timeoutMs: 20_000,
      what: 'twenty readings',
    });
  });

  afterAll(async () => {
    await visit?.close();
    await browser?.close();
    await pipeline?.close();
  });

  const publish = (device: string, payload: object): Promise<void> =>
    mosquittoPub(pipeline.mqttPort, `devices/${device}/telemetry`, JSON.stringify(payload));
  const parameter = (name: string): string | null => new URL(visit.page.url()).searchParams.get(name);

  test('from the overview to a device', async () => {
    const { page } = visit;
    await page.goto('/?from=now-1h&to=now');
    await page.getByRole('heading', { level: 1, name: 'Fleet overview' }).waitFor();
    await page
      .getByRole('link', { name: /boiler-1/ })
      .first()
      .click();
    await page.getByRole('heading', { level: 1, name: 'Device detail' }).waitFor();
    expect(parameter('var-device')).toBe('boiler-1');
    expect(visit.complaints).toEqual([]);
  });

  test('a value published a moment ago arrives without a reload', async () => {
    const { page } = visit;
    await page.evaluate(() => Object.assign(globalThis, { isTheSamePage: true }));
    await publish('boiler-1', { temperature: 88.25 });
    await page
      .getByRole('region', { name: 'Latest values' })
      .getByText(/88\.25|88\.3/)
      .waitFor();
    expect(await page.evaluate(() => 'isTheSamePage' in globalThis)).toBe(true);
  });

  test('dragging over a chart zooms in, and a reload stays there', async () => {
    const { page } = visit;
    const plot = page.getByRole('region', { name: 'Readings' }).locator('.u-over');
    const box = await plot.boundingBox();
    if (box === null) throw new Error('the chart is not drawn');
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.85, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.98, y, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL((url) => /^\d{13}$|^\d{4}-/.test(url.searchParams.get('from') ?? ''));
    const zoomed = [parameter('from'), parameter('to')];
    await page.reload();
    await plot.waitFor();
    expect([parameter('from'), parameter('to')]).toEqual(zoomed);
    await page.goBack();
    await page.waitForURL((url) => url.searchParams.get('from') === 'now-1h');
  });

  test('another device is chosen among the variables', async () => {
    const { page } = visit;
    await page.getByRole('combobox', { name: 'Device' }).click();
    await page.getByRole('option', { name: /boiler-2/ }).click();
    await page.waitForURL((url) => url.searchParams.get('var-device') === 'boiler-2');
    await page
      .getByRole('region', { name: 'Latest values' })
      .getByText('61', { exact: false })
      .first()
      .waitFor();
    expect(visit.complaints).toEqual([]);
  });

  test('a device is registered, and connects with the credentials that are shown once', async () => {
    const { page } = visit;
    await page.getByRole('link', { name: 'Devices', exact: true }).click();
    await page.getByRole('button', { name: 'Register device' }).click();
    await page.getByRole('textbox', { name: /^Device ID/ }).fill('chiller-7');
    await page.getByRole('button', { name: 'Register', exact: true }).click();
    const username = await page.getByLabel(/^MQTT user name/).inputValue();
    const password = await page.getByLabel(/^MQTT password/).inputValue();
    expect(username).toBe('chiller-7');
    await expect(connect(username, `${password}x`)).rejects.toThrow(/[Nn]ot authorized|[Bb]ad username/);
    await page.getByText('Waiting for the first message').waitFor();
    const device = await connect(username, password);
    try {
      await device.publishAsync('devices/chiller-7/telemetry', '{"pressure": 4.5}', { qos: 1 });
    } finally {
      await device.endAsync();
    }
    await page.getByText(/It works: pressure = 4\.5/).waitFor();
    await page.getByRole('link', { name: 'Open the device' }).click();
    await page.getByRole('heading', { level: 1, name: /chiller-7/ }).waitFor();
    expect(visit.complaints).toEqual([]);
  });

  test('a rule is made, fires, and its alert is acknowledged', async () => {
    const { page } = visit;
    await page.getByRole('link', { name: /^Alerts/ }).click();
    await page.getByRole('link', { name: 'Rules' }).click();
    await page.getByRole('button', { name: 'New rule' }).first().click();
    await page.getByRole('combobox', { name: /^Devices/ }).fill('boiler-*');
    await page.getByRole('option', { name: /boiler-\*/ }).click();
    await page.keyboard.press('Escape');
    await page
      .getByLabel(/^Threshold/)
      .first()
      .fill('90');
    await page.getByLabel(/^Name/).fill('Boiler too hot');
    await page.getByRole('button', { name: 'Make the rule' }).click();
    await page.getByRole('heading', { level: 1, name: 'Boiler too hot' }).waitFor();
    await page.getByRole('link', { name: 'Open', exact: true }).click();
    await eventually(
      async () => {
        await publish('boiler-2', { temperature: 95 });
        return page.getByRole('row', { name: /Boiler too hot/ }).isVisible();
      },
      { timeoutMs: 30_000, everyMs: 500, what: 'the alert on the page' },
    );
    await page.getByRole('button', { name: /^Acting as/ }).click();
    await page.getByLabel(/^Name/).fill('Ada');
    await page.getByRole('button', { name: 'Save' }).click();
    await page
      .getByRole('button', { name: /^Acknowledge/ })
      .first()
      .click();
    await page
      .getByRole('row', { name: /Boiler too hot/ })
      .getByText('seen by Ada')
      .waitFor();
    const { rows } = await pipeline.sql.query('SELECT acknowledged_by FROM alert');
    expect(rows).toEqual([{ acknowledged_by: 'Ada' }]);
    expect(visit.complaints).toEqual([]);
  });

  test('a dead letter that can be read by now is replayed, another says why not', async () => {
    const { page } = visit;
    const insert = `INSERT INTO dead_letter (origin_topic, origin_partition, origin_offset, reason, detail, device_id, mqtt_topic,
        payload, received_at) VALUES ('telemetry.dead-letters', 99, $1, 'invalid-json', 'it is cut', 'boiler-9',
        'devices/boiler-9/telemetry', $2, now()) RETURNING dead_letter_id AS id`;
    const good = (await pipeline.sql.query<{ id: string }>(insert, [1, Buffer.from('{"temperature": 42}')]))
      .rows[0]?.id;
    const bad = (await pipeline.sql.query<{ id: string }>(insert, [2, Buffer.from('{"temperature": ')]))
      .rows[0]?.id;
    await page.getByRole('link', { name: 'Pipeline', exact: true }).click();
    await page.getByRole('link', { name: 'Dead letters' }).first().click();
    await page.getByRole('button', { name: `Payload of dead letter ${good}` }).click();
    await page.getByText('"temperature": 42').waitFor();
    await page.getByRole('button', { name: `Replay dead letter ${good}` }).click();
    await page.getByText('Replayed: its readings are in the pipeline.').waitFor();
    await eventually(
      async () => {
        const { rows } = await pipeline.sql.query(`SELECT value FROM latest WHERE device_id = 'boiler-9'`);
        return rows.length === 1;
      },
      { timeoutMs: 20_000, what: 'the replayed reading' },
    );
    expect(visit.complaints).toEqual([]);
    await page.getByRole('button', { name: `Replay dead letter ${bad}` }).click();
    await page
      .getByText(/invalid-json: /)
      .first()
      .waitFor();
  });

  async function connect(username: string, password: string): Promise<mqtt.MqttClient> {
    return mqtt.connectAsync(pipeline.mqttUrl, {
      username,
      password,
      reconnectPeriod: 0,
      clientId: `e2e-${username}`,
    });
  }
});
