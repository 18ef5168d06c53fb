import { resolve } from 'node:path';
import type { TestBed } from '@fieldstream/testing';
import {
  readState,
  startEngine,
  stopEngine,
  type EngineName,
  type StackState,
} from '../../deploy/stack/stack.js';

/**
 * The stack of the given engines; faults are made only in a stack that this checkout's `stack:up` started. Embedded
 * engines are the bed's own, so that a fault is nobody else's.
 */
function stack(): StackState {
  const dataDir = resolve(process.env['FIELDSTREAM_STACK_DIR'] ?? 'data/stack');
  const state = readState(dataDir);
  if (!state)
    throw new Error(
      `no stack in ${dataDir}: run npm run stack:up, or set FIELDSTREAM_STACK_DIR to its --data`,
    );
  const broker = `127.0.0.1:${state.kafka.port}`;
  if (process.env['KAFKA_BROKERS'] !== broker) {
    throw new Error(
      `KAFKA_BROKERS is ${process.env['KAFKA_BROKERS']}, but the stack in ${dataDir} is at ${broker}`,
    );
  }
  return state;
}

/** Kills an engine of the bed as a crash would, or stops it in order, and waits until it is gone. */
export async function takeAway(
  bed: TestBed,
  engine: EngineName,
  signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL',
): Promise<void> {
  if (bed.embedded) await bed.embedded[engine].takeAway(signal);
  else await stopEngine(stack(), engine, signal);
}

/** Starts an engine again on its data and port, and waits until it serves. Does nothing when it is running. */
export async function bringBack(bed: TestBed, engine: EngineName): Promise<void> {
  if (bed.embedded) await bed.embedded[engine].bringBack();
  else await startEngine(stack(), engine);
}

/** Freezes or thaws Kafka: connections stay, nothing answers. */
export async function freezeKafka(bed: TestBed, frozen: boolean): Promise<void> {
  if (bed.embedded) {
    await bed.embedded.kafka.freeze(frozen);
    return;
  }
  const { pid } = stack().kafka;
  if (pid === null) throw new Error('Kafka is not running');
  process.kill(pid, frozen ? 'SIGSTOP' : 'SIGCONT');
}
