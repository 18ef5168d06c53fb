import { Body, Controller, Inject, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import { Documented } from '../http/documented.js';
import { valid } from '../http/valid.js';
import { QueryAnswer, QueryBody, type QueryRequest } from './query-schemas.js';
import { QueryService } from './query-service.js';

/** What panels, variables and annotations of dashboards ask. */
@Controller('api/ds/query')
export class QueryController {
  constructor(@Inject(QueryService) private readonly queries: QueryService) {}

  @Post()
  @Documented({
    tag: 'Dashboards',
    summary: 'Run queries of dashboards',
    description: [
      'A query is named by its place in a dashboard: the server has its SQL, puts the values of variables in, expands the macros of',
      "Grafana's PostgreSQL data source, and runs it as the role grafana_reader, which can read what dashboards show and nothing",
      'else. Each query has its own result, with an error in words where it failed. SQL in the request is taken only where',
      'API_TOKEN is configured.',
    ].join(' '),
    body: QueryBody,
    response: QueryAnswer,
    problems: ['token-needed', 'too-busy'],
  })
  async run(
    @Body(valid(QueryBody)) body: QueryRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<z.input<typeof QueryAnswer>> {
    const left = new AbortController();
    response.once('close', () => left.abort());
    return { results: await this.queries.run(body, left.signal) };
  }
}
