import { dirname } from 'node:path';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import sirv from 'sirv';
import { insideProject } from '../inside-project.js';

const YEAR_S = 31_536_000;

/** The console talks to this server alone. Grafana's components bring their styles by script, hence `unsafe-inline`. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves the console, as `npm run build` left it, on every path that `isOfConsole`. Addresses of its pages answer a browser
 * with the one document that draws them all; what does not ask for a document passes on, to be told that there is no such
 * thing. Where the console is not built, everything passes on.
 */
export function serveConsole(): RequestHandler {
  const page = insideProject('dist', 'console', 'index.html');
  if (page === undefined) return (_request, _response, next) => next();
  const options = { brotli: true, gzip: true, etag: true, setHeaders };
  const folder = dirname(page);
  const files = sirv(folder, options);
  const pages = sirv(folder, { ...options, single: true });
  return (request: Request, response: Response, next: NextFunction) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || !isOfConsole(request.path)) return next();
    const wantsDocument = request.headers.accept?.includes('text/html') === true;
    (wantsDocument ? pages : files)(request, response, next);
  };
}

/** Whether a path belongs to the console, which shows nothing but the program itself, and not to the API. */
export function isOfConsole(path: string): boolean {
  return !/^\/(api|health|metrics)(\/|$)/.test(path);
}

function setHeaders(response: { setHeader(name: string, value: string): unknown }, path: string): void {
  response.setHeader('content-security-policy', POLICY);
  // The names of assets change with what is in them.
  const caching = path.startsWith('/assets/') ? `public, max-age=${YEAR_S}, immutable` : 'no-cache';
  response.setHeader('cache-control', caching);
}
