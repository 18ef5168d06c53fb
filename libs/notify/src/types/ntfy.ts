import { type Checked } from '@fieldstream/domain';
import { type AlertMessage } from '../alert-message.js';
import { CHAT_DEFAULTS, type ChannelType, type SendContext } from '../channel-type.js';
import { ConfigFields, type TextTemplate } from '../config-fields.js';
import { sendJson } from '../http-request.js';
import { bodyText, contentOf } from '../message-content.js';
import { secretTexts } from '../secret-fields.js';

export interface NtfyConfig {
  /** Of the topic, e.g. `https://ntfy.sh/my-topic`. */
  readonly url: string;
  readonly token?: string;
  /** 1 to 5; by severity where left out. */
  readonly priority?: number;
  readonly tags?: readonly string[];
  readonly template?: TextTemplate;
}

/** Who knows a topic may write to it, unless its server asks for a token. */
const SECRET_FIELDS = ['url', 'token'];
/** A longer message becomes an attachment, https://docs.ntfy.sh/publish/#limitations */
const LONGEST_MESSAGE_BYTES = 4096;
const TOPIC_PATH = /^\/[A-Za-z0-9_-]{1,64}$/;
const PRIORITIES = { critical: 5, warning: 4, info: 3 } as const;
/** Names that ntfy shows as pictures, https://docs.ntfy.sh/emojis/ */
const PICTURES = { critical: 'rotating_light', warning: 'warning', info: 'information_source' } as const;
const MOST_TAGS = 10;

/**
 * ntfy, the public server or one's own: https://docs.ntfy.sh/publish/#publish-as-json. The message goes as JSON, so that
 * no text can become a header.
 */
export const ntfy: ChannelType<NtfyConfig> = {
  type: 'ntfy',
  secretFields: SECRET_FIELDS,
  defaults: CHAT_DEFAULTS,
  parseConfig,
  send,
};

function parseConfig(input: unknown): Checked<NtfyConfig> {
  const fields = new ConfigFields(input, ['url', 'token', 'priority', 'tags', 'template'], 'config');
  const example = 'https://ntfy.sh/my-topic';
  const url = fields.url('url', example);
  if (url !== undefined && !isTopic(new URL(url))) {
    const fault = `must end in the name of a topic, of 1 to 64 letters, digits, - or _, e.g. ${example}`;
    fields.fault('url', fault);
  }
  return fields.done<NtfyConfig>({
    url,
    token: fields.text('token', {
      maxLength: 200,
      pattern: /^[\x21-\x7e]+$/,
      what: 'an access token, e.g. tk_…',
      isOptional: true,
    }),
    priority: fields.has('priority')
      ? fields.integer('priority', { min: 1, max: 5, example: '3, or left out to follow the severity' })
      : undefined,
    tags: parseTags(fields),
    template: fields.textTemplate(),
  });
}

function isTopic({ pathname, search, hash }: URL): boolean {
  return TOPIC_PATH.test(pathname) && search === '' && hash === '';
}

function parseTags(fields: ConfigFields): readonly string[] | undefined {
  const value = fields.raw('tags');
  if (value === undefined) return undefined;
  const isList = Array.isArray(value) && value.length <= MOST_TAGS;
  if (isList && value.every((tag) => typeof tag === 'string' && /^[\w+-]{1,50}$/.test(tag)))
    return value as string[];
  return fields.fault(
    'tags',
    `must be a list of at most ${MOST_TAGS} tags of letters, digits, _, + or -, e.g. ["house"]`,
  );
}

async function send(config: NtfyConfig, message: AlertMessage, context: SendContext): Promise<void> {
  const { consoleUrl, signal } = context;
  const content = contentOf(message, config.template, consoleUrl);
  const { origin, pathname } = new URL(config.url);
  const isOver = content.status === 'resolved';
  const text = bodyText(content, { max: LONGEST_MESSAGE_BYTES, measure: (part) => Buffer.byteLength(part) });
  const body = {
    topic: pathname.slice(1),
    title: content.title,
    message: text || content.title,
    priority: config.priority ?? (isOver ? 3 : PRIORITIES[content.severity]),
    tags: [isOver ? 'white_check_mark' : PICTURES[content.severity], ...(config.tags ?? [])],
    ...(consoleUrl ? { click: consoleUrl } : {}),
  };
  const headers = config.token === undefined ? {} : { authorization: `Bearer ${config.token}` };
  const secrets = [...secretTexts(config, SECRET_FIELDS), body.topic];
  await sendJson({ url: origin, headers, body, secrets }, signal);
}
