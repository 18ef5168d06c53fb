import { applyDecorators, HttpCode } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { z } from 'zod';
import { component, parameterSchema, refTo } from './components.js';
import { PROBLEM_KINDS, ProblemDocument, type ProblemKind } from './problem.js';

component('Problem', ProblemDocument);

export interface RouteDocumentation {
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Headers that the route itself looks at. */
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly bodyOptional?: true;
  /** Default 200. */
  readonly status?: number;
  /** Left out for an answer without body. */
  readonly response?: z.ZodType;
  /** The answer is a stream of server-sent events; `response` is then what stands in `data`. */
  readonly isEventStream?: true;
  /** Other statuses that have the same body. */
  readonly alsoStatus?: readonly number[];
  /** Beyond those that every route can have. */
  readonly problems?: readonly ProblemKind[];
  /** Needs no token. */
  readonly open?: true;
}

/** Describes a route in OpenAPI, from the schemas that it validates with, and sets its status. */
export function Documented(route: RouteDocumentation): MethodDecorator {
  const status = route.status ?? 200;
  const problems: ProblemKind[] = [
    ...(route.params || route.query || route.body ? ['invalid-request' as const] : []),
    ...(route.body ? (['malformed-json', 'body-too-large', 'unsupported-media-type'] as const) : []),
    ...(route.open ? [] : ['unauthorized' as const]),
    ...(route.problems ?? []),
    'internal-error',
  ];
  return applyDecorators(
    HttpCode(status),
    ApiTags(route.tag),
    ApiOperation({
      summary: route.summary,
      ...(route.description === undefined ? {} : { description: route.description }),
    }),
    ...(route.open ? [] : [ApiBearerAuth()]),
    ...parameters(route.params, (options) => ApiParam(options)),
    ...parameters(route.query, (options) => ApiQuery(options)),
    ...parameters(route.headers, (options) => ApiHeader(options)),
    ...(route.body ? [ApiBody({ schema: refTo(route.body), required: !route.bodyOptional })] : []),
    ...[status, ...(route.alsoStatus ?? [])].map((code) =>
      ApiResponse({
        status: code,
        description: code < 400 ? 'Done.' : 'Not now.',
        ...(route.response
          ? {
              content: {
                [route.isEventStream ? 'text/event-stream' : 'application/json']: {
                  schema: refTo(route.response),
                },
              },
            }
          : {}),
      }),
    ),
    ...problemResponses(problems),
  );
}

interface Parameter {
  name: string;
  required: boolean;
  description: string;
  schema: Record<string, unknown>;
}

function parameters(
  schema: z.ZodObject | undefined,
  decorate: (options: Parameter) => MethodDecorator,
): MethodDecorator[] {
  return Object.entries(schema?.shape ?? {}).map(([name, type]) => {
    const { description, ...rest } = parameterSchema(type as z.ZodType);
    const required = !(type as z.ZodType).safeParse(undefined).success;
    return decorate({
      name,
      required,
      description: typeof description === 'string' ? description : '',
      schema: rest,
    });
  });
}

function problemResponses(kinds: readonly ProblemKind[]): MethodDecorator[] {
  const statuses = [...new Set(kinds.map((kind) => PROBLEM_KINDS[kind].status))];
  return statuses.map((status) =>
    ApiResponse({
      status,
      description: kinds
        .filter((kind) => PROBLEM_KINDS[kind].status === status)
        .map((kind) => PROBLEM_KINDS[kind].title)
        .join('; or: '),
      content: { 'application/problem+json': { schema: refTo(ProblemDocument) } },
    }),
  );
}
