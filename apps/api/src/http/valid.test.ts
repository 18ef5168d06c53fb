import type { ArgumentMetadata } from '@nestjs/common';
import { expect, test } from '@jest/globals';
import { DevicePatch, DeviceQuery } from '../devices/device-schemas.js';
import { ReadingsQuery } from '../readings/reading-schemas.js';
import { Problem } from './problem.js';
import { valid } from './valid.js';

function errorsOf(
  schema: Parameters<typeof valid>[0],
  value: unknown,
  type: ArgumentMetadata['type'] = 'query',
) {
  try {
    valid(schema).transform(value, { type });
  } catch (error) {
    if (error instanceof Problem) return error.errors;
    throw error;
  }
  throw new Error('the value was taken');
}

test('what is valid comes out parsed, with its defaults', () => {
  expect(valid(DeviceQuery).transform({}, { type: 'query' })).toEqual({ limit: 100, sort: 'id' });
  expect(valid(DeviceQuery).transform({ limit: '7', search: 'x' }, { type: 'query' })).toEqual({
    limit: 7,
    search: 'x',
    sort: 'id',
  });
});

test.each([
  [{ limit: '0' }, 'limit', 'must be a whole number from 1 to 500'],
  [{ limit: '501' }, 'limit', 'must be a whole number from 1 to 500'],
  [{ limit: '' }, 'limit', 'must be a whole number from 1 to 500'],
  [{ limit: '1e2' }, 'limit', 'must be a whole number from 1 to 500'],
  [{ limit: ['1', '2'] }, 'limit', 'must be a string'],
  [{ presence: 'away' }, 'presence', 'must be one of online, offline, sleeping, unknown'],
  [{ search: 'a\u0000' }, 'search', 'must not have control characters'],
  [{ search: '' }, 'search', 'must have at least 1 characters or entries'],
  [{ serach: 'a' }, 'serach', 'is not known here'],
  [{ cursor: 'x' }, 'cursor', 'must be the `next` of an earlier page'],
])('the query %j is refused for %s', (query, field, fault) => {
  expect(errorsOf(DeviceQuery, query)).toEqual([{ in: 'query', field, fault }]);
});

test.each([
  [{}, 'metric', 'is missing'],
  [{ metric: 'a', from: '2', to: '1' }, 'from', 'must be before to'],
  [{ metric: 'a', from: 'yesterday' }, 'from', expect.stringContaining('ISO 8601')],
  [{ metric: 'a', resolution: '5m' }, 'resolution', 'must be one of auto, raw, 1m, 1h, 1d'],
])('the query %j is refused for %s', (query, field, fault) => {
  expect(errorsOf(ReadingsQuery, query)).toEqual([{ in: 'query', field, fault }]);
});

test('every faulty field is named', () => {
  const errors = errorsOf(DevicePatch, { name: 5, labels: { a: 1 }, id: 'x' }, 'body');
  expect(errors?.map(({ field }) => field).sort()).toEqual(['id', 'labels.a', 'name']);
});

test.each([[undefined], [[]], ['x'], [null]])('the body %j is refused as a whole', (body) => {
  expect(errorsOf(DevicePatch, body, 'body')).toMatchObject([{ in: 'body', field: '' }]);
});

test('an empty change is refused', () => {
  expect(errorsOf(DevicePatch, {}, 'body')).toEqual([
    { in: 'body', field: '', fault: 'must have name, labels or gatewayId' },
  ]);
});
