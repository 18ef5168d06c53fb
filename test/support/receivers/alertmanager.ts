import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@fieldstream/testing';
import { ForeignServer, isAvailable } from './foreign-server.js';
import type { Receiver } from './receiver.js';

/** An alert as `GET /api/v2/alerts` shows it. */
export interface ShownAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** As `GET /api/v2/alerts/groups` shows it. */
export interface ShownGroup {
  readonly labels: Readonly<Record<string, string>>;
  readonly alerts: readonly ShownAlert[];
}

const CONFIG = `
route:
  receiver: nobody
  group_by: [alertname]
  group_wait: 1s
receivers:
  - name: nobody
`;

/** A real Prometheus Alertmanager. It forgets everything while it is away. */
export class Alertmanager implements Receiver {
  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly server: ForeignServer,
  ) {}

  /** `undefined` on the embedded engines, and where it is not installed. */
  static async start(): Promise<Alertmanager | undefined> {
    if (!isAvailable('prometheus-alertmanager', 'prometheus-alertmanager')) return undefined;
    const folder = await mkdtemp(join(tmpdir(), 'fieldstream-alertmanager-'));
    const port = await freePort();
    await writeFile(join(folder, 'config.yml'), CONFIG);
    const server = new ForeignServer({
      program: 'prometheus-alertmanager',
      args: [
        `--config.file=${join(folder, 'config.yml')}`,
        `--storage.path=${join(folder, 'storage')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
        '--log.level=warn',
      ],
      port,
    });
    await server.start();
    return new Alertmanager(`http://127.0.0.1:${port}`, folder, server);
  }

  /** Those that fire. */
  alerts(): Promise<readonly ShownAlert[]> {
    return this.get('/api/v2/alerts?active=true');
  }

  groups(): Promise<readonly ShownGroup[]> {
    return this.get('/api/v2/alerts/groups');
  }

  async takeAway(): Promise<void> {
    await this.server.stop();
    await rm(join(this.folder, 'storage'), { recursive: true, force: true });
  }

  bringBack(): Promise<void> {
    return this.server.start();
  }

  async close(): Promise<void> {
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async get<T>(path: string): Promise<T> {
    const response = await fetch(this.url + path, { signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }
}
