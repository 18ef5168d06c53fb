import { z } from 'zod';

/** Every kind of problem that the API reports, with its status and title (RFC 9457). */
export const PROBLEM_KINDS = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  unauthorized: { status: 401, title: 'A valid bearer token is needed' },
  'cross-site': { status: 403, title: 'Requests of other web sites are refused' },
  'token-needed': { status: 403, title: 'Only holders of the API token may do this' },
  'not-found': { status: 404, title: 'There is no such thing' },
  conflict: { status: 409, title: 'It exists already' },
  provisioned: { status: 409, title: 'A file defines it' },
  'in-use': { status: 409, title: 'Something else needs it' },
  'too-many-commands': { status: 409, title: 'The device has as many commands waiting as it may have' },
  'not-queued': { status: 409, title: 'The command waits no more' },
  'already-resolved': { status: 409, title: 'The alert is resolved' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be of another type' },
  'not-decodable': { status: 422, title: 'The payload still cannot be decoded' },
  'internal-error': { status: 500, title: 'The server failed' },
  'database-unavailable': { status: 503, title: 'The database cannot be reached' },
  'kafka-unavailable': { status: 503, title: 'Kafka cannot be reached' },
  'too-many-subscribers': { status: 503, title: 'The server has as many subscribers as it takes' },
  'too-busy': { status: 503, title: 'The server has as much of this to do as it takes' },
} as const;
export type ProblemKind = keyof typeof PROBLEM_KINDS;

/** What is wrong with one field of a request. */
export interface FieldError {
  /** Part of the request. */
  readonly in: 'query' | 'path' | 'header' | 'body';
  /** Path of the field, e.g. `scope.devices[0]`; empty for the part as a whole. */
  readonly field: string;
  readonly fault: string;
}

/** An answer that is an error. Thrown anywhere below a route, sent as a problem document. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly kind: ProblemKind,
    /** One sentence on this very request. Holds no internals. */
    readonly detail: string,
    readonly errors?: readonly FieldError[],
  ) {
    super(detail);
  }

  get status(): number {
    return PROBLEM_KINDS[this.kind].status;
  }
}

/** The body of every error answer. */
export const ProblemDocument = z
  .object({
    type: z.string().describe('Kind of problem, `urn:fieldstream:problem:<kind>`.'),
    title: z.string().describe('The kind in words.'),
    status: z.int().describe('The HTTP status.'),
    detail: z.string().describe('What is wrong with this request.'),
    instance: z.string().describe('Path of the request.'),
    errors: z
      .array(
        z.object({
          in: z.enum(['query', 'path', 'header', 'body']),
          field: z.string().describe('Path of the field; empty for the whole.'),
          fault: z.string(),
        }),
      )
      .optional()
      .describe('The fields that are at fault.'),
  })
  .describe('A problem document as RFC 9457 defines it.');

/** The document of a problem, for the request with this path. */
export function problemDocument(problem: Problem, instance: string): z.infer<typeof ProblemDocument> {
  const { status, title } = PROBLEM_KINDS[problem.kind];
  return {
    type: `urn:fieldstream:problem:${problem.kind}`,
    title,
    status,
    detail: problem.detail,
    instance,
    ...(problem.errors === undefined ? {} : { errors: [...problem.errors] }),
  };
}
