import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AlertMessage, testMessage } from './alert-message.js';
import { CHANNEL_TYPES, channelType } from './channel-types.js';
import { type DeliveryError } from './delivery-error.js';
import { redactConfig } from './secrets.js';
import { HttpReceiver } from './testing/http-receiver.js';
import { localConfigs } from './testing/local-configs.js';
import { alertMessage, alertRecords, HOSTILE_TEXTS, sendContext } from './testing/sample-alerts.js';

const SECRET = 'S3CRETS3CRETS3CRETS3CRETS3CRET00';

let receiver: HttpReceiver;
beforeAll(async () => {
  receiver = await HttpReceiver.start();
});
beforeEach(() => receiver.reset());
afterAll(() => receiver.stop());

const httpTypes = CHANNEL_TYPES.map(({ type }) => type).filter((type) => type !== 'email');

async function send(type: string, message: AlertMessage, secret = SECRET): Promise<void> {
  const config = localConfigs(receiver.url, secret)[type] ?? {};
  await channelType(type)?.send(config, message, sendContext());
}

test('channelType finds each type by its name, and nothing by another', () => {
  for (const type of CHANNEL_TYPES) expect(channelType(type.type)).toBe(type);
  expect(channelType('constructor')).toBeUndefined();
});

describe.each(httpTypes)('%s', (type) => {
  test('takes the configs that these tests use', () => {
    expect(channelType(type)?.parseConfig(localConfigs(receiver.url, SECRET)[type])).toMatchObject({
      ok: true,
    });
  });

  test('sends a test', async () => {
    await send(type, testMessage({ id: 'ops', name: 'Operations' }, Date.now()));
    expect(receiver.requests.length).toBeGreaterThan(0);
    expect(receiver.requests[0]?.body).toMatch(/test/i);
  });

  test('throws a DeliveryError for whatever goes wrong', async () => {
    receiver.answer = (_, response) => response.writeHead(503, { 'retry-after': '3' }).end();
    await expect(send(type, alertMessage())).rejects.toMatchObject({
      name: 'DeliveryError',
      code: 'receiver-fault',
      retriable: true,
      retryAfterMs: 3000,
    });
  });

  test.each(HOSTILE_TEXTS)('stays within limits and markup with hostile text: %s', async (_, text) => {
    const alerts = alertRecords(30, {
      ruleName: text,
      summary: text,
      deviceId: text,
      metric: text,
      text,
      acknowledgedBy: text,
      description: text,
      labels: { site: text, [text]: text },
    });
    await send(
      type,
      alertMessage(alerts, { rule: { id: 'r', name: text }, channel: { id: 'c', name: text } }),
    );
    for (const [index, body] of receiver.bodies.entries()) {
      LIMITS[type]?.(body as never, receiver.requests[index]?.body ?? '');
    }
    expect(receiver.requests.length).toBeGreaterThan(0);
  });
});

interface Block {
  readonly text: { readonly type: string; readonly text: string };
}

/** What of each service's documentation a body must keep to. */
const LIMITS: Readonly<Record<string, (body: never, json: string) => void>> = {
  slack({ text, attachments: [{ blocks }] }: { text: string; attachments: [{ blocks: Block[] }] }) {
    expect(text).not.toMatch(/[<>\n]/);
    expect(blocks[0]?.text.type).toBe('plain_text');
    expect(blocks[0]?.text.text.length).toBeLessThanOrEqual(3000);
    expect(blocks).toHaveLength(2);
  },
  discord({
    embeds: [{ title, description }],
    allowed_mentions,
  }: {
    embeds: [Record<string, string>];
    allowed_mentions: object;
  }) {
    expect(allowed_mentions).toEqual({ parse: [] });
    expect(title?.length).toBeLessThanOrEqual(256);
    expect(description?.length).toBeLessThanOrEqual(4096);
    expect(`${title}${description}`.replace(/\\./g, '')).not.toMatch(/[*_~`|<>#[\]()@]/);
  },
  teams({ attachments: [{ content }] }: { attachments: [{ content: { body: { type: string }[] } }] }, json) {
    expect(Buffer.byteLength(json)).toBeLessThan(21_000);
    expect(content.body.every((block) => block.type === 'RichTextBlock')).toBe(true);
  },
  pagerduty({ payload }: { payload: { summary: string } }, json) {
    expect(payload.summary.length).toBeLessThanOrEqual(1024);
    expect(payload.summary).not.toBe('');
    expect(Buffer.byteLength(json)).toBeLessThan(512 * 1024);
  },
  opsgenie({ message, entity, tags }: { message: string; entity: string; tags: string[] }) {
    expect(message.length).toBeLessThanOrEqual(130);
    expect(entity.length).toBeLessThanOrEqual(512);
    for (const tag of tags) expect(tag.length).toBeLessThanOrEqual(50);
  },
  ntfy({ message, title }: { message: string; title: string }) {
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4096);
    expect(title).not.toMatch(/[\r\n]/);
  },
  telegram({ text }: { text: string }) {
    expect(text.match(/<[^>]*>/g)).toEqual([
      '<b>',
      '</b>',
      expect.stringMatching(/^<a href="[^"<>]*">$/),
      '</a>',
    ]);
    const shown = text.replace(/<[^>]*>/g, '').replace(/&(amp|lt|gt|quot|#39);/g, '&');
    expect(shown.length).toBeLessThanOrEqual(4096);
    expect(text.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
  },
  alertmanager(entries: { labels: Record<string, string>; annotations: Record<string, string> }[]) {
    for (const { labels, annotations } of entries) {
      expect(Object.keys(labels).every((name) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))).toBe(true);
      expect(Object.values({ ...labels, ...annotations }).every((value) => value.isWellFormed())).toBe(true);
    }
  },
};

/** Everything that a log could show of an error. */
function shownOf(error: unknown): string {
  const { message, stack, cause } = error as DeliveryError;
  return [String(error), message, stack, String(cause), JSON.stringify(error)].join('\n');
}

test('no secret occurs in an error or in a redacted config, whatever a receiver answers', async () => {
  const hex = fc.string({
    unit: fc.constantFrom(...'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'.split('')),
    minLength: 32,
    maxLength: 32,
  });
  const echoes = [
    (all: string) => all,
    (all: string) => JSON.stringify({ error: all }),
    (all: string) =>
      `<p>${all.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')}</p>`,
    (all: string) => encodeURIComponent(all),
    (all: string) => `${'.'.repeat(3900)}${all}`,
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...httpTypes),
      hex,
      fc.constantFrom(...echoes),
      fc.constantFrom(0, 302, 400, 401, 404, 429, 500),
      fc.array(fc.constantFrom(...(['url', 'headers', 'body'] as const)), { minLength: 1, maxLength: 6 }),
      async (type, secret, echo, status, parts) => {
        receiver.requests.length = 0;
        receiver.answer = (request, response) => {
          if (status === 0) return request.socket.destroy();
          const received = receiver.requests.at(-1);
          const given = {
            url: received?.url,
            headers: JSON.stringify(received?.headers),
            body: received?.body,
          };
          const all = parts.map((part) => given[part]).join(' ');
          return response.writeHead(status, { location: `${receiver.url}/${secret}` }).end(echo(all));
        };
        const error = await send(
          type,
          alertMessage(undefined, { idempotencyKey: secret.slice(0, 8) }),
          secret,
        ).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error).toMatchObject({ name: 'DeliveryError' });
        const config = localConfigs(receiver.url, secret)[type] ?? {};
        const basic = Buffer.from(`fieldstream:${secret}`).toString('base64');
        for (const shown of [shownOf(error), JSON.stringify(redactConfig({ type, config }))]) {
          expect(shown).not.toContain(secret);
          expect(shown).not.toContain(basic);
        }
      },
    ),
    { numRuns: 400 },
  );
});
