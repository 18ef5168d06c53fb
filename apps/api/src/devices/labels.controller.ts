import { Controller, Get, Inject } from '@nestjs/common';
import type { z } from 'zod';
import { DeviceReader } from '@fieldstream/timescale';
import { Documented } from '../http/documented.js';
import type * as schemas from './device-schemas.js';
import { LabelsInUse, MAX_LABEL_USES } from './device-schemas.js';

/** Labels that people gave to devices. */
@Controller('api/labels')
export class LabelsController {
  constructor(@Inject(DeviceReader) private readonly devices: DeviceReader) {}

  @Get()
  @Documented({
    tag: 'Devices',
    summary: 'Labels that devices have, with their values',
    response: LabelsInUse,
    problems: ['database-unavailable'],
  })
  async list(): Promise<z.input<typeof schemas.LabelsInUse>> {
    return { items: await this.devices.labelsInUse(MAX_LABEL_USES) };
  }
}
