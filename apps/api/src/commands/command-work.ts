import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { commandMessage, type CommandRefusal } from '@fieldstream/decoders';
import { COMMAND_LIMITS, type Logger } from '@fieldstream/domain';
import type { KeyedProducer } from '@fieldstream/kafka';
import { CommandOutbox, CommandStore, type DueCommand } from '@fieldstream/timescale';
import { encodeCommand, TOPICS } from '@fieldstream/wire';
import { RepeatedWork } from '../devices/repeated-work.js';

export interface CommandWorkOptions {
  readonly pool: pg.Pool;
  readonly producer: Pick<KeyedProducer, 'send'>;
  /** Whether the topic of commands is there and holds nothing. @throws KafkaError */
  readonly isTopicEmpty: () => Promise<boolean>;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** A command as somebody gives it. */
export interface GivenCommand {
  readonly deviceId: string;
  readonly name?: string | undefined;
  readonly payload?: unknown;
  readonly expiresInMs: number;
}

/** What came of giving a command. */
export type Giving =
  | { readonly kind: 'queued'; readonly commandId: string }
  | { readonly kind: 'no-device' | 'too-many-waiting' }
  | ({ readonly kind: 'refused' } & CommandRefusal);

const PUBLISH_EVERY_MS = 1_000;
/** How often it is looked whether Kafka has lost the commands, and old ones are deleted. */
const LOOK_EVERY_MS = 30_000;
const CLEAN_EVERY_MS = 3_600_000;
const KEPT_DAYS = 90;

/**
 * Commands on their way from people to `device.commands`. The API that takes one publishes it at once; what it could not
 * publish any API does later, because the table says what is still to be published.
 */
export class CommandWork {
  readonly store: CommandStore;
  readonly #outbox: CommandOutbox;
  readonly #publication: RepeatedWork;
  /** Commands that are being published. */
  readonly #publishing = new Set<Promise<boolean>>();
  #lookedAtMs: number;
  #cleanedAtMs = -Infinity;

  constructor(private readonly options: CommandWorkOptions) {
    this.store = new CommandStore(options.pool);
    this.#outbox = new CommandOutbox(options.pool);
    this.#lookedAtMs = options.now();
    this.#publication = new RepeatedWork({
      doing: 'publishing commands',
      everyMs: PUBLISH_EVERY_MS,
      run: (isStopped) => this.#run(isStopped),
      logger: options.logger,
    });
  }

  start(): void {
    this.#publication.start();
  }

  /** MUST come before the producer and the pool are closed. */
  async close(): Promise<void> {
    await this.#publication.close();
    await Promise.all(this.#publishing);
  }

  /** Stores a command and publishes it. @throws DatabaseError */
  async give({ deviceId, name, payload, expiresInMs }: GivenCommand): Promise<Giving> {
    const address = await this.store.addressOf(deviceId);
    if (!address) return { kind: 'no-device' };
    const commandId = randomUUID();
    const createdAt = new Date(this.options.now());
    const expiresAt = new Date(createdAt.getTime() + expiresInMs);
    const draft = { commandId, name, payload, expiresAtMs: expiresAt.getTime() };
    const message = commandMessage({ deviceId, ...address }, draft);
    if ('fault' in message) return { kind: 'refused', ...message };
    const { topic, scope } = message;
    const command = { commandId, deviceId, topic, scope, message: message.payload, createdAt, expiresAt };
    const payloadText = payload === undefined ? undefined : JSON.stringify(payload);
    const result = await this.store.add(
      { ...command, name, payload: payloadText },
      COMMAND_LIMITS.waitingPerDevice,
    );
    if (result !== 'added') return { kind: result };
    this.options.logger.info({ deviceId, commandId, name }, 'command given');
    void this.#publish({ ...command, status: 'queued' });
    return { kind: 'queued', commandId };
  }

  /** False where it was not queued any more. @throws DatabaseError */
  async cancel(deviceId: string, commandId: string): Promise<boolean> {
    if (!(await this.store.cancel(deviceId, commandId))) return false;
    this.options.logger.info({ deviceId, commandId }, 'command cancelled');
    void this.#publish({ commandId, deviceId, status: 'cancelled' });
    return true;
  }

  async #run(isStopped: () => boolean): Promise<void> {
    await this.#look(isStopped);
    for (;;) {
      const due = await this.#outbox.lease();
      if (due.length === 0) return;
      const published = await Promise.all(due.map((command) => this.#publish(command)));
      if (isStopped() || published.includes(false)) return;
    }
  }

  async #look(isStopped: () => boolean): Promise<void> {
    const { now, isTopicEmpty } = this.options;
    const nowMs = now();
    if (nowMs - this.#cleanedAtMs >= CLEAN_EVERY_MS) {
      await this.#outbox.deleteOlderThan(KEPT_DAYS, isStopped);
      this.#cleanedAtMs = nowMs;
    }
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS) return;
    if (await isTopicEmpty()) await this.#outbox.publishAllAgain();
    this.#lookedAtMs = nowMs;
  }

  #publish(command: Publishable): Promise<boolean> {
    const publishing = this.#tryToPublish(command);
    this.#publishing.add(publishing);
    void publishing.then(() => this.#publishing.delete(publishing));
    return publishing;
  }

  /** Never rejects: what fails is done once more by whoever finds it next. */
  async #tryToPublish(command: Publishable): Promise<boolean> {
    const { commandId, deviceId, status } = command;
    try {
      await this.options.producer.send({
        topic: TOPICS.deviceCommands,
        key: deviceId,
        value: toValue(command),
      });
      await this.#outbox.markPublished(commandId, status);
      return true;
    } catch (error) {
      this.options.logger.warn(
        { err: error, deviceId, commandId },
        'a command is not published yet, trying again',
      );
      await this.#outbox.release(commandId).catch(() => {});
      return false;
    }
  }
}

type Publishable =
  | (DueCommand & { readonly status: 'queued' })
  | { readonly status: 'cancelled'; readonly commandId: string; readonly deviceId: string }
  | DueCommand;

function toValue(command: Publishable): Buffer {
  const { commandId, deviceId } = command;
  if (!('topic' in command) || command.status === 'cancelled') {
    return encodeCommand({ kind: 'end', commandId, deviceId, reason: 'cancelled' });
  }
  const { topic, scope, message, createdAt, expiresAt } = command;
  return encodeCommand({
    kind: 'command',
    commandId,
    deviceId,
    topic,
    scope,
    payload: message,
    createdAtMs: createdAt.getTime(),
    expiresAtMs: expiresAt.getTime(),
  });
}
