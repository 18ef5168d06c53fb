import { Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { KafkaError, KeyedProducer } from '@fieldstream/kafka';
import { DeadLetterReader, type StoredDeadLetter } from '@fieldstream/timescale';
import { API_SETTINGS, type ApiSettings } from '../api-settings.js';
import { nextCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { valid } from '../http/valid.js';
import type * as schemas from './dead-letter-schemas.js';
import {
  DeadLetterPage,
  DeadLetterParams,
  DeadLetterQuery,
  DeadLetterResource,
  DeadLetterSummary,
  Replay,
} from './dead-letter-schemas.js';
import { viewPayload } from './payload-view.js';
import { replayDecoders } from './replay-decoders.js';
import { planReplay } from './replay.js';

const tag = 'Dead letters';
const LISTED_PAYLOAD_BYTES = 4_096;
const MAX_REASONS = 100;

/** Payloads that were refused, with their original bytes. */
@Controller('api/dead-letters')
export class DeadLettersController {
  constructor(
    @Inject(DeadLetterReader) private readonly letters: DeadLetterReader,
    @Inject(KeyedProducer) private readonly producer: KeyedProducer,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  @Get()
  @Documented({
    tag,
    summary: 'List dead letters, newest first',
    query: DeadLetterQuery,
    response: DeadLetterPage,
    problems: ['database-unavailable'],
  })
  async list(
    @Query(valid(DeadLetterQuery)) query: z.infer<typeof schemas.DeadLetterQuery>,
  ): Promise<z.input<typeof schemas.DeadLetterPage>> {
    const { device, reason, replayed, limit, cursor: before } = query;
    const page = await this.letters.list({
      deviceId: device,
      reason,
      replayed,
      limit,
      before,
      maxPayloadBytes: LISTED_PAYLOAD_BYTES,
    });
    return { items: page.items.map(toResource), next: nextCursor(page.next) };
  }

  @Get('summary')
  @Documented({
    tag,
    summary: 'Count dead letters by reason, the most frequent first',
    response: DeadLetterSummary,
    problems: ['database-unavailable'],
  })
  async summary(): Promise<z.input<typeof schemas.DeadLetterSummary>> {
    return { reasons: await this.letters.countByReason(MAX_REASONS) };
  }

  @Get(':id')
  @Documented({
    tag,
    summary: 'Read a dead letter with its whole payload',
    params: DeadLetterParams,
    response: DeadLetterResource,
    problems: ['not-found', 'database-unavailable'],
  })
  async get(
    @Param(valid(DeadLetterParams)) { id }: z.infer<typeof schemas.DeadLetterParams>,
  ): Promise<z.input<typeof schemas.DeadLetterResource>> {
    return toResource((await this.letters.find(id)) ?? noLetter(id));
  }

  @Post(':id/replay')
  @Documented({
    tag,
    summary: 'Decode a dead letter again and put its readings into the pipeline',
    description:
      'Answers once Kafka has acknowledged the readings. Replaying again changes nothing: a reading is stored once.',
    params: DeadLetterParams,
    response: Replay,
    problems: ['not-found', 'not-decodable', 'database-unavailable', 'kafka-unavailable'],
  })
  async replay(
    @Param(valid(DeadLetterParams)) { id }: z.infer<typeof schemas.DeadLetterParams>,
  ): Promise<z.input<typeof schemas.Replay>> {
    const letter = (await this.letters.find(id)) ?? noLetter(id);
    const { mqttTopic, clientId, payload } = letter;
    const plan = planReplay(
      { mqttTopic, clientId, payload, receivedAtMs: letter.receivedAt.getTime() },
      await replayDecoders(this.settings.decoding),
    );
    if (plan.kind === 'refused') throw new Problem('not-decodable', `${plan.reason}: ${plan.detail}`);
    await Promise.all(plan.records.map((record) => this.producer.send(record))).catch(refuseUnfit);
    // ONLY NOW is it replayed: whatever fails before leaves it as it was.
    const replayedAt = (await this.letters.markReplayed(id)) ?? noLetter(id);
    return { id, records: plan.records.length, replayedAt: replayedAt.toISOString() };
  }
}

/** A record that Kafka will never take is the payload's fault; anything else is Kafka's. */
function refuseUnfit(error: unknown): never {
  if (error instanceof KafkaError && (error.code === 'record-too-large' || error.code === 'invalid-record')) {
    throw new Problem('not-decodable', `${error.code}: Kafka does not take the decoded record`);
  }
  throw error;
}

function noLetter(id: number): never {
  throw new Problem('not-found', `There is no dead letter ${id}.`);
}

function toResource(letter: StoredDeadLetter): z.input<typeof schemas.DeadLetterResource> {
  const { payload, payloadBytes, receivedAt, recordedAt, replayedAt, ...rest } = letter;
  return {
    ...rest,
    origin: { ...letter.origin },
    payload: { ...viewPayload(payload, payloadBytes) },
    receivedAt: receivedAt.toISOString(),
    recordedAt: recordedAt.toISOString(),
    replayedAt: replayedAt?.toISOString() ?? null,
  };
}
