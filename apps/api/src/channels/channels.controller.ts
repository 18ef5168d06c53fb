import { Body, Controller, Delete, Get, Inject, Param, Post, Put, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import { type Channel, type FieldProblem, isRecord } from '@fieldstream/domain';
import { mergeSecrets, parseChannel, redactConfig } from '@fieldstream/notify';
import { ChannelStore, type StoredChannel } from '@fieldstream/timescale';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { invalid, valid } from '../http/valid.js';
import type * as schemas from './channel-schemas.js';
import {
  ChannelList,
  ChannelParams,
  ChannelReplacement,
  ChannelResource,
  ChannelTest,
  MAX_CHANNELS,
  NewChannel,
} from './channel-schemas.js';
import { ChannelTester } from './channel-tester.js';

const tag = 'Channels';
/** Rules that are named where they keep a channel. */
const NAMED_RULES = 20;

type Params = z.infer<typeof schemas.ChannelParams>;
type Resource = z.input<typeof schemas.ChannelResource>;
type TestAnswer = z.input<typeof schemas.ChannelTest>;

/** Ways by which people get alerts. SECRETS LEAVE HERE REDACTED, in every answer. */
@Controller('api/channels')
export class ChannelsController {
  constructor(
    @Inject(ChannelStore) private readonly channels: ChannelStore,
    @Inject(ChannelTester) private readonly tester: ChannelTester,
  ) {}

  @Get()
  @Documented({
    tag,
    summary: 'List notification channels, by ID',
    response: ChannelList,
    problems: ['database-unavailable'],
  })
  async list(): Promise<z.input<typeof schemas.ChannelList>> {
    return { items: (await this.channels.list()).map(toResource), next: null };
  }

  @Post()
  @Documented({
    tag,
    summary: 'Make a channel',
    body: NewChannel,
    status: 201,
    response: ChannelResource,
    problems: ['conflict', 'database-unavailable'],
  })
  async create(@Body() body: unknown, @Res({ passthrough: true }) response: Response): Promise<Resource> {
    const channel = checked(body);
    if ((await this.channels.list()).length >= MAX_CHANNELS) {
      throw new Problem('conflict', `There are ${MAX_CHANNELS} channels already; delete one first.`);
    }
    const stored = await this.channels.create(channel);
    if (stored === undefined)
      throw new Problem('conflict', `There is a channel ${JSON.stringify(channel.id)} already.`);
    response.setHeader('location', `/api/channels/${channel.id}`);
    return toResource(stored);
  }

  @Post('test')
  @Documented({
    tag,
    summary: 'Send a test alert to a channel that is not stored',
    description:
      'Answers within 10 seconds. A receiver that fails is no error: `delivered` is false. Secrets of a stored channel are not used.',
    body: NewChannel,
    response: ChannelTest,
    problems: ['too-busy'],
  })
  async testDraft(@Body() body: unknown): Promise<TestAnswer> {
    return this.tester.test(checked(isRecord(body) ? { id: 'draft', ...body } : body));
  }

  @Get(':id')
  @Documented({
    tag,
    summary: 'Read a channel',
    params: ChannelParams,
    response: ChannelResource,
    problems: ['not-found', 'database-unavailable'],
  })
  async get(@Param(valid(ChannelParams)) { id }: Params): Promise<Resource> {
    return toResource((await this.channels.find(id)) ?? noChannel(id));
  }

  @Put(':id')
  @Documented({
    tag,
    summary: 'Replace a channel',
    params: ChannelParams,
    body: ChannelReplacement,
    response: ChannelResource,
    problems: ['not-found', 'provisioned', 'database-unavailable'],
  })
  async replace(@Param(valid(ChannelParams)) { id }: Params, @Body() body: unknown): Promise<Resource> {
    const stored = (await this.channels.find(id)) ?? noChannel(id);
    demandOwn(stored);
    const channel = checked(isRecord(body) ? { id, ...withSecrets(stored.channel, body) } : body);
    if (channel.id !== id)
      throw invalid([{ in: 'body', field: 'id', fault: `must be ${id}, as in the path` }]);
    return toResource((await this.channels.replace(channel)) ?? noChannel(id));
  }

  @Delete(':id')
  @Documented({
    tag,
    summary: 'Delete a channel that no rule names',
    params: ChannelParams,
    status: 204,
    problems: ['not-found', 'provisioned', 'in-use', 'database-unavailable'],
  })
  async remove(@Param(valid(ChannelParams)) { id }: Params): Promise<void> {
    demandOwn((await this.channels.find(id)) ?? noChannel(id));
    const rules = await this.channels.usedBy(id);
    if (rules.length > 0) {
      const named = rules.slice(0, NAMED_RULES).join(', ');
      const more = rules.length > NAMED_RULES ? ` and ${rules.length - NAMED_RULES} more` : '';
      throw new Problem('in-use', `Rules name the channel ${JSON.stringify(id)}: ${named}${more}.`);
    }
    if (!(await this.channels.remove(id))) noChannel(id);
  }

  @Post(':id/test')
  @Documented({
    tag,
    summary: 'Send a test alert to a channel',
    description:
      'At once, also where the channel is disabled. Answers within 10 seconds. A receiver that fails is no error: `delivered` is false.',
    params: ChannelParams,
    response: ChannelTest,
    problems: ['not-found', 'too-busy', 'database-unavailable'],
  })
  async test(@Param(valid(ChannelParams)) { id }: Params): Promise<TestAnswer> {
    const { channel } = (await this.channels.find(id)) ?? noChannel(id);
    // What is stored may be of another version, or written by hand.
    const parsed = parseChannel(channel);
    if (parsed.ok) return this.tester.test(parsed.value);
    return { delivered: false, durationMs: 0, error: sentenceOf(parsed.problems) };
  }
}

function checked(body: unknown): Channel {
  const parsed = parseChannel(body);
  if (parsed.ok) return parsed.value;
  throw invalid(parsed.problems.map(({ field, fault }) => ({ in: 'body', field, fault })));
}

/** Of another type nothing is kept: its secrets are not this one's. */
function withSecrets(before: Channel, body: Record<string, unknown>): Record<string, unknown> {
  const { type, config } = body;
  if (type !== before.type || !isRecord(config)) return body;
  return { ...body, config: mergeSecrets(before.config, config, before.type) };
}

function sentenceOf(problems: readonly FieldProblem[]): string {
  return problems.map(({ field, fault }) => `${field} ${fault}`).join('; ');
}

function demandOwn({ channel, provenance }: StoredChannel): void {
  if (provenance === null) return;
  const id = JSON.stringify(channel.id);
  throw new Problem('provisioned', `The channel ${id} is defined in ${provenance}; change it there.`);
}

function noChannel(id: string): never {
  throw new Problem('not-found', `There is no channel ${JSON.stringify(id)}.`);
}

function toResource({ channel, provenance, createdAt, updatedAt }: StoredChannel): Resource {
  return {
    ...channel,
    config: { ...redactConfig(channel) },
    provenance,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
