import { HttpException } from '@nestjs/common';
import { KafkaError } from '@fieldstream/kafka';
import { DatabaseError } from '@fieldstream/timescale';
import { Problem, PROBLEM_KINDS, type ProblemKind } from './problem.js';

/** The problem that an error is to the client; `internal-error` for what only the log may tell. */
export function toProblem(error: unknown, request: { method: string; path: string }): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof DatabaseError && (error.retriable || error.code === 'refused')) {
    return new Problem(
      'database-unavailable',
      'The database does not answer at the moment; try again later.',
    );
  }
  if (error instanceof KafkaError && error.retriable) {
    return new Problem('kafka-unavailable', 'Kafka does not answer at the moment; try again later.');
  }
  const status = statusOf(error);
  if (status === 404) {
    return new Problem('not-found', `There is no ${request.method} ${request.path}; see /api/docs.`);
  }
  const bodyProblem = BODY_FAULTS[typeOf(error) ?? ''];
  if (bodyProblem !== undefined) return new Problem(...bodyProblem);
  const kind = (Object.keys(PROBLEM_KINDS) as ProblemKind[]).find(
    (key) => PROBLEM_KINDS[key].status === status,
  );
  if (kind !== undefined && status !== undefined && status < 500) {
    return new Problem(
      kind,
      status === 400 ? 'The request cannot be read.' : `${PROBLEM_KINDS[kind].title}.`,
    );
  }
  return new Problem('internal-error', 'The fault is in the log of the server.');
}

/** The `type` of errors of Express' body parser. */
const BODY_FAULTS: Readonly<Record<string, [ProblemKind, string]>> = {
  'entity.parse.failed': ['malformed-json', 'The body cannot be parsed as a JSON object or array.'],
  'entity.too.large': ['body-too-large', 'The body is larger than 256 KiB.'],
  'encoding.unsupported': ['unsupported-media-type', 'The content encoding is not supported.'],
  'charset.unsupported': ['unsupported-media-type', 'The character set is not supported; use UTF-8.'],
  'request.aborted': ['invalid-request', 'The body ended early.'],
  'request.size.invalid': ['invalid-request', 'The body is not as long as its content-length says.'],
};

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { status?: unknown } | null)?.status;
  return typeof status === 'number' ? status : undefined;
}

/** Nest wraps what the body parser threw. */
function typeOf(error: unknown): string | undefined {
  const cause = error instanceof HttpException ? error.cause : error;
  const type = (cause as { type?: unknown } | null | undefined)?.type;
  return typeof type === 'string' && Object.hasOwn(BODY_FAULTS, type) ? type : undefined;
}
