/** A type of channel for people who are about to set one up. */
export interface ChannelTypeGuide {
  readonly summary: string;
  /** Every field of `config`, by name; those in `optional` may be left out. */
  readonly required: Readonly<Record<string, string>>;
  readonly optional: Readonly<Record<string, string>>;
  /** A `config` that is valid; a test checks it. */
  readonly example: Readonly<Record<string, unknown>>;
}

const template = 'Texts in place of the usual ones: {"title", "text"}, each optional.';

/** By name of the type; a test holds it complete. */
export const CHANNEL_TYPE_GUIDES: Readonly<Record<string, ChannelTypeGuide>> = {
  webhook: {
    summary: 'A JSON document to an HTTP receiver of your own, signed where a secret is set.',
    required: { url: 'Address of the receiver.' },
    optional: {
      method: 'POST or PUT.',
      secret: 'Key of the signature (HMAC-SHA256).',
      headers: 'Headers that are sent along.',
      template: 'A body of your own: {"body", "contentType"}.',
    },
    example: { url: 'https://example.org/alerts', secret: 'a-secret-of-your-own' },
  },
  slack: {
    summary: 'Slack, by an incoming webhook.',
    required: { url: 'Address of the incoming webhook.' },
    optional: { template },
    example: { url: 'https://hooks.slack.com/services/T000/B000/XXXX' },
  },
  discord: {
    summary: 'Discord, by a webhook of a text channel.',
    required: { url: 'Address of the webhook.' },
    optional: { template },
    example: { url: 'https://discord.com/api/webhooks/123/XXXX' },
  },
  teams: {
    summary: 'Microsoft Teams, by a workflow that starts with a web request.',
    required: { url: 'Address of the workflow.' },
    optional: { template },
    example: { url: 'https://prod-00.westeurope.logic.azure.com/workflows/abc/triggers/manual/paths/invoke' },
  },
  pagerduty: {
    summary: 'PagerDuty: an incident for each alert, resolved with it.',
    required: { routingKey: 'Integration key of the service (Events API v2).' },
    optional: { url: 'Another address of the Events API.' },
    example: { routingKey: '0123456789abcdef0123456789abcdef' },
  },
  opsgenie: {
    summary: 'Opsgenie: an alert for each alert, closed with it.',
    required: { apiKey: 'Key of an API integration.' },
    optional: { apiUrl: 'Another address of the API, e.g. that of the EU.' },
    example: { apiKey: '01234567-89ab-cdef-0123-456789abcdef' },
  },
  ntfy: {
    summary: 'ntfy: push messages to phones and desktops.',
    required: { url: 'Address of the topic.' },
    optional: {
      token: 'Access token of a topic that is protected.',
      priority: 'From 1 to 5; by severity where left out.',
      tags: 'Tags of each message.',
      template,
    },
    example: { url: 'https://ntfy.sh/a-topic-of-your-own' },
  },
  telegram: {
    summary: 'Telegram, by a bot.',
    required: { botToken: 'The token that BotFather gives.', chatId: 'Number of the chat, or @name.' },
    optional: { apiUrl: 'A Bot API server of your own.', template },
    example: { botToken: '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw', chatId: '-1001234567890' },
  },
  email: {
    summary: 'E-mail by SMTP.',
    required: {
      host: 'Name of the mail server.',
      from: 'Sender.',
      to: 'List of recipients.',
    },
    optional: {
      port: 'Its port. Default: 465 where TLS comes first, else 587.',
      secure: 'Whether TLS comes first, as on port 465.',
      requireTls: 'Whether mail is sent over STARTTLS alone.',
      user: 'User name.',
      password: 'Password.',
      ca: 'Certificate (PEM) of an authority that the mail server is trusted by.',
      template,
    },
    example: { host: 'mail.example.org', port: 587, from: 'alerts@example.org', to: ['ops@example.org'] },
  },
  alertmanager: {
    summary: 'Prometheus Alertmanager (API v2), which groups, silences and routes by itself.',
    required: { url: 'Its address.' },
    optional: {
      user: 'User name.',
      password: 'Password.',
      token: 'Bearer token.',
      labels: 'Labels that every alert gets.',
    },
    example: { url: 'http://127.0.0.1:9093', labels: { cluster: 'plant-a' } },
  },
};
