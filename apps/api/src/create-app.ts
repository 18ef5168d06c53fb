import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import type { Logger } from '@fieldstream/domain';
import { nestLogger } from '@fieldstream/observability';
import { ApiModule, type ApiParts } from './api.module.js';
import { serveConsole } from './console/console-files.js';
import { refuseCrossSite, requireJson, requireToken, securityHeaders } from './http/guards.js';
import { ProblemFilter, sendProblem } from './http/problem-filter.js';
import { measureRequests } from './http/request-metrics.js';
import { serveOpenApi } from './openapi.js';

export interface AppOptions {
  readonly apiToken: string | undefined;
  readonly logger: Logger;
}

/** The HTTP application, not listening yet. */
export async function createApp(parts: ApiParts, options: AppOptions): Promise<NestExpressApplication> {
  const { logger, apiToken } = options;
  const app = await NestFactory.create<NestExpressApplication>(ApiModule.of(parts), {
    bodyParser: false,
    forceCloseConnections: true,
    abortOnError: false,
    logger: nestLogger(logger),
  });
  app.disable('x-powered-by');
  app.disable('etag');
  // In this order: whoever has no token cannot make the server read a body.
  app.use(securityHeaders);
  app.use(measureRequests(parts.registry));
  app.use(serveConsole());
  app.use(requireToken(apiToken));
  app.use(refuseCrossSite);
  app.use(requireJson);
  app.useBodyParser('json', { limit: '256kb', strict: true });
  // What these report, Nest would wrap, and so lose what it was.
  app.use((error: unknown, request: Request, response: Response, _next: NextFunction) => {
    sendProblem(error, request, response, logger);
  });
  app.useGlobalFilters(new ProblemFilter(logger));
  serveOpenApi(app);
  return app;
}
