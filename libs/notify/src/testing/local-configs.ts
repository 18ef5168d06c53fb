/** For each type that speaks HTTP a config of a receiver at `url`, with `secret` wherever a secret can stand. */
export function localConfigs(url: string, secret: string): Readonly<Record<string, object>> {
  return {
    webhook: { url, secret, headers: { authorization: `Bearer ${secret}`, 'x-key': secret } },
    slack: { url: `${url}/services/T000/${secret}` },
    discord: { url: `${url}/api/webhooks/000/${secret}` },
    teams: { url: `${url}/workflows/x?sig=${secret}` },
    pagerduty: { url, routingKey: secret },
    opsgenie: { apiUrl: url, apiKey: secret },
    ntfy: { url: `${url}/${secret}`, token: secret },
    telegram: { apiUrl: url, botToken: `1:${secret}`, chatId: '1' },
    alertmanager: { url, user: 'fieldstream', password: secret },
  };
}
