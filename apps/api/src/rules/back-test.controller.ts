import { Body, Controller, Inject, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import { isRecord, type BackTestAlert } from '@fieldstream/domain';
import { API_SETTINGS, type ApiSettings } from '../api-settings.js';
import { Documented } from '../http/documented.js';
import { invalid, valid } from '../http/valid.js';
import type * as schemas from './back-test-schemas.js';
import { BackTestAnswer, BackTestBody, BackTestRequest } from './back-test-schemas.js';
import { BACK_TEST_LIMITS, BackTests, type SubjectResult } from './back-tests.js';
import { checkedRule } from './checked-rule.js';

const DAY_MS = 24 * 60 * 60 * 1000;

type Answer = z.input<typeof schemas.BackTestAnswer>;

/** Draft rules over stored history. */
@Controller('api/rules/back-test')
export class BackTestController {
  constructor(
    @Inject(BackTests) private readonly backTests: BackTests,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  @Post()
  @Documented({
    tag: 'Rules',
    summary: 'Run a draft rule over stored history',
    description: [
      'Through the evaluation that live readings go through: when it would have fired, for how long, and how often it',
      'would have flapped. Where more series are in the scope than `limit`, the newest ones are taken. Of texts, changes',
      'and their newest repetitions are stored, and not the repetitions in between: silence of a metric that has',
      'texts alone is not known.',
    ].join(' '),
    body: BackTestRequest,
    response: BackTestAnswer,
    problems: ['too-busy', 'database-unavailable'],
  })
  async run(
    @Body(valid(BackTestBody)) body: z.infer<typeof schemas.BackTestBody>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Answer> {
    const nowMs = this.settings.now();
    // What has not been is no silence.
    const toMs = Math.min(body.to ?? nowMs, nowMs);
    const fromMs = body.from ?? toMs - 7 * DAY_MS;
    if (fromMs >= toMs) throw invalid([{ in: 'body', field: 'from', fault: 'must be in the past' }]);
    const rule = checkedRule(isRecord(body.rule) ? { id: 'draft', ...body.rule } : body.rule, 'rule.');
    const left = new AbortController();
    response.once('close', () => left.abort());
    const { signal } = left;
    const result = await this.backTests.run({ rule, fromMs, toMs, maxSubjects: body.limit, signal });
    const { rawRetentionDays } = this.settings;
    const rawFromMs = rawRetentionDays === undefined ? undefined : nowMs - rawRetentionDays * DAY_MS;
    const total = (field: 'observations' | 'firings' | 'naiveFirings'): number =>
      result.subjects.reduce((sum, subject) => sum + subject[field], 0);
    return {
      rule: { id: rule.id, kind: rule.kind },
      from: iso(fromMs),
      to: iso(toMs),
      readFrom: iso(result.readFromMs),
      rawFrom: rawFromMs !== undefined && rawFromMs > fromMs ? iso(rawFromMs) : null,
      series: result.subjects.map(toSeries),
      totals: {
        series: result.subjects.length,
        observations: total('observations'),
        firings: total('firings'),
        naiveFirings: total('naiveFirings'),
        read: result.read,
      },
      hasMore: result.hasMore,
      stopped: result.stopped,
    };
  }
}

function toSeries(subject: SubjectResult): Answer['series'][number] {
  const { deviceId, metric, observations, firings, naiveFirings, alerts } = subject;
  return {
    deviceId,
    metric,
    observations,
    firings,
    naiveFirings,
    alerts: alerts.slice(0, BACK_TEST_LIMITS.alerts).map(toAlert),
  };
}

function toAlert(alert: BackTestAlert): Answer['series'][number]['alerts'][number] {
  const { startedAtMs, firedAtMs, resolvedAtMs, value, text, severity, changes } = alert;
  return {
    startedAt: iso(startedAtMs),
    firedAt: iso(firedAtMs),
    resolvedAt: resolvedAtMs === null ? null : iso(resolvedAtMs),
    value,
    text: text ?? null,
    severity,
    changes: changes
      .slice(0, BACK_TEST_LIMITS.changes)
      .map((change) => ({ at: iso(change.atMs), severity: change.severity })),
  };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
