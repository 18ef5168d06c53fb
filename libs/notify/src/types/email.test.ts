import { createServer, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type DeliveryError } from '../delivery-error.js';
import { MailServer, type MailServerOptions, selfSignedCertificate } from '../testing/mail-server.js';
import {
  alertMessage,
  alertRecord,
  alertRecords,
  HOSTILE_TEXTS,
  sendContext,
} from '../testing/sample-alerts.js';
import { email, type EmailConfig } from './email.js';

const PASSWORD = 'S3CRET-of-the-mail';
const login = { user: 'alerts', password: PASSWORD };

let certificate: { readonly key: string; readonly cert: string };
beforeAll(async () => {
  certificate = await selfSignedCertificate();
});

const servers: MailServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function start(options: MailServerOptions = {}): Promise<MailServer> {
  const server = await MailServer.start(options);
  servers.push(server);
  return server;
}

function config({ port }: { port: number }, fields: Partial<EmailConfig> = {}): EmailConfig {
  return { host: 'localhost', port, from: 'alerts@example.com', to: ['ops@example.com'], ...fields };
}

async function failure(sent: Promise<void>): Promise<DeliveryError> {
  return sent.then(
    () => Promise.reject(new Error('was delivered')),
    (error: DeliveryError) => error,
  );
}

/** Head and parts of a mail, decoded. */
function read(raw: string): { head: string; text: string; html: string } {
  // The wire has CRLF; texts are compared with line feeds.
  const unfolded = raw.replace(/\r\n[ \t]+/g, ' ');
  const decode = (type: string): string => {
    const part = new RegExp(`Content-Type: ${type}[^]*?\r\n\r\n(?<body>[^]*?)\r\n--`).exec(raw);
    const header = part?.[0].split('\r\n\r\n')[0] ?? '';
    const body = part?.groups?.['body'] ?? '';
    if (/base64/i.test(header)) return Buffer.from(body, 'base64').toString('utf8');
    if (!/quoted-printable/i.test(header)) return body.replaceAll('\r\n', '\n');
    const bytes = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => `%${hex}`);
    return decodeURIComponent(bytes.replace(/%(?![0-9A-F]{2})/g, '%25')).replaceAll('\r\n', '\n');
  };
  return { head: unfolded.split('\r\n\r\n')[0] ?? '', text: decode('text/plain'), html: decode('text/html') };
}

describe('a mail', () => {
  test('has a subject, a text and the same as HTML', async () => {
    const server = await start();
    const alert = alertRecord({ description: 'Open the vents.', severity: 'critical' });
    const to = ['ops@example.com', 'Ada Lovelace <ada@example.com>'];
    await email.send(
      config(server, { to, from: 'Field stream <alerts@example.com>' }),
      alertMessage([alert]),
      sendContext(),
    );
    expect(server.mails).toMatchObject([
      { from: 'alerts@example.com', to: ['ops@example.com', 'ada@example.com'] },
    ]);
    const { head, text, html } = read(server.mails[0]?.raw ?? '');
    expect(head).toContain('Subject: [firing] Greenhouse too hot: temperature of gh-1\r\n');
    expect(head).toContain('From: Field stream <alerts@example.com>\r\n');
    expect(head).toContain('To: ops@example.com, Ada Lovelace <ada@example.com>\r\n');
    expect(head).toMatch(/Message-ID: <[0-9a-f]{32}@example\.com>\r\n/);
    expect(head).toContain('Auto-Submitted: auto-generated');
    expect(head).toMatch(/Content-Type: multipart\/alternative/);
    expect(text).toContain('[critical] Greenhouse too hot: temperature of gh-1 is > 30');
    expect(text).toContain('\n\nOpen the vents.');
    expect(text).toContain('https://console.example/alerts');
    expect(html).toContain('<b>temperature of gh-1</b>');
    expect(html).toContain('color:#d92d20;font-weight:600">critical</td>');
    expect(html).toContain('<span>31.5</span>');
    expect(html).toContain('Open the vents.');
    expect(html).toContain('<a href="https://console.example/alerts"');
    expect(html).toContain('name="color-scheme" content="light dark"');
  });

  test('of a burst lists 20 alerts', async () => {
    const server = await start();
    const alerts = [
      ...alertRecords(30),
      alertRecord({ alertId: 'r', state: 'resolved', change: 'resolved' }),
    ];
    await email.send(config(server), alertMessage(alerts), sendContext());
    const { head, text, html } = read(server.mails[0]?.raw ?? '');
    expect(head).toContain('Subject: [30 firing, 1 resolved] Greenhouse too hot: 30 devices\r\n');
    expect(text.match(/^\[warning\]/gm)).toHaveLength(20);
    expect(text).toContain('… and 11 more');
    expect(html.match(/<tr><td/g)).toHaveLength(20);
    expect(html).toContain('… and 11 more');
  });

  test('has the same Message-ID at every attempt, and another one for another message', async () => {
    const server = await start();
    for (const idempotencyKey of ['a', 'a', 'b'])
      await email.send(config(server), alertMessage(undefined, { idempotencyKey }), sendContext());
    const ids = server.mails.map(({ raw }) => /Message-ID: (.*)\r\n/.exec(raw)?.[1]);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test("has the channel's own subject and text", async () => {
    const server = await start();
    const template = { title: 'Mind {{ruleName}}', text: '{{#alerts}}<i>{{device}}</i>\n{{/alerts}}' };
    await email.send(config(server, { template }), alertMessage(), sendContext());
    const { head, text, html } = read(server.mails[0]?.raw ?? '');
    expect(head).toContain('Subject: Mind Greenhouse too hot\r\n');
    expect(text).toContain('<i>gh-1</i>');
    expect(html).toContain('&lt;i&gt;gh-1&lt;/i&gt;');
    expect(html).not.toContain('<table');
  });

  test.each(HOSTILE_TEXTS)('is what it should be with hostile text: %s', async (_, text) => {
    const server = await start();
    const fields = {
      ruleName: text,
      summary: text,
      deviceId: text,
      metric: text,
      description: text,
      acknowledgedBy: text,
    };
    const message = alertMessage([alertRecord({ ...fields, labels: { site: text } })], {
      idempotencyKey: text,
      channel: { id: 'ops', name: text },
      rule: { id: text, name: text },
    });
    const own = {
      template: { title: '{{ruleName}}', text: '{{#alerts}}{{summary}}{{labels.site}}{{/alerts}}' },
    };
    for (const extra of [{}, own]) await email.send(config(server, extra), message, sendContext());
    expect(server.mails).toHaveLength(2);
    for (const { to, raw } of server.mails) {
      expect(to).toEqual(['ops@example.com']);
      const { head, html } = read(raw);
      const names = head.split('\r\n').map((line) => line.split(':')[0]);
      expect(names.filter((name) => /^(bcc|cc|to|from|subject)$/i.test(name ?? ''))).toEqual([
        'From',
        'To',
        'Subject',
      ]);
      expect(html).toContain('</html>');
      expect(html).not.toMatch(/<script|<img|onerror="/);
    }
  });
});

describe('logging in and TLS', () => {
  test('sends without either where the server offers neither', async () => {
    const server = await start();
    await email.send(config(server), alertMessage(), sendContext());
    expect(server.mails).toMatchObject([{ isEncrypted: false }]);
  });

  test('logs in, over STARTTLS', async () => {
    const server = await start({ login, tls: certificate });
    await email.send(config(server, { ...login, ca: certificate.cert }), alertMessage(), sendContext());
    expect(server.mails).toMatchObject([{ isEncrypted: true, user: 'alerts' }]);
  });

  test('logs in, over TLS from the first byte', async () => {
    const server = await start({ login, tls: certificate, secure: true });
    await email.send(
      config(server, { ...login, ca: certificate.cert, secure: true }),
      alertMessage(),
      sendContext(),
    );
    expect(server.mails).toMatchObject([{ isEncrypted: true, user: 'alerts' }]);
  });

  test('logs in without TLS where it is told to', async () => {
    const server = await start({ login });
    await email.send(config(server, { ...login, requireTls: false }), alertMessage(), sendContext());
    expect(server.mails).toMatchObject([{ isEncrypted: false, user: 'alerts' }]);
  });

  test('gives its password to no server without TLS by itself', async () => {
    const server = await start({ login });
    const error = await failure(email.send(config(server, login), alertMessage(), sendContext()));
    expect(error).toMatchObject({ code: 'refused', retriable: true });
    expect(error.message).toMatch(/^the mail server localhost:\d+ offers no TLS/);
    expect(server.mails).toEqual([]);
  });

  test.each([false, true])(
    'trusts no certificate of somebody (TLS from the first byte: %s)',
    async (secure) => {
      const server = await start({ tls: certificate, secure });
      const sent = email.send(config(server, { secure, requireTls: true }), alertMessage(), sendContext());
      const error = await failure(sent);
      expect(error.code).toBe('refused');
      expect(error.message).toMatch(/certificate/);
      expect(server.mails).toEqual([]);
    },
  );

  test('a wrong password is refused, and not told', async () => {
    const server = await start({ login: { user: 'alerts', password: 'another' } });
    const wrong = config(server, { ...login, requireTls: false });
    const error = await failure(email.send(wrong, alertMessage(), sendContext()));
    expect(error).toMatchObject({ code: 'refused', retriable: true });
    expect(error.message).toMatch(/answered: 535/);
    expect(error.message).not.toContain(PASSWORD);
  });
});

describe('recipients that are refused', () => {
  test.each([
    [550, 'refused'],
    [450, 'receiver-fault'],
  ])('all, with %i, is %s', async (status, code) => {
    const server = await start({ refuse: { 'ops@example.com': status } });
    const error = await failure(email.send(config(server), alertMessage(), sendContext()));
    expect(error).toMatchObject({ code, retriable: true });
    expect(error.message).toMatch(new RegExp(`answered: ${status}`));
  });

  test('some: the others have it, and the next attempt goes to those alone', async () => {
    const server = await start({ refuse: { 'b@example.com': 450 } });
    const to = ['a@example.com', 'b@example.com', 'c@example.com'];
    const message = alertMessage(undefined, { idempotencyKey: 'some' });
    const error = await failure(email.send(config(server, { to }), message, sendContext()));
    expect(error).toMatchObject({ code: 'receiver-fault', retriable: true });
    expect(error.message).toMatch(/answered, for 1 of the recipients: 450/);
    server.refuse = {};
    await email.send(config(server, { to }), message, sendContext());
    expect(server.mails.map((mail) => mail.to)).toEqual([
      ['a@example.com', 'c@example.com'],
      ['b@example.com'],
    ]);
  });
});

describe('a server that does not answer', () => {
  test('is not there', async () => {
    const server = await MailServer.start();
    const { port } = server;
    await server.stop();
    const error = await failure(email.send(config({ port }), alertMessage(), sendContext()));
    expect(error).toMatchObject({ code: 'unreachable', retriable: true });
    expect(error.message).toMatch(/^the mail server localhost:\d+ cannot be reached: ECONNREFUSED$/);
  });

  test('says nothing, or little by little: no longer than its time', async () => {
    const sockets = new Set<Socket>();
    const slow = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const { port } = slow.address() as { port: number };
    const began = performance.now();
    const error = await failure(email.send(config({ port }), alertMessage(), sendContext()));
    expect(error).toMatchObject({ code: 'timeout', retriable: true });
    expect(performance.now() - began).toBeLessThan(8_000);
    const stop = new AbortController();
    const sent = failure(email.send(config({ port }), alertMessage(), sendContext({ signal: stop.signal })));
    stop.abort();
    expect((await sent).code).toBe('aborted');
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => slow.close(resolve));
  });
});
