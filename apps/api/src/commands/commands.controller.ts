import { Body, Controller, Delete, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import { COMMAND_LIMITS } from '@fieldstream/domain';
import { DeviceReader, type StoredCommand } from '@fieldstream/timescale';
import type * as deviceSchemas from '../devices/device-schemas.js';
import { DeviceParams } from '../devices/device-schemas.js';
import { noDevice } from '../devices/devices.controller.js';
import { nextCursor } from '../http/cursor.js';
import { Documented } from '../http/documented.js';
import { Problem } from '../http/problem.js';
import { invalid, valid } from '../http/valid.js';
import type * as schemas from './command-schemas.js';
import { CommandPage, CommandParams, CommandQuery, CommandResource, NewCommand } from './command-schemas.js';
import { CommandWork } from './command-work.js';

const tag = 'Commands';

type Params = z.infer<typeof deviceSchemas.DeviceParams>;
type OneParams = z.infer<typeof schemas.CommandParams>;
type Resource = z.input<typeof schemas.CommandResource>;

/** What people tell devices to do. */
@Controller('api/devices/:id/commands')
export class CommandsController {
  constructor(
    @Inject(CommandWork) private readonly work: CommandWork,
    @Inject(DeviceReader) private readonly devices: DeviceReader,
  ) {}

  @Post()
  @Documented({
    tag,
    summary: 'Give a command to a device',
    description:
      'The device gets it over MQTT as soon as it is connected, on `devices/<id>/commands` or on the topic of its family, at least once and always with the same ID. It may answer on `devices/<id>/commands/response`.',
    params: DeviceParams,
    body: NewCommand,
    status: 202,
    response: CommandResource,
    problems: ['not-found', 'too-many-commands', 'database-unavailable'],
  })
  async give(
    @Param(valid(DeviceParams)) { id }: Params,
    @Body(valid(NewCommand)) { name, payload, expiresInSeconds }: z.infer<typeof schemas.NewCommand>,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Resource> {
    const expiresInMs = expiresInSeconds * 1_000;
    const giving = await this.work.give({ deviceId: id, name, payload, expiresInMs });
    switch (giving.kind) {
      case 'no-device':
        return noDevice(id);
      case 'refused':
        throw invalid([{ in: 'body', field: giving.field, fault: giving.fault }]);
      case 'too-many-waiting':
        throw new Problem(
          'too-many-commands',
          `${COMMAND_LIMITS.waitingPerDevice} commands wait for the device ${JSON.stringify(id)} already; cancel some of them, or wait.`,
        );
      case 'queued': {
        const { commandId } = giving;
        response.setHeader('location', `/api/devices/${encodeURIComponent(id)}/commands/${commandId}`);
        return toResource((await this.work.store.find(id, commandId)) ?? noCommand(id, commandId));
      }
    }
  }

  @Get()
  @Documented({
    tag,
    summary: 'List the commands of a device, newest first',
    params: DeviceParams,
    query: CommandQuery,
    response: CommandPage,
    problems: ['not-found', 'database-unavailable'],
  })
  async list(
    @Param(valid(DeviceParams)) { id }: Params,
    @Query(valid(CommandQuery)) { limit, cursor: before }: z.infer<typeof schemas.CommandQuery>,
  ): Promise<z.input<typeof schemas.CommandPage>> {
    const page = await this.work.store.list(id, { limit, before });
    if (page.items.length === 0 && !(await this.devices.find(id))) noDevice(id);
    return { items: page.items.map(toResource), next: nextCursor(page.next) };
  }

  @Get(':commandId')
  @Documented({
    tag,
    summary: 'Read a command with its answer',
    params: CommandParams,
    response: CommandResource,
    problems: ['not-found', 'database-unavailable'],
  })
  async get(@Param(valid(CommandParams)) { id, commandId }: OneParams): Promise<Resource> {
    return toResource((await this.work.store.find(id, commandId)) ?? noCommand(id, commandId));
  }

  @Delete(':commandId')
  @Documented({
    tag,
    summary: 'Cancel a command that waits for its device',
    description:
      'A device that is getting it at this very moment may have it all the same; its status says so then.',
    params: CommandParams,
    response: CommandResource,
    problems: ['not-found', 'not-queued', 'database-unavailable'],
  })
  async cancel(@Param(valid(CommandParams)) { id, commandId }: OneParams): Promise<Resource> {
    const isCancelled = await this.work.cancel(id, commandId);
    const command = (await this.work.store.find(id, commandId)) ?? noCommand(id, commandId);
    if (!isCancelled) {
      throw new Problem(
        'not-queued',
        `The command ${commandId} is ${command.status} and cannot be cancelled.`,
      );
    }
    return toResource(command);
  }
}

/** @throws Problem */
function noCommand(id: string, commandId: string): never {
  throw new Problem('not-found', `The device ${JSON.stringify(id)} has no command ${commandId}.`);
}

function toResource(command: StoredCommand): Resource {
  const { commandId, deviceId, name, topic, status, outcome, answer } = command;
  return {
    commandId,
    deviceId,
    name,
    payload: command.payload === null ? null : (JSON.parse(command.payload) as unknown),
    topic,
    status,
    createdAt: command.createdAt.toISOString(),
    expiresAt: command.expiresAt.toISOString(),
    deliveredAt: command.deliveredAt?.toISOString() ?? null,
    answeredAt: command.answeredAt?.toISOString() ?? null,
    cancelledAt: command.cancelledAt?.toISOString() ?? null,
    outcome,
    answer,
  };
}
