import { type Checked } from '@fieldstream/domain';
import { type AlertMessage } from '../alert-message.js';
import { CHAT_DEFAULTS, type ChannelType, type SendContext } from '../channel-type.js';
import { colourOf } from '../colours.js';
import { ConfigFields, type TextTemplate } from '../config-fields.js';
import { sendJson } from '../http-request.js';
import { bodyText, contentOf } from '../message-content.js';
import { secretTexts } from '../secret-fields.js';
import { truncate } from '../text.js';

export interface DiscordConfig {
  readonly url: string;
  readonly template?: TextTemplate;
}

const SECRET_FIELDS = ['url'];
/** https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
const LIMITS = { title: 256, description: 4096 } as const;

/**
 * Discord by a webhook: https://discord.com/developers/docs/resources/webhook#execute-webhook. Nobody is mentioned, and
 * texts from outside have no format.
 */
export const discord: ChannelType<DiscordConfig> = {
  type: 'discord',
  secretFields: SECRET_FIELDS,
  defaults: CHAT_DEFAULTS,
  parseConfig,
  send,
};

function parseConfig(input: unknown): Checked<DiscordConfig> {
  const fields = new ConfigFields(input, ['url', 'template'], 'config');
  return fields.done<DiscordConfig>({
    url: fields.url('url', 'https://discord.com/api/webhooks/000/XXXX'),
    template: fields.textTemplate(),
  });
}

async function send(config: DiscordConfig, message: AlertMessage, context: SendContext): Promise<void> {
  const { consoleUrl, signal } = context;
  const content = contentOf(message, config.template, consoleUrl);
  const embed = {
    // Half of the limit: escaping doubles a text at most.
    title: escapeMarkdown(truncate(content.title, LIMITS.title / 2)),
    description: bodyText(content, { max: LIMITS.description, escape: escapeMarkdown }),
    color: Number.parseInt(colourOf(content).slice(1), 16),
    timestamp: new Date(message.createdAtMs).toISOString(),
    ...(consoleUrl ? { url: consoleUrl } : {}),
  };
  const body = { embeds: [embed], allowed_mentions: { parse: [] } };
  await sendJson({ url: config.url, body, secrets: secretTexts(config, SECRET_FIELDS) }, signal);
}

/** A backslash takes its meaning from any sign of Discord's Markdown. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\*_~`|<>#[\]()@:+-]/g, '\\$&');
}
