import { Body, Controller, Get, Inject, Param, Patch, Query } from '@nestjs/common';
import type { z } from 'zod';
import { DeviceReader, LatestReader, type Device } from '@fieldstream/timescale';
import { nextCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { invalid, valid } from '../http/valid.js';
import type * as schemas from './device-schemas.js';
import {
  DevicePage,
  DeviceParams,
  DevicePatch,
  DeviceQuery,
  DeviceResource,
  LatestQuery,
  LatestValues,
  MAX_LABELS,
} from './device-schemas.js';
import { Registrations } from './registrations.js';

const tag = 'Devices';

/** Devices, what people say of them, and their newest values. */
@Controller('api/devices')
export class DevicesController {
  constructor(
    @Inject(DeviceReader) private readonly devices: DeviceReader,
    @Inject(LatestReader) private readonly latest: LatestReader,
    @Inject(Registrations) private readonly registrations: Registrations,
  ) {}

  @Get()
  @Documented({
    tag,
    summary: 'List devices',
    query: DeviceQuery,
    response: DevicePage,
    problems: ['database-unavailable'],
  })
  async list(
    @Query(valid(DeviceQuery)) query: z.infer<typeof schemas.DeviceQuery>,
  ): Promise<z.input<typeof schemas.DevicePage>> {
    const { cursor: position, skip, label: labels, seenBefore: seenBeforeMs, ...rest } = query;
    const filter = { ...rest, labels, seenBeforeMs, after: position ?? skip };
    const [page, total] = await Promise.all([this.devices.list(filter), this.devices.count(filter)]);
    return { items: page.items.map(toResource), next: nextCursor(page.next), total };
  }

  @Get(':id')
  @Documented({
    tag,
    summary: 'Read a device',
    params: DeviceParams,
    response: DeviceResource,
    problems: ['not-found', 'database-unavailable'],
  })
  async get(
    @Param(valid(DeviceParams)) { id }: z.infer<typeof schemas.DeviceParams>,
  ): Promise<z.input<typeof schemas.DeviceResource>> {
    return toResource((await this.devices.find(id)) ?? noDevice(id));
  }

  @Patch(':id')
  @Documented({
    tag,
    summary: 'Change name, labels or gateway',
    description: 'Rules that select by labels follow within seconds, and what its gateway may do within one.',
    params: DeviceParams,
    body: DevicePatch,
    response: DeviceResource,
    problems: ['not-found', 'conflict', 'database-unavailable'],
  })
  async change(
    @Param(valid(DeviceParams)) { id }: z.infer<typeof schemas.DeviceParams>,
    @Body(valid(DevicePatch)) patch: z.infer<typeof schemas.DevicePatch>,
  ): Promise<z.input<typeof schemas.DeviceResource>> {
    const { gatewayId, ...rest } = patch;
    if (gatewayId !== undefined) await this.setGateway(id, gatewayId);
    const changed = await this.devices.change(id, { ...rest, maxLabels: MAX_LABELS });
    if (changed !== undefined) return toResource(changed);
    if ((await this.devices.find(id)) === undefined) noDevice(id);
    const fault = `must leave the device with at most ${MAX_LABELS} labels`;
    throw invalid([{ in: 'body', field: 'labels', fault }]);
  }

  private async setGateway(id: string, gatewayId: string | null): Promise<void> {
    const result = await this.registrations.setGateway(id, gatewayId);
    if (result === 'unknown-gateway') throw unknownGateway();
    if (result === 'changed') return;
    if ((await this.devices.find(id)) === undefined) noDevice(id);
    throw new Problem('conflict', `The device ${JSON.stringify(id)} has no credentials; register it first.`);
  }

  @Get(':id/latest')
  @Documented({
    tag,
    summary: 'Newest value of every metric',
    description: 'Newest by observation time, not by arrival.',
    params: DeviceParams,
    query: LatestQuery,
    response: LatestValues,
    problems: ['not-found', 'database-unavailable'],
  })
  async readLatest(
    @Param(valid(DeviceParams)) { id }: z.infer<typeof schemas.DeviceParams>,
    @Query(valid(LatestQuery)) query: z.infer<typeof schemas.LatestQuery>,
  ): Promise<z.input<typeof schemas.LatestValues>> {
    const page = await this.latest.list(id, { limit: query.limit, after: query.cursor });
    // A device that has no values yet has an empty list; one that does not exist has none.
    if (page.items.length === 0 && (await this.devices.find(id)) === undefined) noDevice(id);
    const values = page.items.map(({ metric, value, text, unit, name, deviceClass, time }) => ({
      metric,
      value,
      text,
      unit,
      name,
      deviceClass,
      time: time.toISOString(),
    }));
    return { deviceId: id, values, next: nextCursor(page.next) };
  }
}

/** @throws Problem */
export function noDevice(id: string): never {
  throw new Problem('not-found', `There is no device ${JSON.stringify(id)}.`);
}

/** The problem of a gateway that is no registered device, or the device itself. */
export function unknownGateway(): Problem {
  return invalid([{ in: 'body', field: 'gatewayId', fault: 'must be another device that is registered' }]);
}

/** A device as the API shows it. */
export function toResource(device: Device): z.input<typeof schemas.DeviceResource> {
  return {
    deviceId: device.deviceId,
    name: device.name,
    labels: device.labels,
    firstSeen: device.firstSeen.toISOString(),
    lastSeen: device.lastSeen?.toISOString() ?? null,
    presence: device.presence,
    presenceAt: device.presenceAt?.toISOString() ?? null,
    family: device.family,
    manufacturer: device.manufacturer,
    model: device.model,
    firmware: device.firmware,
    via: device.via,
    openAlerts: device.openAlerts,
    worstSeverity: device.worstSeverity,
    registered: device.registered,
    disabled: device.disabled,
    gatewayId: device.gatewayId,
  };
}
