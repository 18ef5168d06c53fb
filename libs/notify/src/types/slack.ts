import { type Checked } from '@fieldstream/domain';
import { type AlertMessage } from '../alert-message.js';
import { CHAT_DEFAULTS, type ChannelType, type SendContext } from '../channel-type.js';
import { colourOf } from '../colours.js';
import { ConfigFields, type TextTemplate } from '../config-fields.js';
import { sendJson } from '../http-request.js';
import { bodyText, contentOf } from '../message-content.js';
import { secretTexts } from '../secret-fields.js';

export interface SlackConfig {
  readonly url: string;
  readonly template?: TextTemplate;
}

const SECRET_FIELDS = ['url'];
/** Of the text of a section, https://docs.slack.dev/reference/block-kit/blocks/section-block */
const LONGEST_SECTION = 3000;

/**
 * Slack, and what takes the same messages (Mattermost, Rocket.Chat), by an incoming webhook:
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks. Texts from outside stand in plain-text blocks,
 * so nothing in them is a link, a mention or a format.
 */
export const slack: ChannelType<SlackConfig> = {
  type: 'slack',
  secretFields: SECRET_FIELDS,
  defaults: CHAT_DEFAULTS,
  parseConfig,
  send,
};

function parseConfig(input: unknown): Checked<SlackConfig> {
  const fields = new ConfigFields(input, ['url', 'template'], 'config');
  return fields.done<SlackConfig>({
    url: fields.url('url', 'https://hooks.slack.com/services/T000/B000/XXXX'),
    template: fields.textTemplate(),
  });
}

async function send(config: SlackConfig, message: AlertMessage, context: SendContext): Promise<void> {
  const { consoleUrl, signal } = context;
  const content = contentOf(message, config.template, consoleUrl);
  const text = bodyText(content, { max: LONGEST_SECTION });
  const link = `<${escapeSlack(consoleUrl ?? '').replaceAll('|', '%7C')}|Open the alerts>`;
  const body = {
    // Shown above the attachment, and in notifications.
    text: escapeSlack(content.title),
    mrkdwn: false,
    unfurl_links: false,
    attachments: [
      {
        color: colourOf(content),
        blocks: [
          { type: 'section', text: { type: 'plain_text', text: text || content.title, emoji: false } },
          ...(consoleUrl ? [{ type: 'context', elements: [{ type: 'mrkdwn', text: link }] }] : []),
        ],
      },
    ],
  };
  await sendJson({ url: config.url, body, secrets: secretTexts(config, SECRET_FIELDS) }, signal);
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping: without it `<!channel>` calls everybody. */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
