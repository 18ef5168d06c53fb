import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { DeviceReader, SparklineReader, type Sparkline } from '@fieldstream/timescale';
import { API_SETTINGS, type ApiSettings } from '../api-settings.js';
import { Documented } from '../http/documented.js';
import { valid } from '../http/valid.js';
import type * as schemas from './device-schemas.js';
import {
  DeviceGlances,
  DeviceParams,
  DeviceSparklines,
  MAX_SPARKLINES,
  SPARKLINE_MS,
  SparklinesQuery,
} from './device-schemas.js';
import { noDevice } from './devices.controller.js';

const tag = 'Devices';

/** The last hour of devices, small enough for a list. */
@Controller('api')
export class SparklinesController {
  constructor(
    @Inject(SparklineReader) private readonly sparklines: SparklineReader,
    @Inject(DeviceReader) private readonly devices: DeviceReader,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  // Not below `api/devices`, where every word may be a device's ID.
  @Get('sparklines')
  @Documented({
    tag,
    summary: 'Main values of many devices, with their last hour',
    description:
      'A device is shown by the metrics that tell most of it: those with a reading in the last hour before the others, ' +
      'measurements such as `temperature` and `power` before other names, and what a device says of itself ' +
      '(`battery`, `rssi`) last.',
    query: SparklinesQuery,
    response: DeviceGlances,
    problems: ['database-unavailable'],
  })
  async glances(
    @Query(valid(SparklinesQuery)) query: z.infer<typeof schemas.SparklinesQuery>,
  ): Promise<z.input<typeof schemas.DeviceGlances>> {
    const glances = await this.sparklines.glances(query.device, this.since());
    return {
      items: glances.map(({ deviceId, values, sparkline }) => ({
        deviceId,
        values: values.map(({ metric, value, text, unit, time }) => ({
          metric,
          value,
          text,
          unit,
          time: time.toISOString(),
        })),
        sparkline: sparkline && toResource(sparkline),
      })),
    };
  }

  @Get('devices/:id/sparklines')
  @Documented({
    tag,
    summary: 'The last hour of every metric of a device',
    description: `In minutes, by the names of the metrics; of the first ${MAX_SPARKLINES} metrics, those that had numbers.`,
    params: DeviceParams,
    response: DeviceSparklines,
    problems: ['not-found', 'database-unavailable'],
  })
  async ofDevice(
    @Param(valid(DeviceParams)) { id }: z.infer<typeof schemas.DeviceParams>,
  ): Promise<z.input<typeof schemas.DeviceSparklines>> {
    const items = await this.sparklines.ofDevice(id, this.since(), MAX_SPARKLINES);
    if (items.length === 0 && (await this.devices.find(id)) === undefined) noDevice(id);
    return { deviceId: id, items: items.map(toResource) };
  }

  private since(): number {
    return this.settings.now() - SPARKLINE_MS;
  }
}

function toResource({
  metric,
  points,
}: Sparkline): z.input<typeof schemas.DeviceSparklines>['items'][number] {
  return { metric, points: points.map(({ timeMs, value }) => [timeMs, value]) };
}
