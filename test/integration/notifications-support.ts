import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type pg from 'pg';
import type { Channel } from '@fieldstream/domain';
import { type RecordedTransition, recordTransitions } from '@fieldstream/timescale';
import type { AlertRecord } from '@fieldstream/wire';

/** A firing alert of the rule `hot` on device `a`. */
export function transition(edit: Partial<RecordedTransition> = {}): RecordedTransition {
  return {
    alertId: 'alert-1',
    transition: 'firing',
    ruleId: 'hot',
    ruleName: 'Hot',
    description: '',
    severity: 'warning',
    deviceId: 'a',
    metric: 'temperature',
    labels: {},
    atMs: 1_000,
    startedAtMs: 1_000,
    value: 31,
    text: null,
    summary: 'hot',
    resolvedBy: 'cleared',
    channels: [],
    ...edit,
  };
}

/** Records transitions, each in a statement of its own, so that any may follow any. */
export async function record(
  pool: pg.Pool,
  transitions: readonly Partial<RecordedTransition>[],
  channels: readonly string[] = [],
): Promise<void> {
  for (const edit of transitions) await recordTransitions(pool, [transition({ channels, ...edit })]);
}

/** Empties what notifications are about. */
export async function clearNotifications(pool: pg.Pool): Promise<void> {
  await pool.query(
    `TRUNCATE alert, alert_event, notification, notification_message, notification_channel, alert_rule
     RESTART IDENTITY CASCADE`,
  );
}

/** A webhook channel that waits for nothing. */
export function webhookTo(url: string, edit: Partial<Channel> = {}): Channel {
  return {
    id: 'ops',
    name: 'Operations',
    type: 'webhook',
    enabled: true,
    config: { url },
    minSeverity: 'info',
    sendResolved: true,
    groupWaitMs: 0,
    messagesPerMinute: 1_000,
    ...edit,
  };
}

/** One request that a receiver got. */
export interface ReceivedRequest {
  readonly path: string;
  readonly key: string;
  readonly headers: IncomingHttpHeaders;
  readonly alerts: readonly AlertRecord[];
  readonly rule: { readonly id: string } | null;
}

/** A receiver on loopback that notes what it gets. `answer` is the test's to set. */
export class Receiver {
  readonly received: ReceivedRequest[] = [];
  answer: (response: ServerResponse, request: ReceivedRequest) => void = (response) =>
    void response.writeHead(204).end();
  /** Set where the body is not that of a webhook: then it is read here, and the request is not noted. */
  readBody: ((body: string) => void) | undefined;

  private readonly server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const headers = request.headers;
      const of = { path: request.url ?? '', key: String(headers['idempotency-key']), headers };
      this.readBody?.(body);
      const content = this.readBody
        ? { alerts: [], rule: null }
        : (JSON.parse(body) as Pick<ReceivedRequest, 'alerts' | 'rule'>);
      const got = { ...of, alerts: content.alerts, rule: content.rule };
      if (!this.readBody) this.received.push(got);
      this.answer(response, got);
    });
  });

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What came to one path, in the order of its arrival. */
  at(path: string): ReceivedRequest[] {
    return this.received.filter((request) => request.path === path);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
