import { Controller, Get, Inject, Query } from '@nestjs/common';
import type { z } from 'zod';
import { LatestReader } from '@fieldstream/timescale';
import { nextCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { valid } from '../http/valid.js';
import type * as schemas from './device-schemas.js';
import { DeviceLatestPage, DeviceLatestQuery } from './device-schemas.js';

/** Newest values of the whole fleet. */
@Controller('api/latest')
export class LatestController {
  constructor(@Inject(LatestReader) private readonly latest: LatestReader) {}

  @Get()
  @Documented({
    tag: 'Devices',
    summary: 'Newest value of every metric of every device',
    description: 'Newest by observation time, not by arrival; in the order of device IDs and metrics.',
    query: DeviceLatestQuery,
    response: DeviceLatestPage,
    problems: ['database-unavailable'],
  })
  async list(
    @Query(valid(DeviceLatestQuery)) query: z.infer<typeof schemas.DeviceLatestQuery>,
  ): Promise<z.input<typeof schemas.DeviceLatestPage>> {
    const { items, next } = await this.latest.listAll({ limit: query.limit, after: query.cursor });
    return {
      items: items.map(({ deviceId, deviceName, metric, value, text, unit, time }) => ({
        deviceId,
        deviceName,
        metric,
        value,
        text,
        unit,
        time: time.toISOString(),
      })),
      next: nextCursor(next),
    };
  }
}
