import { createHash } from 'node:crypto';
import nodemailer from 'nodemailer';
import { type Checked } from '@fieldstream/domain';
import { type AlertMessage } from '../alert-message.js';
import { CHAT_DEFAULTS, type ChannelType, LONGEST_SEND_MS, type SendContext } from '../channel-type.js';
import { ConfigFields, type TextTemplate } from '../config-fields.js';
import { DeliveryError, type DeliveryErrorCode } from '../delivery-error.js';
import { DeliveryProgress } from '../delivery-progress.js';
import { bodyText, contentOf } from '../message-content.js';
import { type RenderedMessage } from '../render.js';
import { secretTexts, withoutSecrets } from '../secret-fields.js';
import { oneLine, truncate } from '../text.js';
import { mailHtml } from '../mail-html.js';

export interface EmailConfig {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. Default: on port 465. */
  readonly secure?: boolean;
  /** No mail without TLS, by STARTTLS where not `secure`. Default: where there is a password. */
  readonly requireTls?: boolean;
  readonly user?: string;
  readonly password?: string;
  /** PEM certificates to trust instead of the usual ones, for a server with a certificate of its own making. */
  readonly ca?: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly template?: TextTemplate;
}

const SECRET_FIELDS = ['password'];
const FIELDS = ['host', 'port', 'secure', 'requireTls', 'user', 'password', 'ca', 'from', 'to', 'template'];
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9._-]*[a-z0-9])?|[0-9a-f:.]+)$/i;
/** `a@example.com` or `Name <a@example.com>`. No quotes, comments or lists, in which a further address could hide. */
const ADDRESS =
  /^(?:(?<name>[^\u0000-\u001f<>"(),:;@[\]\\]*) <(?<boxed>[^\s<>"(),:;@[\]\\]+@[^\s<>"(),:;@[\]\\]+)>|(?<bare>[^\s<>"(),:;@[\]\\]+@[^\s<>"(),:;@[\]\\]+))$/u;
const MOST_RECIPIENTS = 50;
const LONGEST_TEXT = 50_000;
/** Codes of OpenSSL and of node:tls. */
const TLS_FAULT = /CERT|_TLS_|_SSL_|^UNABLE_TO_/;
const STEP_TIMEOUT_MS = 5_000;
const WHOLE_TIMEOUT_MS = 20_000;

const progress = new DeliveryProgress();

/**
 * E-mail by SMTP, as HTML with a plain alternative. The Message-ID follows from the idempotency key, so that a mail which
 * arrives twice is one to whoever looks. Where a server takes some recipients and not others, the next attempt goes to the
 * others alone.
 */
export const email: ChannelType<EmailConfig> = {
  type: 'email',
  secretFields: SECRET_FIELDS,
  defaults: { ...CHAT_DEFAULTS, groupWaitMs: 10_000 },
  parseConfig,
  send,
};

function parseConfig(input: unknown): Checked<EmailConfig> {
  const fields = new ConfigFields(input, FIELDS, 'config');
  if (fields.has('password') && !fields.has('user'))
    fields.fault('user', 'must be there, because there is a password');
  return fields.done<EmailConfig>({
    host: fields.text('host', {
      maxLength: 253,
      pattern: HOST,
      what: 'the name or address of a mail server, e.g. smtp.example.com',
    }),
    port: fields.integer('port', { min: 1, max: 65535, example: '587', fallback: 587 }),
    secure: fields.flag('secure'),
    requireTls: fields.flag('requireTls'),
    user: fields.text('user', { maxLength: 300, what: 'a user name', isOptional: true }),
    password: fields.text('password', { maxLength: 1000, what: 'a password', isOptional: true }),
    ca: parseCertificates(fields),
    from: parseAddress(fields, 'from', fields.raw('from')),
    to: parseRecipients(fields),
    template: fields.textTemplate(),
  });
}

function parseCertificates(fields: ConfigFields): string | undefined {
  const value = fields.raw('ca');
  if (value === undefined) return undefined;
  const isPem =
    typeof value === 'string' && value.length <= 50_000 && value.includes('-----BEGIN CERTIFICATE-----');
  if (isPem && !value.includes('PRIVATE KEY')) return value;
  return fields.fault(
    'ca',
    'must be certificates in PEM, beginning with -----BEGIN CERTIFICATE-----, or left out',
  );
}

function parseAddress(fields: ConfigFields, field: string, value: unknown): string | undefined {
  if (typeof value === 'string' && value.length <= 320 && ADDRESS.test(value)) return value;
  const example = 'alerts@example.com or Fieldstream <alerts@example.com>';
  return fields.fault(field, `must be one e-mail address, e.g. ${example}`);
}

function parseRecipients(fields: ConfigFields): readonly string[] | undefined {
  const value = fields.raw('to');
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_RECIPIENTS) {
    const fault = `must be a list of 1 to ${MOST_RECIPIENTS} e-mail addresses, e.g. ["ops@example.com"]`;
    return fields.fault('to', fault);
  }
  return (value as unknown[])
    .map((address, index) => parseAddress(fields, `to[${index}]`, address))
    .filter((address) => address !== undefined);
}

interface Mailbox {
  readonly name: string;
  readonly address: string;
}

function mailboxOf(text: string): Mailbox {
  const { name = '', boxed, bare } = ADDRESS.exec(text)?.groups ?? {};
  return { name: name.trim(), address: boxed ?? bare ?? text };
}

async function send(config: EmailConfig, message: AlertMessage, context: SendContext): Promise<void> {
  const taken = progress.of(message.idempotencyKey);
  const from = mailboxOf(config.from);
  const to = config.to.map(mailboxOf);
  const waiting = to.map(({ address }) => address).filter((address) => !taken.has(address));
  const whole = new AbortController();
  let ended: DeliveryErrorCode | undefined;
  const end = (code: DeliveryErrorCode): void => {
    ended ??= code;
    whole.abort();
  };
  const onAbort = (): void => end('aborted');
  const timer = setTimeout(end, Math.min(WHOLE_TIMEOUT_MS, LONGEST_SEND_MS), 'timeout');
  context.signal.addEventListener('abort', onAbort, { once: true });
  const transport = nodemailer.createTransport(transportOptions(config));
  try {
    if (context.signal.aborted) end('aborted');
    const { accepted, rejectedErrors = [] } = await transport
      .sendMail({
        ...mailOf(config, message, context.consoleUrl),
        from,
        to,
        messageId: messageIdOf(message.idempotencyKey, from.address),
        envelope: { from: from.address, to: waiting },
        signal: whole.signal,
      })
      .catch((error: unknown) => {
        throw deliveryError(config, ended, error);
      });
    const acceptedHere = new Set(accepted.map((address) => address.toLowerCase()));
    for (const address of waiting) if (acceptedHere.has(address.toLowerCase())) taken.add(address);
    const [rejected] = rejectedErrors;
    if (rejected)
      throw deliveryError(config, undefined, rejected, `, for ${rejectedErrors.length} of the recipients`);
    progress.forget(message.idempotencyKey);
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener('abort', onAbort);
    transport.close();
  }
}

function transportOptions(config: EmailConfig): object {
  const { host, port, user, password } = config;
  const secure = config.secure ?? port === 465;
  return {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port,
    secure,
    requireTLS: !secure && (config.requireTls ?? password !== undefined),
    ...(user !== undefined && password !== undefined ? { auth: { user, pass: password } } : {}),
    ...(config.ca === undefined ? {} : { tls: { ca: config.ca } }),
    connectionTimeout: STEP_TIMEOUT_MS,
    greetingTimeout: STEP_TIMEOUT_MS,
    socketTimeout: STEP_TIMEOUT_MS,
    dnsTimeout: STEP_TIMEOUT_MS,
    maxResponseSize: 64 * 1024,
    // A text that looks like an attachment is a text.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function mailOf(config: EmailConfig, message: AlertMessage, consoleUrl: string | undefined): object {
  const content = contentOf(message, config.template, consoleUrl);
  const text = bodyText(content, { max: LONGEST_TEXT });
  return {
    subject: content.title,
    text: `${content.title}\n\n${text}\n${consoleUrl ? `\n${consoleUrl}\n` : ''}`,
    html: mailHtml(content, { isTemplate: config.template?.text !== undefined, consoleUrl }),
    date: new Date(message.createdAtMs),
    headers: headersOf(message, content),
  };
}

/** RFC 3834 section 5: nobody's absence note is to answer. */
function headersOf(message: AlertMessage, { status, severity }: RenderedMessage): Record<string, string> {
  return {
    'Auto-Submitted': 'auto-generated',
    'X-Fieldstream-Status': status,
    'X-Fieldstream-Severity': severity,
    ...(message.rule ? { 'X-Fieldstream-Rule': truncate(oneLine(message.rule.id), 64) } : {}),
  };
}

function messageIdOf(idempotencyKey: string, from: string): string {
  const hash = createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32);
  return `<${hash}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}

/** What nodemailer and node:net tell of a fault. */
interface MailFault {
  readonly code?: unknown;
  /** Of the system, where nodemailer has put its own in place of it. */
  readonly originalCode?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
}

function deliveryError(
  config: EmailConfig,
  ended: DeliveryErrorCode | undefined,
  error: unknown,
  scope = '',
): DeliveryError {
  const server = `the mail server ${config.host}:${config.port}`;
  const { code, originalCode, responseCode, response } = error as MailFault;
  if (ended === 'aborted') return new DeliveryError('aborted', `sending by ${server} was ended`);
  if (ended === 'timeout' || code === 'ETIMEDOUT')
    return new DeliveryError('timeout', `${server} did not answer in time`);
  if (code === 'ETLS') return new DeliveryError('refused', `${server} offers no TLS that works here`);
  const network = textOf(originalCode) || textOf(code) || 'no connection';
  if (TLS_FAULT.test(network))
    return new DeliveryError('refused', `${server} has a certificate that is not trusted: ${network}`);
  if (typeof responseCode === 'number') {
    const secrets = secretTexts(config, SECRET_FIELDS);
    const login = config.password === undefined ? [] : [`\0${config.user}\0${config.password}`];
    const answer = oneLine(withoutSecrets(textOf(response), [...secrets, ...login], false));
    const isPassing = responseCode >= 400 && responseCode < 500;
    const text = `${server} answered${scope}: ${truncate(answer || String(responseCode), 200)}`;
    return new DeliveryError(isPassing ? 'receiver-fault' : 'refused', text);
  }
  if (code === 'EAUTH') return new DeliveryError('refused', `${server} offers no login that is known here`);
  return new DeliveryError('unreachable', `${server} cannot be reached: ${network}`);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
