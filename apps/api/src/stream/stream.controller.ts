import { Controller, Get, Headers, Inject, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import { AlertEventReader } from '@fieldstream/timescale';
import type { AlertRecord } from '@fieldstream/wire';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { invalid, valid } from '../http/valid.js';
import { AlertSource } from './alert-source.js';
import { encodeEvent, encodeRetry } from './server-sent-event.js';
import type * as schemas from './stream-schemas.js';
import { StreamedAlert, StreamHeaders, StreamQuery } from './stream-schemas.js';
import { type EventSink, Subscribers } from './subscribers.js';

/** Missed changes that are told; whoever has missed more reads the lists anew. */
const MAX_MISSED = 1_000;
/** For how long a client waits before it comes back. */
const RETRY_MS = 3_000;

/** Changes of alerts as they happen. */
@Controller('api/stream')
export class StreamController {
  constructor(
    @Inject(Subscribers) private readonly subscribers: Subscribers,
    @Inject(AlertSource) private readonly source: AlertSource,
    @Inject(AlertEventReader) private readonly events: AlertEventReader,
  ) {}

  @Get()
  @Documented({
    tag: 'Alerts',
    summary: 'What happens to alerts, as server-sent events',
    description: [
      'Begins with an event `ready`, whose ID is a place to come back to. `alert` is a change of an alert; its data is a',
      'StreamedAlert, its ID the sequence. With the header `Last-Event-ID`, which a browser sends by itself, changes',
      'that were missed come first; where they are more than 1,000 or not kept any more, an event `reset` comes in their',
      'place: read the lists anew. A change may come twice, which its ID tells. A comment comes every 15 seconds. The',
      'token, where one is configured, goes in the header as everywhere.',
    ].join(' '),
    query: StreamQuery,
    headers: StreamHeaders,
    response: StreamedAlert,
    isEventStream: true,
    problems: ['kafka-unavailable', 'too-many-subscribers', 'database-unavailable'],
  })
  async stream(
    @Query(valid(StreamQuery)) query: z.infer<typeof schemas.StreamQuery>,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() response: Response,
  ): Promise<void> {
    const lastSeen = parseSequence(lastEventId);
    if (!this.source.isReady) {
      throw new Problem('kafka-unavailable', 'Kafka has not answered yet; try again later.');
    }
    const { device: deviceId, rule: ruleId, severity } = query;
    const subscription = this.subscribers.add({ deviceId, ruleId, severity }, sinkOf(response));
    response.once('close', () => subscription.drop());
    try {
      const beginning = await this.beginningFor(lastSeen);
      if (response.destroyed) return;
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        // Proxies that collect answers would hold it back.
        'x-accel-buffering': 'no',
      });
      if (response.req.method === 'HEAD') {
        subscription.end();
        return;
      }
      await subscription.begin(beginning);
    } catch (error) {
      subscription.drop();
      throw error;
    }
  }

  private async beginningFor(
    lastSeen: number | undefined,
  ): Promise<{ text: string; newest: number; missed: readonly AlertRecord[] }> {
    // Read first: what happens in between is told as missed, or held, or both.
    const newest = await this.events.newestSequence();
    const retry = encodeRetry(RETRY_MS);
    const ready = encodeEvent({ event: 'ready', id: newest, data: {} });
    if (lastSeen === undefined) return { text: retry + ready, newest, missed: [] };
    // A greater one is of another database.
    const missed = lastSeen > newest ? undefined : await this.events.since(lastSeen, MAX_MISSED);
    // Without `ready`, whose ID would skip what is about to be told if the connection breaks in between.
    if (missed !== undefined) return { text: retry, newest: lastSeen, missed };
    const reset = encodeEvent({ event: 'reset', id: newest, data: {} });
    return { text: retry + reset, newest, missed: [] };
  }
}

function parseSequence(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const sequence = Number(text);
  if (/^\d{1,15}$/.test(text)) return sequence;
  throw invalid([
    { in: 'header', field: 'last-event-id', fault: 'must be the ID of an event of this stream' },
  ]);
}

function sinkOf(response: Response): EventSink {
  return {
    get writableLength() {
      return response.writableLength;
    },
    write: (chunk) => response.write(chunk),
    end: () => response.end(),
    destroy: () => response.destroy(),
    drained: (ms) =>
      new Promise((resolve) => {
        const finish = (isDrained: boolean) => (): void => {
          clearTimeout(timer);
          response.off('drain', drained).off('close', closed);
          resolve(isDrained);
        };
        const drained = finish(true);
        const closed = finish(false);
        const timer = setTimeout(closed, ms);
        response.once('drain', drained).once('close', closed);
      }),
  };
}
