import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Channel, Logger } from '@fieldstream/domain';
import { channelType, type SendContext } from '@fieldstream/notify';
import { ChannelStore, claimRefresh, readAlertsToRefresh, readOvertaken } from '@fieldstream/timescale';
import { bounded, explainFailure, usable } from './channel-queue.js';
import type { DeliveryOutcome } from './delivery-queue.js';

export interface ChannelRefresherOptions {
  readonly pool: pg.Pool;
  readonly logger: Logger;
  /** How often a channel is refreshed, by whichever process comes first. */
  readonly everyMs: number;
  readonly consoleUrl?: string | undefined;
  readonly onOutcome?: (channelType: string, outcome: DeliveryOutcome) => void;
}

/** Alerts told at a time. */
const CHUNK = 200;

/** Tells receivers whose state lapses (Prometheus Alertmanager) all open alerts, again and again. */
export class ChannelRefresher {
  private readonly channels: ChannelStore;
  private readonly stop = new AbortController();
  /** Channels whose last refresh failed: that is logged once. */
  private readonly failing = new Set<string>();

  constructor(private readonly options: ChannelRefresherOptions) {
    this.channels = new ChannelStore(options.pool);
  }

  /** Refreshes the channels whose turn it is. @throws DatabaseError */
  async look(): Promise<void> {
    const stored = (await this.channels.list()).map(({ channel }) => channel);
    const due = stored.filter(({ enabled, type }) => enabled && channelType(type)?.refresh !== undefined);
    await Promise.all(due.map((channel) => this.refresh(channel)));
  }

  /** Breaks off what is under way. */
  close(): void {
    this.stop.abort();
  }

  private async refresh(channel: Channel): Promise<void> {
    const { pool, everyMs, logger, onOutcome } = this.options;
    if (this.stop.signal.aborted || !(await claimRefresh(pool, channel.id, everyMs))) return;
    const alerts = await readAlertsToRefresh(pool, channel);
    try {
      for (let start = 0; start < alerts.length; start += CHUNK) {
        await this.tell(channel, alerts.slice(start, start + CHUNK));
      }
      this.failing.delete(channel.id);
      if (alerts.length > 0) onOutcome?.(channel.type, 'delivered');
    } catch (error) {
      if (this.stop.signal.aborted) return;
      onOutcome?.(channel.type, 'failed');
      if (this.failing.has(channel.id)) return;
      this.failing.add(channel.id);
      const { reason } = explainFailure(error);
      logger.warn({ channel: channel.id, reason }, 'refreshing a channel failed, trying again');
    }
  }

  /**
   * What was resolved while it was told as open is told once more, as it stands: the refresh may have arrived after the
   * message about it.
   */
  private async tell(
    stored: Channel,
    alerts: Awaited<ReturnType<typeof readAlertsToRefresh>>,
  ): Promise<void> {
    const { pool, logger, consoleUrl } = this.options;
    const { channel, type } = usable(stored, logger);
    const contextOf = (signal: AbortSignal): SendContext => ({
      signal,
      ...(consoleUrl === undefined ? {} : { consoleUrl }),
    });
    await bounded(this.stop.signal, async (signal) => {
      await type.refresh?.(channel.config, alerts, contextOf(signal));
    });
    const overtaken = await readOvertaken(pool, alerts);
    if (overtaken.length === 0) return;
    await bounded(this.stop.signal, (signal) =>
      type.send(
        channel.config,
        {
          idempotencyKey: randomUUID(),
          channel: { id: channel.id, name: channel.name },
          rule: undefined,
          alerts: overtaken,
          createdAtMs: Date.now(),
          isTest: false,
        },
        contextOf(signal),
      ),
    );
  }
}
