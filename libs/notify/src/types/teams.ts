import { type Checked } from '@fieldstream/domain';
import { type AlertMessage } from '../alert-message.js';
import { CHAT_DEFAULTS, type ChannelType, type SendContext } from '../channel-type.js';
import { ConfigFields, type TextTemplate } from '../config-fields.js';
import { sendJson } from '../http-request.js';
import { bodyText, contentOf } from '../message-content.js';
import { type RenderedMessage } from '../render.js';
import { secretTexts } from '../secret-fields.js';

export interface TeamsConfig {
  readonly url: string;
  readonly template?: TextTemplate;
}

const SECRET_FIELDS = ['url'];
/**
 * Bytes of the text as JSON. A message may have 28 KB, which Teams counts in its own way:
 * https://learn.microsoft.com/connectors/teams#general-known-issues-and-limitations
 */
const LONGEST_TEXT_BYTES = 14_000;

const COLOURS = { critical: 'attention', warning: 'warning', info: 'accent' } as const;

/**
 * Microsoft Teams by the workflow "Post to a channel when a webhook request is received":
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using. The message is an
 * Adaptive Card; texts from outside stand in text runs (https://adaptivecards.io/explorer/TextRun.html), which know no
 * Markdown.
 */
export const teams: ChannelType<TeamsConfig> = {
  type: 'teams',
  secretFields: SECRET_FIELDS,
  defaults: CHAT_DEFAULTS,
  parseConfig,
  send,
};

function parseConfig(input: unknown): Checked<TeamsConfig> {
  const fields = new ConfigFields(input, ['url', 'template'], 'config');
  return fields.done<TeamsConfig>({
    url: fields.url('url', 'https://example.logic.azure.com/workflows/XXXX/triggers/manual/paths/invoke'),
    template: fields.textTemplate(),
  });
}

async function send(config: TeamsConfig, message: AlertMessage, context: SendContext): Promise<void> {
  const { consoleUrl, signal } = context;
  const card = cardOf(contentOf(message, config.template, consoleUrl), consoleUrl);
  const contentType = 'application/vnd.microsoft.card.adaptive';
  const body = { type: 'message', attachments: [{ contentType, contentUrl: null, content: card }] };
  await sendJson({ url: config.url, body, secrets: secretTexts(config, SECRET_FIELDS) }, signal);
}

function cardOf(content: RenderedMessage, consoleUrl: string | undefined): object {
  const measure = (text: string): number => Buffer.byteLength(JSON.stringify(text));
  const lines = bodyText(content, { max: LONGEST_TEXT_BYTES, measure }).split('\n');
  const color = content.status === 'resolved' ? 'good' : COLOURS[content.severity];
  const paragraph = (run: object): object => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', ...run }],
  });
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      paragraph({ text: content.title, weight: 'bolder', size: 'medium', color }),
      ...lines.filter((line) => line !== '').map((text) => paragraph({ text })),
    ],
    ...(consoleUrl
      ? { actions: [{ type: 'Action.OpenUrl', title: 'Open the alerts', url: consoleUrl }] }
      : {}),
  };
}
