import { Controller, Get, Inject, Req } from '@nestjs/common';
import type { Request } from 'express';
import type { z } from 'zod';
import { API_SETTINGS, type ApiSettings } from '../api-settings.js';
import { Documented } from '../http/documented.js';
import { programVersion } from './program-version.js';
import type * as schemas from './server-schemas.js';
import { ServerResource } from './server-schemas.js';

/** Addresses that stand for all of a machine's. */
const EVERY_ADDRESS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** What a person must know of the server to connect a device. */
@Controller('api/server')
export class ServerController {
  constructor(@Inject(API_SETTINGS) private readonly settings: ApiSettings) {}

  @Get()
  @Documented({
    tag: 'Server',
    summary: 'Where devices connect, and who may',
    response: ServerResource,
  })
  read(@Req() request: Request): z.input<typeof schemas.ServerResource> {
    const { host, port, policy } = this.settings.broker;
    const reachable = EVERY_ADDRESS.has(host) ? (request.hostname ?? host) : host;
    return { version: programVersion(), mqtt: { host: reachable, port }, devicePolicy: policy };
  }
}
