import { type Checked } from '@fieldstream/domain';
import { type AlertMessage } from '../alert-message.js';
import { CHAT_DEFAULTS, type ChannelType, type SendContext } from '../channel-type.js';
import { ConfigFields, type TextTemplate } from '../config-fields.js';
import { sendJson } from '../http-request.js';
import { bodyText, contentOf } from '../message-content.js';
import { secretTexts } from '../secret-fields.js';
import { escapeHtml } from '../text.js';

export interface TelegramConfig {
  readonly botToken: string;
  /** Number of a chat, or `@` and the name of a public channel. */
  readonly chatId: string;
  /** Of a Bot API server of one's own, https://github.com/tdlib/telegram-bot-api. Default Telegram's. */
  readonly apiUrl?: string;
  readonly template?: TextTemplate;
}

const SECRET_FIELDS = ['botToken'];
const API_URL = 'https://api.telegram.org';
/** "1-4096 characters after entities parsing": as they are shown. Some room is kept for the title. */
const LONGEST_TEXT = 4096 - 210;

/** Telegram by a bot: https://core.telegram.org/bots/api#sendmessage, with its HTML for a bold title and nothing else. */
export const telegram: ChannelType<TelegramConfig> = {
  type: 'telegram',
  secretFields: SECRET_FIELDS,
  defaults: CHAT_DEFAULTS,
  parseConfig,
  send,
};

function parseConfig(input: unknown): Checked<TelegramConfig> {
  const fields = new ConfigFields(input, ['botToken', 'chatId', 'apiUrl', 'template'], 'config');
  return fields.done<TelegramConfig>({
    botToken: fields.text('botToken', {
      maxLength: 200,
      pattern: /^\d+:[A-Za-z0-9_-]+$/,
      what: 'the token that BotFather gives, e.g. 110201543:AAHdq…',
    }),
    chatId: fields.text('chatId', {
      maxLength: 64,
      pattern: /^(-?\d{1,20}|@[A-Za-z]\w{3,})$/,
      what: 'a text with the number of a chat or the name of a public channel, e.g. "-1001234567890" or "@my_channel"',
    }),
    apiUrl: fields.url('apiUrl', API_URL, true),
    template: fields.textTemplate(),
  });
}

async function send(config: TelegramConfig, message: AlertMessage, context: SendContext): Promise<void> {
  const { consoleUrl, signal } = context;
  const content = contentOf(message, config.template, consoleUrl);
  const link = consoleUrl ? `\n\n<a href="${escapeHtml(consoleUrl)}">Open the alerts</a>` : '';
  // Cut by what is shown, then escaped, so that no entity is cut in two.
  const text = escapeHtml(bodyText(content, { max: LONGEST_TEXT - (link === '' ? 0 : 20) }));
  const body = {
    chat_id: config.chatId,
    text: `<b>${escapeHtml(content.title)}</b>\n${text}${link}`,
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
  };
  const base = (config.apiUrl ?? API_URL).replace(/\/+$/, '');
  const url = `${base}/bot${config.botToken}/sendMessage`;
  await sendJson({ url, body, secrets: secretTexts(config, SECRET_FIELDS) }, signal);
}
