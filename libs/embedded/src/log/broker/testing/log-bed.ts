import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import { EmbeddedLog } from '../embedded-log.js';
import { type LogLimits } from '../limits.js';
import { memoryLogger, type LogLine } from './memory-logger.js';
import { WireClient } from './wire-client.js';

/** A log in a folder of its own, and clients of it; `end` closes all of them and removes the folder. */
export class LogBed {
  readonly lines: LogLine[] = [];
  readonly #closers: (() => Promise<unknown>)[] = [];
  #log: EmbeddedLog;

  private constructor(
    readonly dataDir: string,
    log: EmbeddedLog,
    private readonly limits: Partial<LogLimits>,
    lines: LogLine[],
  ) {
    this.#log = log;
    this.lines = lines;
  }

  static async begin(limits: Partial<LogLimits> = {}): Promise<LogBed> {
    const dataDir = await mkdtemp(join(tmpdir(), 'fieldstream-log-'));
    const { logger, lines } = memoryLogger();
    return new LogBed(dataDir, await EmbeddedLog.open({ dataDir, logger, limits }), limits, lines);
  }

  get port(): number {
    return this.#log.port;
  }

  kafka(options: Partial<KafkaConfig> = {}): Kafka {
    return new Kafka({
      brokers: [`127.0.0.1:${this.port}`],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 20, maxRetryTime: 200, retries: 8 },
      ...options,
    });
  }

  /** Closed at the end, before the log is. */
  async use<T extends { connect(): Promise<unknown>; disconnect(): Promise<unknown> }>(
    client: T,
  ): Promise<T> {
    this.#closers.push(() => client.disconnect());
    await client.connect();
    return client;
  }

  async wire(): Promise<WireClient> {
    const client = await WireClient.connect(this.port);
    this.#closers.push(async () => client.close());
    return client;
  }

  /** Closes the log and opens it again on the same folder and port. */
  async restart(): Promise<void> {
    const { port } = this.#log;
    await this.#log.close();
    const { logger, lines } = memoryLogger();
    this.#log = await EmbeddedLog.open({ dataDir: this.dataDir, port, logger, limits: this.limits });
    this.lines.push(...lines);
  }

  async closeLog(): Promise<void> {
    await this.#log.close();
  }

  async end(): Promise<void> {
    await Promise.all(this.#closers.map((close) => close()));
    await this.#log.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
