import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { HttpReceiver } from '../testing/http-receiver.js';
import { alertMessage, alertRecord, alertRecords, sendContext } from '../testing/sample-alerts.js';
import { discord } from './discord.js';
import { ntfy } from './ntfy.js';
import { slack } from './slack.js';
import { teams } from './teams.js';
import { telegram } from './telegram.js';

let receiver: HttpReceiver;
beforeAll(async () => {
  receiver = await HttpReceiver.start();
});
beforeEach(() => receiver.reset());
afterAll(() => receiver.stop());

const TITLE = '[firing] Greenhouse too hot: temperature of gh-1';
const LINE = '[warning] Greenhouse too hot: temperature of gh-1 is > 30 (since 2026-05-04 09:59:00 UTC)';
const CONSOLE = 'https://console.example/alerts';
const resolved = alertMessage([alertRecord({ state: 'resolved', change: 'resolved' })]);
const template = { title: 'T: {{ruleName}}', text: '{{#alerts}}{{device}}\n{{/alerts}}' };

test('slack: text, colour and a link in an attachment', async () => {
  await slack.send({ url: `${receiver.url}/services/T/B/X` }, alertMessage(), sendContext());
  expect(receiver.requests[0]?.url).toBe('/services/T/B/X');
  expect(receiver.bodies).toEqual([
    {
      text: TITLE,
      mrkdwn: false,
      unfurl_links: false,
      attachments: [
        {
          color: '#dc6803',
          blocks: [
            { type: 'section', text: { type: 'plain_text', text: LINE, emoji: false } },
            { type: 'context', elements: [{ type: 'mrkdwn', text: `<${CONSOLE}|Open the alerts>` }] },
          ],
        },
      ],
    },
  ]);
});

test('discord: one embed, and nobody is mentioned', async () => {
  await discord.send({ url: receiver.url }, alertMessage(), sendContext());
  expect(receiver.bodies).toEqual([
    {
      embeds: [
        {
          title: '\\[firing\\] Greenhouse too hot\\: temperature of gh\\-1',
          description:
            '\\[warning\\] Greenhouse too hot\\: temperature of gh\\-1 is \\> 30 \\(since 2026\\-05\\-04 09\\:59\\:00 UTC\\)',
          color: 0xdc6803,
          timestamp: '2026-05-04T10:00:00.000Z',
          url: CONSOLE,
        },
      ],
      allowed_mentions: { parse: [] },
    },
  ]);
});

test('teams: an Adaptive Card of text runs', async () => {
  await teams.send({ url: receiver.url }, alertMessage(), sendContext());
  expect(receiver.bodies).toEqual([
    {
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          contentUrl: null,
          content: {
            $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
            type: 'AdaptiveCard',
            version: '1.4',
            msteams: { width: 'Full' },
            body: [
              {
                type: 'RichTextBlock',
                inlines: [
                  { type: 'TextRun', text: TITLE, weight: 'bolder', size: 'medium', color: 'warning' },
                ],
              },
              { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: LINE }] },
            ],
            actions: [{ type: 'Action.OpenUrl', title: 'Open the alerts', url: CONSOLE }],
          },
        },
      ],
    },
  ]);
});

describe('ntfy', () => {
  test('JSON to the server, priority and picture by severity', async () => {
    await ntfy.send({ url: `${receiver.url}/my-topic` }, alertMessage(), sendContext());
    expect(receiver.requests[0]?.url).toBe('/');
    expect(receiver.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(receiver.bodies).toEqual([
      { topic: 'my-topic', title: TITLE, message: LINE, priority: 4, tags: ['warning'], click: CONSOLE },
    ]);
  });

  test('a token, a priority and tags of its own', async () => {
    const config = { url: `${receiver.url}/t`, token: 'tk_1', priority: 1, tags: ['house'] };
    await ntfy.send(config, resolved, sendContext());
    expect(receiver.requests[0]?.headers['authorization']).toBe('Bearer tk_1');
    expect(receiver.bodies).toMatchObject([{ priority: 1, tags: ['white_check_mark', 'house'] }]);
  });
});

test('telegram: HTML with a bold title', async () => {
  const config = { botToken: '1:abc', chatId: '-100', apiUrl: `${receiver.url}/` };
  await telegram.send(config, alertMessage(), sendContext());
  expect(receiver.requests[0]?.url).toBe('/bot1:abc/sendMessage');
  expect(receiver.bodies).toEqual([
    {
      chat_id: '-100',
      text: `<b>${TITLE}</b>\n${LINE.replace('>', '&gt;')}\n\n<a href="${CONSOLE}">Open the alerts</a>`,
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
    },
  ]);
});

describe.each([
  ['slack', (url: string) => slack.send({ url, template }, alertMessage(alertRecords(2)), sendContext())],
  ['discord', (url: string) => discord.send({ url, template }, alertMessage(alertRecords(2)), sendContext())],
  ['teams', (url: string) => teams.send({ url, template }, alertMessage(alertRecords(2)), sendContext())],
  [
    'ntfy',
    (url: string) => ntfy.send({ url: `${url}/t`, template }, alertMessage(alertRecords(2)), sendContext()),
  ],
  [
    'telegram',
    (url: string) =>
      telegram.send(
        { botToken: '1:a', chatId: '1', apiUrl: url, template },
        alertMessage(alertRecords(2)),
        sendContext(),
      ),
  ],
])('%s', (_, send) => {
  test("has the channel's own title and text", async () => {
    await send(receiver.url);
    const plain = (receiver.requests[0]?.body ?? '').replaceAll('\\\\', '');
    expect(plain).toContain('T: Greenhouse too hot');
    expect(plain).toContain('gh-1');
    expect(plain).not.toContain('is > 30');
  });
});

describe.each([
  ['slack', (url: string) => slack.send({ url }, resolved, sendContext()), '#079455'],
  ['discord', (url: string) => discord.send({ url }, resolved, sendContext()), 0x079455],
  ['teams', (url: string) => teams.send({ url }, resolved, sendContext()), 'good'],
])('%s', (_, send, colour) => {
  test('shows a recovery in green', async () => {
    await send(receiver.url);
    expect(receiver.requests[0]?.body).toMatch(new RegExp(`"color":"?${colour}"?[,}]`));
  });
});

test('without a console there is no link', async () => {
  const { signal } = sendContext();
  await slack.send({ url: receiver.url }, alertMessage(), { signal });
  await discord.send({ url: receiver.url }, alertMessage(), { signal });
  await teams.send({ url: receiver.url }, alertMessage(), { signal });
  await ntfy.send({ url: `${receiver.url}/t` }, alertMessage(), { signal });
  await telegram.send({ botToken: '1:a', chatId: '1', apiUrl: receiver.url }, alertMessage(), { signal });
  expect(receiver.requests).toHaveLength(5);
  expect(receiver.requests.map(({ body }) => body).join('')).not.toMatch(/Open the alerts|"url"|"click"/);
});
