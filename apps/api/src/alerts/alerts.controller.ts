import { Body, Controller, Delete, Get, Inject, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { SEVERITIES } from '@fieldstream/domain';
import {
  AlertReader,
  type AlertNotification,
  type StoredAlert,
  type StoredAlertEvent,
} from '@fieldstream/timescale';
import { API_SETTINGS, type ApiSettings } from '../api-settings.js';
import { nextCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { invalid, valid } from '../http/valid.js';
import { AlertActions, type ActionOutcome } from './alert-actions.js';
import type * as schemas from './alert-schemas.js';
import {
  Acknowledgement,
  AlertDetails,
  AlertPage,
  AlertParams,
  AlertQuery,
  AlertSummary,
  MAX_DETAILS,
  MAX_SNOOZE_MS,
  Snooze,
  UnsnoozeQuery,
} from './alert-schemas.js';

const tag = 'Alerts';
const changeProblems = ['not-found', 'already-resolved', 'database-unavailable'] as const;

type Params = z.infer<typeof schemas.AlertParams>;
type Details = z.input<typeof schemas.AlertDetails>;

/** Alerts and what happened to them. */
@Controller('api/alerts')
export class AlertsController {
  constructor(
    @Inject(AlertReader) private readonly alerts: AlertReader,
    @Inject(AlertActions) private readonly actions: AlertActions,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  @Get()
  @Documented({
    tag,
    summary: 'List alerts, newest first',
    query: AlertQuery,
    response: AlertPage,
    problems: ['database-unavailable'],
  })
  async list(
    @Query(valid(AlertQuery)) query: z.infer<typeof schemas.AlertQuery>,
  ): Promise<z.input<typeof schemas.AlertPage>> {
    const { device: deviceId, rule: ruleId, from: fromMs, to: toMs, cursor: after, ...filter } = query;
    const page = await this.alerts.list({ ...filter, deviceId, ruleId, fromMs, toMs, after });
    return { items: page.items.map(toResource), next: nextCursor(page.next) };
  }

  @Get('summary')
  @Documented({
    tag,
    summary: 'How many alerts fire, by severity',
    response: AlertSummary,
    problems: ['database-unavailable'],
  })
  async summary(): Promise<z.input<typeof schemas.AlertSummary>> {
    const { open, lastDay } = await this.alerts.summary();
    const count = (field: 'firing' | 'acknowledged' | 'snoozed', severity?: string): number =>
      open
        .filter((counts) => severity === undefined || counts.severity === severity)
        .reduce((sum, counts) => sum + counts[field], 0);
    const countsOf = (severity?: string) => ({
      firing: count('firing', severity),
      acknowledged: count('acknowledged', severity),
      snoozed: count('snoozed', severity),
    });
    const bySeverity = Object.fromEntries(SEVERITIES.map((severity) => [severity, countsOf(severity)]));
    return { ...countsOf(), bySeverity, lastDay };
  }

  @Get(':id')
  @Documented({
    tag,
    summary: 'Read an alert with its events, and who was told of them',
    params: AlertParams,
    response: AlertDetails,
    problems: ['not-found', 'database-unavailable'],
  })
  async get(@Param(valid(AlertParams)) { id }: Params): Promise<Details> {
    return this.details(id);
  }

  @Post(':id/acknowledge')
  @Documented({
    tag,
    summary: 'Note that somebody has seen an alert',
    description:
      'The first acknowledgement stays; a repetition changes nothing. The alert stays open until it clears.',
    params: AlertParams,
    body: Acknowledgement,
    bodyOptional: true,
    response: AlertDetails,
    problems: changeProblems,
  })
  async acknowledge(
    @Param(valid(AlertParams)) { id }: Params,
    @Body(valid(Acknowledgement.prefault({}))) { by }: z.infer<typeof schemas.Acknowledgement>,
  ): Promise<Details> {
    demandDone(id, await this.actions.acknowledge(id, by));
    return this.details(id);
  }

  @Post(':id/snooze')
  @Documented({
    tag,
    summary: 'Tell nobody of an alert for a while',
    description:
      'Until then its channels are not told of it. If it still fires then, they are told again. The longest time is 30 days.',
    params: AlertParams,
    body: Snooze,
    response: AlertDetails,
    problems: changeProblems,
  })
  async snooze(
    @Param(valid(AlertParams)) { id }: Params,
    @Body(valid(Snooze)) { until, forMs, by }: z.infer<typeof schemas.Snooze>,
  ): Promise<Details> {
    const nowMs = this.settings.now();
    const untilMs = until ?? nowMs + (forMs ?? 0);
    if (untilMs <= nowMs || untilMs > nowMs + MAX_SNOOZE_MS) {
      throw invalid([
        { in: 'body', field: 'until', fault: 'must be in the future, but not by more than 30 days' },
      ]);
    }
    demandDone(id, await this.actions.snooze(id, untilMs, by));
    return this.details(id);
  }

  @Delete(':id/snooze')
  @Documented({
    tag,
    summary: 'End the snooze of an alert',
    description: 'One that is not snoozed stays as it is.',
    params: AlertParams,
    query: UnsnoozeQuery,
    response: AlertDetails,
    problems: changeProblems,
  })
  async unsnooze(
    @Param(valid(AlertParams)) { id }: Params,
    @Query(valid(UnsnoozeQuery)) { by }: z.infer<typeof schemas.UnsnoozeQuery>,
  ): Promise<Details> {
    demandDone(id, await this.actions.unsnooze(id, by));
    return this.details(id);
  }

  private async details(id: string): Promise<Details> {
    const alert = (await this.alerts.find(id)) ?? noAlert(id);
    const events = await this.alerts.events(id, MAX_DETAILS);
    const notifications = await this.alerts.notifications(id, MAX_DETAILS);
    return {
      ...toResource(alert),
      events: events.map(toEvent),
      notifications: notifications.map(toNotification),
    };
  }
}

function demandDone(id: string, outcome: ActionOutcome): void {
  if (outcome === 'not-found') noAlert(id);
  if (outcome === 'resolved') {
    throw new Problem('already-resolved', `The alert ${JSON.stringify(id)} is resolved.`);
  }
}

function noAlert(id: string): never {
  throw new Problem('not-found', `There is no alert ${JSON.stringify(id)}.`);
}

function toResource(alert: StoredAlert): z.input<typeof schemas.AlertResource> {
  return {
    ...alert,
    labels: { ...alert.labels },
    startedAt: alert.startedAt.toISOString(),
    firedAt: alert.firedAt.toISOString(),
    resolvedAt: alert.resolvedAt?.toISOString() ?? null,
    acknowledgedAt: alert.acknowledgedAt?.toISOString() ?? null,
    snoozedUntil: alert.snoozedUntil?.toISOString() ?? null,
  };
}

function toEvent(event: StoredAlertEvent): Details['events'][number] {
  return { ...event, time: event.time.toISOString(), recordedAt: event.recordedAt.toISOString() };
}

function toNotification(notification: AlertNotification): Details['notifications'][number] {
  return {
    ...notification,
    createdAt: notification.createdAt.toISOString(),
    deliveredAt: notification.deliveredAt?.toISOString() ?? null,
    failedAt: notification.failedAt?.toISOString() ?? null,
  };
}
