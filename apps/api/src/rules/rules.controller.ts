import { Body, Controller, Delete, Get, Inject, Param, Post, Put, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import { parseRule, type Rule } from '@fieldstream/domain';
import { RuleStore, type StoredRule } from '@fieldstream/timescale';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { invalid, valid } from '../http/valid.js';
import type * as schemas from './rule-schemas.js';
import { MAX_RULES, NewRule, RuleList, RuleParams, RuleReplacement, RuleResource } from './rule-schemas.js';

const tag = 'Rules';

/** Alert rules. A change takes effect in the alerters within seconds. */
@Controller('api/rules')
export class RulesController {
  constructor(@Inject(RuleStore) private readonly rules: RuleStore) {}

  @Get()
  @Documented({ tag, summary: 'List rules, by ID', response: RuleList, problems: ['database-unavailable'] })
  async list(): Promise<z.input<typeof schemas.RuleList>> {
    const { rules, faulty } = await this.rules.snapshot();
    return {
      items: rules.map(toResource),
      next: null,
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
    const rule = checked(body);
    const { rules, faulty } = await this.rules.snapshot();
    if (rules.length + faulty.length >= MAX_RULES) {
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
  async get(
    @Param(valid(RuleParams)) { id }: z.infer<typeof schemas.RuleParams>,
  ): Promise<z.input<typeof schemas.RuleResource>> {
    return toResource((await this.rules.find(id)) ?? noRule(id));
  }

  @Put(':id')
  @Documented({
    tag,
    summary: 'Replace a rule',
    params: RuleParams,
    body: RuleReplacement,
    response: RuleResource,
    problems: ['not-found', 'database-unavailable'],
  })
  async replace(
    @Param(valid(RuleParams)) { id }: z.infer<typeof schemas.RuleParams>,
    @Body() body: unknown,
  ): Promise<z.input<typeof schemas.RuleResource>> {
    const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
    const rule = checked(isObject ? { id, ...body } : body);
    if (rule.id !== id) throw invalid([{ in: 'body', field: 'id', fault: `must be ${id}, as in the path` }]);
    return toResource((await this.rules.replace(rule)) ?? noRule(id));
  }

  @Delete(':id')
  @Documented({
    tag,
    summary: 'Delete a rule',
    description: 'Its open alerts are resolved.',
    params: RuleParams,
    status: 204,
    problems: ['not-found', 'database-unavailable'],
  })
  async remove(@Param(valid(RuleParams)) { id }: z.infer<typeof schemas.RuleParams>): Promise<void> {
    if (!(await this.rules.remove(id))) noRule(id);
  }
}

function checked(body: unknown): Rule {
  const parsed = parseRule(body);
  if (parsed.ok) return parsed.rule;
  throw invalid(parsed.problems.map(({ field, fault }) => ({ in: 'body', field, fault })));
}

function noRule(id: string): never {
  throw new Problem('not-found', `There is no rule ${JSON.stringify(id)}.`);
}

function toResource({
  rule,
  revision,
  createdAt,
  updatedAt,
}: StoredRule): z.input<typeof schemas.RuleResource> {
  return {
    id: rule.id,
    name: rule.name,
    enabled: rule.enabled,
    severity: rule.severity,
    scope: { devices: [...rule.scope.devices], metric: rule.scope.metric },
    kind: rule.kind,
    params: { ...rule.params },
    forMs: rule.forMs,
    clearForMs: rule.clearForMs,
    notify: { webhooks: [...rule.notify.webhooks] },
    revision,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
