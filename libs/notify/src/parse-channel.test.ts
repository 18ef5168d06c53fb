import { describe, expect, test } from '@jest/globals';
import { CHANNEL_TYPES } from './channel-types.js';
import { parseChannel } from './parse-channel.js';
import { validConfigs } from './testing/valid-configs.js';

const base = { id: 'ops', name: 'Operations', type: 'slack', config: validConfigs['slack']?.least };

describe('a channel', () => {
  test('has the defaults of its type', () => {
    expect(parseChannel(base)).toEqual({
      ok: true,
      value: {
        ...base,
        enabled: true,
        minSeverity: 'info',
        sendResolved: true,
        groupWaitMs: 3000,
        messagesPerMinute: 20,
      },
    });
    const config = validConfigs['alertmanager']?.least;
    expect(parseChannel({ ...base, type: 'alertmanager', config })).toMatchObject({
      value: { groupWaitMs: 0, messagesPerMinute: 600 },
    });
  });

  test.each<[unknown, string, string | RegExp]>([
    ['text', '', 'must be a JSON object'],
    [null, '', 'must be a JSON object'],
    [{ ...base, colour: 'red' }, 'colour', /^is not known here; known are id, name, type/],
    [{ ...base, id: 'Ops' }, 'id', /e\.g\. ops-chat$/],
    [{ ...base, name: '' }, 'name', /1 to 200 characters/],
    [{ ...base, name: 'a\r\nBcc: b' }, 'name', /in one line/],
    [
      { ...base, type: 'pager' },
      'type',
      /^must be one of webhook, slack, discord, teams, pagerduty, opsgenie, ntfy, /,
    ],
    [{ ...base, type: 'constructor' }, 'type', /^must be one of/],
    [{ ...base, enabled: 'yes' }, 'enabled', 'must be true or false'],
    [{ ...base, sendResolved: 1 }, 'sendResolved', 'must be true or false'],
    [{ ...base, minSeverity: 'fatal' }, 'minSeverity', 'must be one of info, warning, critical'],
    [{ ...base, groupWaitMs: -1 }, 'groupWaitMs', /from 0 to 600000/],
    [{ ...base, messagesPerMinute: 0 }, 'messagesPerMinute', /from 1 to 6000/],
    [{ ...base, config: [] }, 'config', 'must be an object with url, template'],
    [{ ...base, config: undefined }, 'config.url', /^must be a URL/],
  ])('%#: one fault is one problem with its field', (input, field, fault) => {
    expect(parseChannel(input)).toEqual({
      ok: false,
      problems: [{ field, fault: typeof fault === 'string' ? fault : expect.stringMatching(fault) }],
    });
  });

  test('tells all problems at once', () => {
    const parsed = parseChannel({ id: 'X', type: 'ntfy', config: { url: 'nowhere', token: 7 } });
    expect(parsed.ok ? [] : parsed.problems.map(({ field }) => field)).toEqual([
      'id',
      'name',
      'config.url',
      'config.token',
    ]);
  });
});

describe.each(CHANNEL_TYPES.map((type) => [type.type, type] as const))('config of %s', (name, type) => {
  const { least, most } = validConfigs[name] ?? {};

  test('is taken with the fewest and with all fields, and survives JSON', () => {
    for (const config of [least, most]) {
      const parsed = type.parseConfig(config);
      expect(parsed).toMatchObject({ ok: true });
      expect(parsed.ok && JSON.parse(JSON.stringify(parsed.value))).toEqual(parsed.ok && parsed.value);
      expect(parsed.ok && type.parseConfig(parsed.value)).toEqual(parsed);
    }
    expect(type.parseConfig(most)).toEqual({ ok: true, value: most });
  });

  test.each(Object.keys(most ?? {}))('names the field %s when its value is of a wrong kind', (field) => {
    for (const wrong of [Symbol.iterator, { nested: [] }, '', 'a\r\nb', -1]) {
      const parsed = type.parseConfig({ ...least, [field]: wrong });
      const fields = parsed.ok ? [] : parsed.problems.map((problem) => problem.field);
      expect(fields.some((named) => named.startsWith(`config.${field}`))).toBe(true);
    }
  });

  test('refuses a field that is not known', () => {
    expect(type.parseConfig({ ...least, typo: 1 })).toMatchObject({
      ok: false,
      problems: [{ field: 'config.typo', fault: expect.stringMatching(/^is not known here; known are /) }],
    });
  });

  test('repeats no value in a fault', () => {
    const wrong = Object.fromEntries(Object.keys(most ?? {}).map((field) => [field, 'S3CRET\u0000VALUE']));
    expect(JSON.stringify(type.parseConfig(wrong))).not.toContain('S3CRET');
  });
});

describe('particular faults', () => {
  test.each<[string, object, string, RegExp]>([
    ['webhook', { url: 'ftp://example.com' }, 'config.url', /starts with http: or https:/],
    ['webhook', { url: 'file:///etc/passwd' }, 'config.url', /starts with http: or https:/],
    ['webhook', { url: 'https://a:b@example.com' }, 'config.url', /must not hold a user name or password/],
    ['webhook', { url: `https://example.com/${'x'.repeat(2048)}` }, 'config.url', /at most 2048 characters/],
    ['webhook', { secret: 'short' }, 'config.secret', /16 to 200 characters/],
    ['webhook', { method: 'GET' }, 'config.method', /must be one of POST, PUT/],
    ['webhook', { headers: { Host: 'x' } }, 'config.headers.Host', /set without being told/],
    ['webhook', { headers: { 'a b': 'x' } }, 'config.headers.a b', /is no name of a header/],
    ['webhook', { headers: { a: 'x\r\ny: z' } }, 'config.headers.a', /printable ASCII/],
    ['webhook', { headers: { a: 'x', A: 'y' } }, 'config.headers.A', /is there twice/],
    [
      'webhook',
      { template: { body: '{"a": {{title}}}' } },
      'config.template.body',
      /valid JSON for every alert/,
    ],
    [
      'webhook',
      { template: { body: '[{{#alerts}}"{{device}}",{{/alerts}}]' } },
      'config.template.body',
      /valid JSON/,
    ],
    [
      'webhook',
      { template: { body: '{"v": [{{#alerts}}{{value}}{{^last}},{{/last}}{{/alerts}}]}' } },
      'config.template.body',
      /valid JSON/,
    ],
    ['webhook', { template: { body: '{{nope}}' } }, 'config.template.body', /{{nope}} at line 1, column 1/],
    [
      'webhook',
      { template: { body: 'x', contentType: 'text' } },
      'config.template.contentType',
      /a content type/,
    ],
    ['slack', { template: { text: '{{nope}}' } }, 'config.template.text', /known are title, text/],
    [
      'slack',
      { template: { body: 'x' } },
      'config.template.body',
      /is not known here; known are title, text/,
    ],
    ['ntfy', { url: 'https://ntfy.sh/' }, 'config.url', /must end in the name of a topic/],
    ['ntfy', { url: 'https://ntfy.sh/a/b' }, 'config.url', /must end in the name of a topic/],
    ['ntfy', { priority: 6 }, 'config.priority', /from 1 to 5/],
    ['ntfy', { tags: ['a,b'] }, 'config.tags', /list of at most 10 tags/],
    ['pagerduty', { routingKey: 'abc' }, 'config.routingKey', /32 letters and digits/],
    ['telegram', { botToken: '1/../2:abc' }, 'config.botToken', /BotFather/],
    ['telegram', { chatId: 'me' }, 'config.chatId', /number of a chat/],
    ['email', { to: [] }, 'config.to', /list of 1 to 50/],
    ['email', { to: ['a@example.com, b@example.com'] }, 'config.to[0]', /must be one e-mail address/],
    ['email', { to: ['a@example.com\r\nBcc: b@example.com'] }, 'config.to[0]', /must be one e-mail address/],
    ['email', { from: 'Name <a@b.example> <c@d.example>' }, 'config.from', /must be one e-mail address/],
    ['email', { host: 'smtp.example.com:25' }, 'config.host', /name or address of a mail server/],
    ['email', { port: 0 }, 'config.port', /from 1 to 65535/],
    ['email', { password: 'x' }, 'config.user', /because there is a password/],
    ['email', { ca: 'x' }, 'config.ca', /certificates in PEM/],
    ['alertmanager', { user: 'x' }, 'config.password', /go together/],
    ['alertmanager', { labels: { 'a-b': 'c' } }, 'config.labels.a-b', /is no name of a label/],
  ])('%s %j', (type, wrong, field, fault) => {
    const config = { ...validConfigs[type]?.least, ...wrong };
    expect(parseChannel({ ...base, type, config })).toEqual({
      ok: false,
      problems: [{ field, fault: expect.stringMatching(fault) }],
    });
  });
});
