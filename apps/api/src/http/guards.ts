import { createHash, timingSafeEqual } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { Problem } from './problem.js';

/** Headers that every answer carries. */
export function securityHeaders(request: Request, response: Response, next: NextFunction): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('referrer-policy', 'no-referrer');
  // Readings and alerts are never to be had from a cache.
  if (request.path.startsWith('/api/') && !isDocumentation(request.path)) {
    response.setHeader('cache-control', 'no-store');
  }
  next();
}

/** Paths that show nothing but the program itself. */
export function isOpen(path: string): boolean {
  return path === '/health/live' || path === '/health/ready' || isDocumentation(path);
}

function isDocumentation(path: string): boolean {
  return path === '/api/openapi.json' || path === '/api/docs' || path.startsWith('/api/docs/');
}

/** Asks for the token (RFC 6750) on all other paths; without a token configured it lets everything pass. */
export function requireToken(token: string | undefined): RequestHandler {
  if (token === undefined) return (_request, _response, next) => next();
  const expected = digest(token);
  return (request, _response, next) => {
    if (isOpen(request.path)) return next();
    const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    // Digests have one length, so the comparison takes the same time whatever was given.
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return next();
    const fault =
      given === undefined ? 'The request carries no bearer token.' : 'The bearer token is not the right one.';
    next(new Problem('unauthorized', fault));
  };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/**
 * Refuses changes that a page of another site makes a browser send (Fetch Metadata, W3C). On loopback there is no token
 * that would stop them.
 */
export function refuseCrossSite(request: Request, _response: Response, next: NextFunction): void {
  const site = request.headers['sec-fetch-site'];
  const changes = !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
  if (changes && (site === 'cross-site' || site === 'same-site')) {
    return next(new Problem('cross-site', 'Changes are taken from pages of this server only.'));
  }
  next();
}

/** Where another kind of body is taken. */
const CSV_PATH = '/api/devices/import';

/** Refuses a body that is not JSON, which would otherwise look like no body at all. */
export function requireJson(request: Request, _response: Response, next: NextFunction): void {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  const type = request.path === CSV_PATH ? 'text/csv' : 'application/json';
  if (hasBody && !request.is(type)) {
    return next(new Problem('unsupported-media-type', `Send the body as content-type: ${type}.`));
  }
  next();
}
