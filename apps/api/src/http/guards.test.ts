import type { Request, RequestHandler, Response } from 'express';
import { expect, test } from '@jest/globals';
import { refuseCrossSite, requireToken } from './guards.js';
import type { Problem } from './problem.js';

const TOKEN = '0123456789abcdef';

function run(handler: RequestHandler, request: object): Problem | undefined {
  let outcome: unknown = 'not called';
  void handler({ headers: {}, method: 'GET', ...request } as unknown as Request, {} as Response, (error) => {
    outcome = error;
  });
  return outcome as Problem | undefined;
}

test.each(['/health/live', '/health/ready', '/api/docs', '/api/docs/swagger-ui.css', '/api/openapi.json'])(
  '%s is open',
  (path) => {
    expect(run(requireToken(TOKEN), { path })).toBeUndefined();
  },
);

test.each(['/metrics', '/api/devices', '/api/docsx', '/health', '/nope'])('%s needs the token', (path) => {
  expect(run(requireToken(TOKEN), { path })?.kind).toBe('unauthorized');
  expect(run(requireToken(TOKEN), { path, headers: { authorization: `Bearer ${TOKEN}` } })).toBeUndefined();
  expect(run(requireToken(TOKEN), { path, headers: { authorization: `bearer ${TOKEN}` } })).toBeUndefined();
});

test.each([
  '',
  TOKEN,
  `Basic ${TOKEN}`,
  'Bearer ',
  `Bearer ${TOKEN}x`,
  `Bearer ${TOKEN.slice(1)}`,
  `Bearer ${TOKEN} x`,
])('authorization %j is refused', (authorization) => {
  expect(run(requireToken(TOKEN), { path: '/api/devices', headers: { authorization } })?.kind).toBe(
    'unauthorized',
  );
});

test('without a token configured everything passes', () => {
  expect(run(requireToken(undefined), { path: '/api/devices' })).toBeUndefined();
});

test.each([
  ['POST', 'cross-site', true],
  ['DELETE', 'same-site', true],
  ['POST', 'same-origin', false],
  ['POST', undefined, false],
  ['GET', 'cross-site', false],
])('%s from %s: refused is %s', (method, site, refused) => {
  const outcome = run(refuseCrossSite, { method, headers: { 'sec-fetch-site': site } });
  expect(outcome?.kind).toBe(refused ? 'cross-site' : undefined);
});
