import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { isValidMetricName, type Resolution } from '@fieldstream/domain';
import { DeviceReader, ReadingReader, type ReadingRange, type Series } from '@fieldstream/timescale';
import { API_SETTINGS, type ApiSettings } from '../api-settings.js';
import { noDevice } from '../devices/devices.controller.js';
import { DeviceParams } from '../devices/device-schemas.js';
import type * as deviceSchemas from '../devices/device-schemas.js';
import { nextCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { invalid, valid } from '../http/valid.js';
import { chooseResolution } from './choose-resolution.js';
import type * as schemas from './reading-schemas.js';
import { Readings, ReadingsQuery } from './reading-schemas.js';

const HOUR_MS = 60 * 60 * 1000;

/** Readings of one metric of one device. */
@Controller('api/devices/:id/readings')
export class ReadingsController {
  constructor(
    @Inject(ReadingReader) private readonly readings: ReadingReader,
    @Inject(DeviceReader) private readonly devices: DeviceReader,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  @Get()
  @Documented({
    tag: 'Devices',
    summary: 'Readings of one metric, oldest first',
    description:
      'Raw readings, or what is kept of them by minute, hour or day. Without a range: the last hour.',
    params: DeviceParams,
    query: ReadingsQuery,
    response: Readings,
    problems: ['not-found', 'database-unavailable'],
  })
  async list(
    @Param(valid(DeviceParams)) { id }: z.infer<typeof deviceSchemas.DeviceParams>,
    @Query(valid(ReadingsQuery)) query: z.infer<typeof schemas.ReadingsQuery>,
  ): Promise<z.input<typeof schemas.Readings>> {
    const series = await this.findSeries(id, query.metric);
    const { resolution, ...range } = this.rangeOf(query, series);
    const page =
      resolution === 'raw'
        ? await this.rawPage(series, range)
        : await this.rollupPage(series, resolution, range);
    const { fromMs: from, toMs: to } = range;
    const next = page.next === undefined ? undefined : { from, to, after: page.next, resolution };
    return {
      deviceId: id,
      metric: query.metric,
      unit: series.unit,
      resolution,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      points: page.points,
      truncated: next !== undefined,
      next: nextCursor(next),
    };
  }

  private async findSeries(id: string, metric: string): Promise<Series> {
    const series = isValidMetricName(metric) ? await this.readings.findSeries(id, metric) : undefined;
    if (series !== undefined) return series;
    if ((await this.devices.find(id)) === undefined) noDevice(id);
    throw new Problem('not-found', `Device ${JSON.stringify(id)} never reported ${JSON.stringify(metric)}.`);
  }

  private rangeOf(
    query: z.infer<typeof schemas.ReadingsQuery>,
    { hasNumbers }: Series,
  ): ReadingRange & { resolution: Resolution } {
    const { cursor, limit } = query;
    if (cursor) {
      const { from: fromMs, to: toMs, after: afterMs, resolution } = cursor;
      return { fromMs, toMs, afterMs, resolution, limit };
    }
    const nowMs = this.settings.now();
    // An open end lies after `from`, whatever that is.
    const toMs = query.to ?? Math.max(nowMs, (query.from ?? 0) + 1);
    const fromMs = query.from ?? toMs - HOUR_MS;
    if (fromMs >= toMs) throw invalid([{ in: 'query', field: 'from', fault: 'must be before to' }]);
    const { rawRetentionDays } = this.settings;
    const resolution =
      query.resolution === 'auto'
        ? chooseResolution({ fromMs, toMs, nowMs, rawRetentionDays, hasNumbers })
        : query.resolution;
    return { fromMs, toMs, resolution, limit };
  }

  private async rawPage(series: Series, range: ReadingRange) {
    const page = await this.readings.raw(series.seriesId, range);
    const points = page.items.map(({ time, value, text, untilTime }) => ({
      time: time.toISOString(),
      value,
      text,
      until: untilTime?.toISOString() ?? null,
    }));
    return { points, next: page.next };
  }

  private async rollupPage(series: Series, resolution: Exclude<Resolution, 'raw'>, range: ReadingRange) {
    const page = await this.readings.rollup(series.seriesId, resolution, range);
    const points = page.items.map((point) => ({ ...point, bucket: point.bucket.toISOString() }));
    return { points, next: page.next };
  }
}
