import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Logger } from '@fieldstream/domain';
import { Problem, problemDocument } from './problem.js';
import { toProblem } from './to-problem.js';

/** Answers every error with a problem document; faults of the server go to the log with their causes. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(error, http.getRequest<Request>(), http.getResponse<Response>(), this.logger);
  }
}

/** Sends the problem document of an error, and logs it where the fault is the server's. */
export function sendProblem(error: unknown, request: Request, response: Response, logger: Logger): void {
  const path = request.originalUrl.split('?')[0] ?? '/';
  const problem = toProblem(error, { method: request.method, path });
  const fields = { err: error, method: request.method, path };
  if (problem.status === 503 && !(error instanceof Problem))
    logger.warn(fields, 'request failed: an engine is away');
  else if (problem.status === 503) logger.debug(fields, 'request refused for now');
  else if (problem.status >= 500) logger.error(fields, 'request failed');
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (problem.status === 401) response.setHeader('www-authenticate', 'Bearer realm="fieldstream"');
  if (problem.status === 503) response.setHeader('retry-after', '5');
  // Bytes that were not read would be taken for the next request of the connection.
  if (problem.status === 413) response.setHeader('connection', 'close');
  response.status(problem.status).type('application/problem+json');
  response.send(JSON.stringify(problemDocument(problem, path)));
}
