import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import { isRecord, type Rule } from '@fieldstream/domain';
import { ChannelStore, RuleStore, type StoredRule } from '@fieldstream/timescale';
import { nextCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { invalid, valid } from '../http/valid.js';
import { checkedRule } from './checked-rule.js';
import { RuleList } from './rule-list.js';
import type * as schemas from './rule-schemas.js';
import {
  MAX_RULES,
  NewRule,
  RuleList as RulePage,
  RuleParams,
  RulePatch,
  RuleQuery,
  RuleReplacement,
  RuleResource,
} from './rule-schemas.js';

const tag = 'Rules';
const changeProblems = ['not-found', 'provisioned', 'database-unavailable'] as const;
/** Channels that are named where one does not exist. */
const NAMED_CHANNELS = 20;

type Params = z.infer<typeof schemas.RuleParams>;
type Resource = z.input<typeof schemas.RuleResource>;

/** Alert rules. A change takes effect in the alerters within seconds. */
@Controller('api/rules')
export class RulesController {
  constructor(
    @Inject(RuleStore) private readonly rules: RuleStore,
    @Inject(RuleList) private readonly all: RuleList,
    @Inject(ChannelStore) private readonly channels: ChannelStore,
  ) {}

  @Get()
  @Documented({
    tag,
    summary: 'List rules, by ID',
    query: RuleQuery,
    response: RulePage,
    problems: ['database-unavailable'],
  })
  async list(
    @Query(valid(RuleQuery)) query: z.infer<typeof schemas.RuleQuery>,
  ): Promise<z.input<typeof schemas.RuleList>> {
    const { cursor: after, ...filter } = query;
    const { items, next, faulty } = await this.all.page({ ...filter, after });
    return {
      items: items.map(toResource),
      next: nextCursor(next),
      faulty: faulty.map(({ ruleId, problems }) => ({ id: ruleId, problems: [...problems] })),
    };
  }

  @Post()
  @Documented({
    tag,
    summary: 'Make a rule',
    body: NewRule,
    status: 201,
    response: RuleResource,
    problems: ['conflict', 'database-unavailable'],
  })
  async create(
    @Body() body: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<z.input<typeof schemas.RuleResource>> {
    const rule = checkedRule(body);
    await this.demandChannels(rule);
    if ((await this.all.count()) >= MAX_RULES) {
      throw new Problem('conflict', `There are ${MAX_RULES} rules already; delete one first.`);
    }
    const stored = await this.rules.create(rule);
    if (stored === undefined)
      throw new Problem('conflict', `There is a rule ${JSON.stringify(rule.id)} already.`);
    response.setHeader('location', `/api/rules/${rule.id}`);
    return toResource(stored);
  }

  @Get(':id')
  @Documented({
    tag,
    summary: 'Read a rule',
    params: RuleParams,
    response: RuleResource,
    problems: ['not-found', 'database-unavailable'],
  })
  async get(@Param(valid(RuleParams)) { id }: Params): Promise<Resource> {
    return toResource((await this.rules.find(id)) ?? noRule(id));
  }

  @Put(':id')
  @Documented({
    tag,
    summary: 'Replace a rule',
    params: RuleParams,
    body: RuleReplacement,
    response: RuleResource,
    problems: changeProblems,
  })
  async replace(@Param(valid(RuleParams)) { id }: Params, @Body() body: unknown): Promise<Resource> {
    const rule = checkedRule(isRecord(body) ? { id, ...body } : body);
    if (rule.id !== id) throw invalid([{ in: 'body', field: 'id', fault: `must be ${id}, as in the path` }]);
    // One that this version cannot evaluate is not found, but may be replaced.
    demandOwn(await this.rules.find(id));
    await this.demandChannels(rule);
    return toResource((await this.rules.replace(rule)) ?? noRule(id));
  }

  @Patch(':id')
  @Documented({
    tag,
    summary: 'Enable or disable a rule',
    description: 'The open alerts of one that is disabled are resolved.',
    params: RuleParams,
    body: RulePatch,
    response: RuleResource,
    problems: changeProblems,
  })
  async change(
    @Param(valid(RuleParams)) { id }: Params,
    @Body(valid(RulePatch)) { enabled }: z.infer<typeof schemas.RulePatch>,
  ): Promise<Resource> {
    const stored = (await this.rules.find(id)) ?? noRule(id);
    demandOwn(stored);
    if (stored.rule.enabled === enabled) return toResource(stored);
    return toResource((await this.rules.replace({ ...stored.rule, enabled })) ?? noRule(id));
  }

  @Delete(':id')
  @Documented({
    tag,
    summary: 'Delete a rule',
    description: 'Its open alerts are resolved.',
    params: RuleParams,
    status: 204,
    problems: changeProblems,
  })
  async remove(@Param(valid(RuleParams)) { id }: Params): Promise<void> {
    demandOwn(await this.rules.find(id));
    if (!(await this.rules.remove(id))) noRule(id);
  }

  private async demandChannels({ notify }: Rule): Promise<void> {
    if (notify.channels.length === 0) return;
    const known = (await this.channels.list()).map(({ channel }) => channel.id);
    const named = known.slice(0, NAMED_CHANNELS).join(', ') + (known.length > NAMED_CHANNELS ? ', …' : '');
    const there = known.length === 0 ? 'there is none yet' : `known are ${named}`;
    const errors = notify.channels.flatMap((id, index) =>
      known.includes(id)
        ? []
        : [
            {
              in: 'body' as const,
              field: `notify.channels[${index}]`,
              fault: `must be the ID of a notification channel; ${there}`,
            },
          ],
    );
    if (errors.length > 0) throw invalid(errors);
  }
}

function demandOwn(stored: StoredRule | undefined): void {
  if (stored === undefined || stored.provenance === null) return;
  const { rule, provenance } = stored;
  throw new Problem(
    'provisioned',
    `The rule ${JSON.stringify(rule.id)} is defined in ${provenance}; change it there.`,
  );
}

function noRule(id: string): never {
  throw new Problem('not-found', `There is no rule ${JSON.stringify(id)}.`);
}

function toResource({ rule, provenance, revision, createdAt, updatedAt }: StoredRule): Resource {
  const { devices, labels, metrics } = rule.scope;
  return {
    id: rule.id,
    name: rule.name,
    description: rule.description,
    enabled: rule.enabled,
    severity: rule.severity,
    scope: {
      devices: [...devices],
      labels: Object.fromEntries(Object.entries(labels).map(([label, wanted]) => [label, [...wanted]])),
      metrics: [...metrics],
    },
    kind: rule.kind,
    params: { ...rule.params },
    forMs: rule.forMs,
    clearForMs: rule.clearForMs,
    notify: { channels: [...rule.notify.channels] },
    provenance,
    revision,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
