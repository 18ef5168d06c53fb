import { type Checked, isRecord } from '@fieldstream/domain';
import { type AlertMessage } from '../alert-message.js';
import { CHAT_DEFAULTS, type ChannelType, type SendContext } from '../channel-type.js';
import { ConfigFields } from '../config-fields.js';
import { sendRequest } from '../http-request.js';
import { contentOf } from '../message-content.js';
import { newestOfEach, renderMessage } from '../render.js';
import { secretTexts } from '../secret-fields.js';
import { SIGNATURE_HEADER, signBody } from '../signature.js';
import { checkTemplate, formatOf, renderTemplate } from '../template.js';
import { templateView } from '../template-view.js';
import { sampleMessages } from '../template-samples.js';

export interface WebhookConfig {
  readonly url: string;
  readonly method?: 'POST' | 'PUT';
  /** Key of the signature. */
  readonly secret?: string;
  /** Further headers, e.g. `authorization`. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A body of the receiver's own form, instead of the JSON described below. */
  readonly template?: { readonly body: string; readonly contentType: string };
}

const SECRET_FIELDS = ['secret', 'headers.*'];
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const HEADER_VALUE = /^[\t\x20-\x7e]{1,2000}$/;
const MOST_HEADERS = 20;
/** Headers that the request itself, the template or the signature sets. */
const OWN_HEADERS = new Set([
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'idempotency-key',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  SIGNATURE_HEADER,
]);
const CONTENT_TYPE = /^[a-z0-9.+-]+\/[a-z0-9.+-]+( ?; ?charset=[a-z0-9-]+)?$/i;

/**
 * Any receiver that takes HTTP requests. The body is JSON, `WebhookBody`, or what the template makes. The header
 * `Idempotency-Key` (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header) is the same at every
 * attempt. With a secret, `X-Fieldstream-Signature` signs the body and the time.
 */
export const webhook: ChannelType<WebhookConfig> = {
  type: 'webhook',
  secretFields: SECRET_FIELDS,
  defaults: CHAT_DEFAULTS,
  parseConfig,
  send,
};

function parseConfig(input: unknown): Checked<WebhookConfig> {
  const fields = new ConfigFields(input, ['url', 'method', 'secret', 'headers', 'template'], 'config');
  return fields.done<WebhookConfig>({
    url: fields.url('url', 'https://example.com/alerts'),
    method: fields.choice('method', ['POST', 'PUT']),
    secret: fields.text('secret', {
      maxLength: 200,
      pattern: /^.{16,}$/,
      what: 'a text of 16 to 200 characters',
      isOptional: true,
    }),
    headers: parseHeaders(fields),
    template: parseTemplate(fields),
  });
}

function parseHeaders(fields: ConfigFields): Record<string, string> | undefined {
  const value = fields.raw('headers');
  if (value === undefined) return undefined;
  if (!isRecord(value) || Object.keys(value).length > MOST_HEADERS) {
    const example = '{"authorization": "Bearer …"}';
    return fields.fault('headers', `must be an object of at most ${MOST_HEADERS} headers, e.g. ${example}`);
  }
  const headers: Record<string, string> = {};
  for (const [name, text] of Object.entries(value)) {
    const lower = name.toLowerCase();
    const field = `headers.${name}`;
    if (!HEADER_NAME.test(lower)) fields.fault(field, 'is no name of a header, e.g. x-api-key');
    else if (OWN_HEADERS.has(lower)) fields.fault(field, 'is a header that is set without being told');
    else if (Object.hasOwn(headers, lower)) fields.fault(field, 'is there twice');
    else if (typeof text !== 'string' || !HEADER_VALUE.test(text))
      fields.fault(field, 'must be a text of 1 to 2000 printable ASCII characters');
    else headers[lower] = text;
  }
  return headers;
}

function parseTemplate(fields: ConfigFields): { body: string; contentType: string } | undefined {
  const value = fields.raw('template');
  if (value === undefined) return undefined;
  const template = new ConfigFields(value, ['body', 'contentType'], 'config.template');
  const contentType = template.has('contentType')
    ? template.text('contentType', {
        maxLength: 100,
        pattern: CONTENT_TYPE,
        what: 'a content type, e.g. application/json',
      })
    : 'application/json';
  const body = template.raw('body');
  if (isRecord(value)) template.problems.push(...checkTemplate(body, 'config.template.body'));
  const fault = template.problems.length === 0 ? jsonFault(body as string, contentType ?? '') : undefined;
  if (fault !== undefined) template.fault('body', fault);
  fields.problems.push(...template.problems);
  return { body: body as string, contentType: contentType ?? '' };
}

/** A template for JSON is tried on texts that hold what JSON escapes, on no value, and on several alerts. */
function jsonFault(body: string, contentType: string): string | undefined {
  if (formatOf(contentType) !== 'json') return undefined;
  for (const message of sampleMessages()) {
    const made = renderTemplate(body, templateView(message, renderMessage(message), undefined), 'json');
    try {
      JSON.parse(made);
    } catch (error) {
      const { message: text } = error as { message: string };
      return (
        `does not make valid JSON for every alert: ${text}. Texts and values belong in quotation marks, ` +
        'and between alerts {{^last}},{{/last}}'
      );
    }
  }
  return undefined;
}

async function send(config: WebhookConfig, message: AlertMessage, context: SendContext): Promise<void> {
  const { template } = config;
  const body = template
    ? templateBody(template, message, context)
    : JSON.stringify(webhookBody(message, context));
  const now = Math.floor(Date.now() / 1000);
  const signature =
    config.secret === undefined ? {} : { [SIGNATURE_HEADER]: signBody(config.secret, body, now) };
  await sendRequest(
    {
      url: config.url,
      method: config.method ?? 'POST',
      headers: {
        ...config.headers,
        'content-type': template?.contentType ?? 'application/json',
        'idempotency-key': message.idempotencyKey,
        ...signature,
      },
      body,
      secrets: secretTexts(config, SECRET_FIELDS),
    },
    context.signal,
  );
}

/** What is sent without a template. Fields are added, never changed or taken away, while `version` is 1. */
function webhookBody(message: AlertMessage, { consoleUrl }: SendContext): object {
  const { title, lines, hidden, status, severity, description, firingCount, resolvedCount } = contentOf(
    message,
    undefined,
    consoleUrl,
  );
  return {
    version: 1,
    /** The idempotency key. */
    id: message.idempotencyKey,
    createdAtMs: message.createdAtMs,
    channel: message.channel,
    isTest: message.isTest,
    status,
    severity,
    rule: message.rule ?? null,
    title,
    text: [...lines, ...(hidden > 0 ? [`… and ${hidden} more`] : [])].join('\n'),
    description,
    firingCount,
    resolvedCount,
    consoleUrl: consoleUrl ?? null,
    /** Each alert once, as it stands since its last change: an `AlertRecord`, in order of sequence. */
    alerts: newestOfEach(message.alerts).sort((a, b) => a.sequence - b.sequence),
  };
}

function templateBody(
  { body, contentType }: { readonly body: string; readonly contentType: string },
  message: AlertMessage,
  { consoleUrl }: SendContext,
): string {
  const view = templateView(message, renderMessage(message), consoleUrl);
  return renderTemplate(body, view, formatOf(contentType));
}
