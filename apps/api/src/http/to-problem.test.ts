import { BadRequestException, NotFoundException, PayloadTooLargeException } from '@nestjs/common';
import { expect, test } from '@jest/globals';
import { KafkaError } from '@fieldstream/kafka';
import { DatabaseError } from '@fieldstream/timescale';
import { Problem, problemDocument } from './problem.js';
import { toProblem } from './to-problem.js';

const REQUEST = { method: 'GET', path: '/api/x' };
const parserFault = (type: string, status: number): Error => Object.assign(new Error('no'), { type, status });

test.each([
  ['a problem', new Problem('conflict', 'x'), 409, 'conflict'],
  ['an unknown route', new NotFoundException(), 404, 'not-found'],
  ['a path with bad escapes', new BadRequestException('Failed to decode param'), 400, 'invalid-request'],
  ['malformed JSON', parserFault('entity.parse.failed', 400), 400, 'malformed-json'],
  ['a large body', parserFault('entity.too.large', 413), 413, 'body-too-large'],
  ['a large body that Nest reports', new PayloadTooLargeException(), 413, 'body-too-large'],
  ['an odd charset', parserFault('charset.unsupported', 415), 415, 'unsupported-media-type'],
  [
    'a database that is away',
    new DatabaseError('unreachable', 'x', { retriable: true }),
    503,
    'database-unavailable',
  ],
  ['a database that refuses', new DatabaseError('refused', 'x'), 503, 'database-unavailable'],
  ['a faulty statement', new DatabaseError('query-failed', 'x'), 500, 'internal-error'],
  ['Kafka away', new KafkaError('deadline', 'x', { retriable: true }), 503, 'kafka-unavailable'],
  ['Kafka that refuses', new KafkaError('refused', 'x'), 500, 'internal-error'],
  ['a bug', new TypeError('sesame'), 500, 'internal-error'],
  ['nonsense', 'sesame', 500, 'internal-error'],
  ['nothing', undefined, 500, 'internal-error'],
])('%s', (_, error, status, kind) => {
  const problem = toProblem(error, REQUEST);
  expect([problem.status, problem.kind]).toEqual([status, kind]);
  expect(problem.detail).not.toContain('sesame');
});

test('the document has the members of RFC 9457', () => {
  const errors = [{ in: 'query', field: 'limit', fault: 'is missing' }] as const;
  expect(problemDocument(new Problem('invalid-request', 'limit is missing.', errors), '/api/x')).toEqual({
    type: 'urn:fieldstream:problem:invalid-request',
    title: 'The request is not valid',
    status: 400,
    detail: 'limit is missing.',
    instance: '/api/x',
    errors,
  });
});
