/** For each type of channel a config with the fewest fields and one with all; addresses are nobody's. */
export const validConfigs: Readonly<Record<string, { readonly least: object; readonly most: object }>> = {
  webhook: {
    least: { url: 'https://example.com/alerts' },
    most: {
      url: 'https://example.com/alerts',
      method: 'PUT',
      secret: 'webhook-signing-key',
      headers: { authorization: 'Bearer webhook-header-token' },
      template: { body: '{"text": "{{title}}"}', contentType: 'application/json' },
    },
  },
  slack: {
    least: { url: 'https://hooks.slack.example/services/T000/B000/SLACKSECRET' },
    most: {
      url: 'https://hooks.slack.example/services/T000/B000/SLACKSECRET',
      template: { title: '{{title}}', text: '{{text}}' },
    },
  },
  discord: {
    least: { url: 'https://discord.example/api/webhooks/000/DISCORDSECRET' },
    most: {
      url: 'https://discord.example/api/webhooks/000/DISCORDSECRET',
      template: { title: '{{title}}', text: '{{text}}' },
    },
  },
  teams: {
    least: { url: 'https://teams.example/workflows/TEAMSSECRET?sig=TEAMSSIGNATURE' },
    most: {
      url: 'https://teams.example/workflows/TEAMSSECRET?sig=TEAMSSIGNATURE',
      template: { title: '{{title}}', text: '{{text}}' },
    },
  },
  pagerduty: {
    least: { routingKey: 'PAGERDUTYSECRET00000000000000000' },
    most: {
      routingKey: 'PAGERDUTYSECRET00000000000000000',
      url: 'https://events.eu.pagerduty.example/v2/enqueue',
    },
  },
  opsgenie: {
    least: { apiKey: 'OPSGENIE-SECRET-0000' },
    most: { apiKey: 'OPSGENIE-SECRET-0000', apiUrl: 'https://api.eu.opsgenie.example' },
  },
  ntfy: {
    least: { url: 'https://ntfy.example/NTFYSECRET' },
    most: {
      url: 'https://ntfy.example/NTFYSECRET',
      token: 'tk_NTFYTOKEN',
      priority: 2,
      tags: ['house'],
      template: { title: '{{title}}', text: '{{text}}' },
    },
  },
  telegram: {
    least: { botToken: '110201543:TELEGRAMSECRET', chatId: '-1001234567890' },
    most: {
      botToken: '110201543:TELEGRAMSECRET',
      chatId: '@a_channel',
      apiUrl: 'https://telegram.example',
      template: { title: '{{title}}', text: '{{text}}' },
    },
  },
  email: {
    least: { host: 'smtp.example.com', port: 587, from: 'alerts@example.com', to: ['ops@example.com'] },
    most: {
      host: 'smtp.example.com',
      port: 465,
      secure: true,
      requireTls: true,
      user: 'alerts',
      password: 'EMAILSECRET',
      ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      from: 'Field stream <alerts@example.com>',
      to: ['ops@example.com', 'Ada <ada@example.com>'],
      template: { title: '{{title}}', text: '{{text}}' },
    },
  },
  alertmanager: {
    least: { url: 'http://alertmanager.example:9093' },
    most: {
      url: 'http://alertmanager.example:9093/prefix',
      user: 'fieldstream',
      password: 'ALERTMANAGERSECRET',
      labels: { cluster: 'north' },
    },
  },
};
