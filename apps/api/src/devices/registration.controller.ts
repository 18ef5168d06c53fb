import { Body, Controller, Delete, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import { DeviceReader, type RegistrationChange, type RegistrationResult } from '@fieldstream/timescale';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { invalid, valid } from '../http/valid.js';
import type * as deviceSchemas from './device-schemas.js';
import { DeviceParams, DeviceResource, MAX_LABELS } from './device-schemas.js';
import { noDevice, toResource, unknownGateway } from './devices.controller.js';
import type * as schemas from './registration-schemas.js';
import { DeletionQuery, NewDevice, NewToken, RegisteredDevice } from './registration-schemas.js';
import { Registrations } from './registrations.js';

const tag = 'Devices';

type Params = z.infer<typeof deviceSchemas.DeviceParams>;
type Resource = z.input<typeof deviceSchemas.DeviceResource>;

/** Credentials of devices. A TOKEN LEAVES HERE ONCE, in the answer to the request that made it. */
@Controller('api/devices')
export class RegistrationController {
  constructor(
    @Inject(Registrations) private readonly registrations: Registrations,
    @Inject(DeviceReader) private readonly devices: DeviceReader,
  ) {}

  @Post()
  @Documented({
    tag,
    summary: 'Register a device',
    description: 'Its credentials are shown in this answer only. The bridges know them within a second.',
    body: NewDevice,
    status: 201,
    response: RegisteredDevice,
    problems: ['conflict', 'database-unavailable'],
  })
  async register(
    @Body(valid(NewDevice)) device: z.infer<typeof schemas.NewDevice>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<z.input<typeof schemas.RegisteredDevice>> {
    const { deviceId } = device;
    const { result, password } = await this.registrations.register({ ...device, maxLabels: MAX_LABELS });
    if (result !== 'registered') throw refusalOf(result, deviceId);
    response.setHeader('location', `/api/devices/${encodeURIComponent(deviceId)}`);
    return { device: await this.read(deviceId), credentials: { username: deviceId, password } };
  }

  @Post(':id/token')
  @Documented({
    tag,
    summary: 'Make a new token for a registered device',
    description: 'The old one stops working, and connections that were made with it are closed.',
    params: DeviceParams,
    response: NewToken,
    problems: ['not-found', 'database-unavailable'],
  })
  async rotate(@Param(valid(DeviceParams)) { id }: Params): Promise<z.input<typeof schemas.NewToken>> {
    const password = (await this.registrations.rotate(id)) ?? notRegistered(id);
    return { credentials: { username: id, password } };
  }

  @Post(':id/disable')
  @Documented({
    tag,
    summary: 'Refuse the credentials of a registered device',
    description: 'Its connections are closed at once.',
    params: DeviceParams,
    response: DeviceResource,
    problems: ['not-found', 'database-unavailable'],
  })
  disable(@Param(valid(DeviceParams)) { id }: Params): Promise<Resource> {
    return this.change(id, { kind: 'disable' });
  }

  @Post(':id/enable')
  @Documented({
    tag,
    summary: 'Take the credentials of a registered device again',
    params: DeviceParams,
    response: DeviceResource,
    problems: ['not-found', 'database-unavailable'],
  })
  enable(@Param(valid(DeviceParams)) { id }: Params): Promise<Resource> {
    return this.change(id, { kind: 'enable' });
  }

  @Delete(':id')
  @Documented({
    tag,
    summary: 'Take the registration of a device away, or everything of it',
    description:
      '202: deleting a long history goes on in the background, also over a restart; until it has ended the device cannot be registered again. A device that goes on publishing where that needs no credentials appears anew.',
    params: DeviceParams,
    query: DeletionQuery,
    status: 204,
    alsoStatus: [202],
    problems: ['not-found', 'database-unavailable'],
  })
  async remove(
    @Param(valid(DeviceParams)) { id }: Params,
    @Query(valid(DeletionQuery)) { history }: z.infer<typeof schemas.DeletionQuery>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    if (history === 'delete') {
      const outcome = (await this.registrations.deleteAll(id)) ?? noDevice(id);
      if (outcome === 'going-on') response.status(202);
      return;
    }
    if (!(await this.registrations.change(id, { kind: 'remove' })) && !(await this.devices.find(id)))
      noDevice(id);
  }

  private async change(id: string, change: RegistrationChange): Promise<Resource> {
    if (!(await this.registrations.change(id, change))) notRegistered(id);
    return this.read(id);
  }

  private async read(id: string): Promise<Resource> {
    return toResource((await this.devices.find(id)) ?? noDevice(id));
  }
}

function notRegistered(id: string): never {
  throw new Problem('not-found', `There is no registered device ${JSON.stringify(id)}.`);
}

function refusalOf(result: Exclude<RegistrationResult, 'registered'>, id: string): Problem {
  switch (result) {
    case 'already-registered':
      return new Problem(
        'conflict',
        `The device ${JSON.stringify(id)} is registered already; make a new token for it, or delete it first.`,
      );
    case 'being-deleted':
      return new Problem('conflict', `The device ${JSON.stringify(id)} is being deleted; try again later.`);
    case 'unknown-gateway':
      return unknownGateway();
    case 'too-many-labels':
      return invalid([
        { in: 'body', field: 'labels', fault: `must leave the device with at most ${MAX_LABELS} labels` },
      ]);
  }
}
