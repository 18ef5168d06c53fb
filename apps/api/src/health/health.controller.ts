import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { Health, Registry, type HealthReport } from '@fieldstream/observability';
import { component } from '../http/components.js';
import { Documented } from '../http/documented.js';

const HealthAnswer = component(
  'Health',
  z.object({ status: z.enum(['pass', 'fail']), checks: z.record(z.string(), z.enum(['pass', 'fail'])) }),
);

/** For whatever runs the process: is it alive, should it get requests, how is it doing. */
@Controller()
export class HealthController {
  constructor(
    @Inject(Health) private readonly health: Health,
    @Inject(Registry) private readonly registry: Registry,
  ) {}

  @Get('health/live')
  @Header('cache-control', 'no-store')
  @Documented({
    tag: 'Health',
    summary: 'Whether the process answers',
    response: HealthAnswer,
    alsoStatus: [503],
    open: true,
  })
  async live(@Res({ passthrough: true }) response: Response): Promise<z.input<typeof HealthAnswer>> {
    return answer(await this.health.live(), response);
  }

  @Get('health/ready')
  @Header('cache-control', 'no-store')
  @Documented({
    tag: 'Health',
    summary: 'Whether database and Kafka can be reached',
    description: '503, with the same body, while they cannot.',
    response: HealthAnswer,
    alsoStatus: [503],
    open: true,
  })
  async ready(@Res({ passthrough: true }) response: Response): Promise<z.input<typeof HealthAnswer>> {
    return answer(await this.health.ready(), response);
  }

  /** Prometheus text, which is not JSON and has its own documentation. */
  @Get('metrics')
  @ApiExcludeEndpoint()
  async metrics(@Res() response: Response): Promise<void> {
    response.setHeader('content-type', this.registry.contentType);
    response.end(await this.registry.metrics());
  }
}

function answer({ ok, checks }: HealthReport, response: Response): z.input<typeof HealthAnswer> {
  response.status(ok ? 200 : 503);
  return { status: ok ? 'pass' : 'fail', checks: { ...checks } };
}
