import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { explainListenError } from './explain-listen-error.js';
import type { Health } from './health.js';

export interface OpsServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly health: Health;
  readonly registry: Registry;
}

export interface OpsServer {
  readonly port: number;
  /** Stops listening and cuts open connections. */
  close(): Promise<void>;
}

/** Serves `/health/live`, `/health/ready` (200, else 503) and `/metrics` of a process without an HTTP API. */
export async function startOpsServer(options: OpsServerOptions): Promise<OpsServer> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch(() => {
      if (!response.headersSent) send(response, 500, 'text/plain', 'failed\n');
      else response.destroy();
    });
  });
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: Error): void => reject(explainListenError(error, 'OPS_PORT'));
    server.once('error', refuse);
    server.listen(options.port, options.host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

async function answer(
  { health, registry }: OpsServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return send(response, 405, 'text/plain', 'only GET\n');
  }
  switch (request.url?.split('?')[0] ?? '/') {
    case '/health/live':
      return report(response, await health.live());
    case '/health/ready':
      return report(response, await health.ready());
    case '/metrics':
      return send(response, 200, registry.contentType, await registry.metrics());
    default:
      return send(response, 404, 'text/plain', 'there are /health/live, /health/ready and /metrics\n');
  }
}

function report(response: ServerResponse, { ok, checks }: { ok: boolean; checks: object }): void {
  const body = JSON.stringify({ status: ok ? 'pass' : 'fail', checks });
  send(response, ok ? 200 : 503, 'application/json', body);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
