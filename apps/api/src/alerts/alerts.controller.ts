import { Body, Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { AlertReader, type StoredAlert, type StoredAlertEvent } from '@fieldstream/timescale';
import { nextCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { valid } from '../http/valid.js';
import { AlertAcknowledger } from './alert-acknowledger.js';
import type * as schemas from './alert-schemas.js';
import { Acknowledgement, AlertDetails, AlertPage, AlertParams, AlertQuery } from './alert-schemas.js';

const tag = 'Alerts';

/** Alerts and what happened to them. */
@Controller('api/alerts')
export class AlertsController {
  constructor(
    @Inject(AlertReader) private readonly alerts: AlertReader,
    @Inject(AlertAcknowledger) private readonly acknowledger: AlertAcknowledger,
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
    const { state, device, rule, acknowledged, limit, cursor } = query;
    const filter = { state, deviceId: device, ruleId: rule, acknowledged, limit, after: cursor };
    const page = await this.alerts.list(filter);
    return { items: page.items.map(toResource), next: nextCursor(page.next) };
  }

  @Get(':id')
  @Documented({
    tag,
    summary: 'Read an alert with its events',
    params: AlertParams,
    response: AlertDetails,
    problems: ['not-found', 'database-unavailable'],
  })
  async get(
    @Param(valid(AlertParams)) { id }: z.infer<typeof schemas.AlertParams>,
  ): Promise<z.input<typeof schemas.AlertDetails>> {
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
    problems: ['not-found', 'database-unavailable'],
  })
  async acknowledge(
    @Param(valid(AlertParams)) { id }: z.infer<typeof schemas.AlertParams>,
    @Body(valid(Acknowledgement.prefault({}))) { by }: z.infer<typeof schemas.Acknowledgement>,
  ): Promise<z.input<typeof schemas.AlertDetails>> {
    if (!(await this.acknowledger.acknowledge(id, by))) noAlert(id);
    return this.details(id);
  }

  private async details(id: string): Promise<z.input<typeof schemas.AlertDetails>> {
    const alert = (await this.alerts.find(id)) ?? noAlert(id);
    const events = await this.alerts.events(id);
    return { ...toResource(alert), events: events.map(toEvent) };
  }
}

function noAlert(id: string): never {
  throw new Problem('not-found', `There is no alert ${JSON.stringify(id)}.`);
}

function toResource(alert: StoredAlert): z.input<typeof schemas.AlertResource> {
  return {
    ...alert,
    startedAt: alert.startedAt.toISOString(),
    firedAt: alert.firedAt.toISOString(),
    resolvedAt: alert.resolvedAt?.toISOString() ?? null,
    acknowledgedAt: alert.acknowledgedAt?.toISOString() ?? null,
  };
}

function toEvent(event: StoredAlertEvent): z.input<typeof schemas.AlertDetails>['events'][number] {
  return { ...event, time: event.time.toISOString(), recordedAt: event.recordedAt.toISOString() };
}
