import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { Histogram, type Registry } from '@fieldstream/observability';

/** Measures every request by method, route pattern and status; never by path, which holds device IDs. */
export function measureRequests(registry: Registry): RequestHandler {
  const duration = new Histogram({
    name: 'fieldstream_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  return (request: Request, response: Response, next: NextFunction) => {
    const end = duration.startTimer();
    response.once('close', () => {
      const pattern: unknown = (request.route as { path?: unknown } | undefined)?.path;
      const route = typeof pattern === 'string' && pattern.length < 100 ? pattern : 'other';
      end({
        method: METHODS.has(request.method) ? request.method : 'other',
        route,
        status: response.statusCode,
      });
    });
    next();
  };
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
