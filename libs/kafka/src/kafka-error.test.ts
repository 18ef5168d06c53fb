import { describe, expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { KafkaError, toKafkaError } from './kafka-error.js';

const {
  KafkaJSConnectionError,
  KafkaJSNonRetriableError,
  KafkaJSNumberOfRetriesExceeded,
  KafkaJSProtocolError,
} = kafkajs;

function protocolError(type: string, retriable: boolean): Error {
  const fault = Object.assign(new Error(type), { type, code: 10, retriable });
  return new (KafkaJSProtocolError as unknown as new (e: Error) => Error)(fault);
}

describe('toKafkaError', () => {
  test.each<[string, Error, string, boolean]>([
    ['a lost connection', new KafkaJSConnectionError('gone'), 'unreachable', true],
    [
      'a lost connection after too many retries, which kafkajs calls not retriable',
      new KafkaJSNumberOfRetriesExceeded(new KafkaJSConnectionError('gone'), { retryCount: 0, retryTime: 1 }),
      'unreachable',
      true,
    ],
    [
      'a lock that was not got',
      Object.assign(new Error('busy'), { name: 'KafkaJSLockTimeout', retriable: false }),
      'unreachable',
      true,
    ],
    ['too large', protocolError('MESSAGE_TOO_LARGE', false), 'record-too-large', false],
    [
      'too large, wrapped',
      new (KafkaJSNonRetriableError as unknown as new (e: Error, o: object) => Error)(
        protocolError('MESSAGE_TOO_LARGE', false),
        { cause: protocolError('MESSAGE_TOO_LARGE', false) },
      ),
      'record-too-large',
      false,
    ],
    ['an unknown topic', protocolError('UNKNOWN_TOPIC_OR_PARTITION', true), 'unknown-topic', true],
    ['no right to write', protocolError('TOPIC_AUTHORIZATION_FAILED', false), 'refused', false],
    ['a leader that has moved', protocolError('NOT_LEADER_FOR_PARTITION', true), 'request-failed', true],
    ['an invalid request', protocolError('INVALID_REQUIRED_ACKS', false), 'request-failed', false],
    ['kafkajs stumbling', new TypeError("reading 'nodeId' of undefined"), 'request-failed', true],
  ])('%s', (_, fault, code, retriable) => {
    const error = toKafkaError(fault, 'producing');
    expect(error).toBeInstanceOf(KafkaError);
    expect(error).toMatchObject({ code, retriable, cause: fault });
    expect(error.message).toMatch(/^producing: ./);
  });

  test('leaves a KafkaError as it is, and takes what is not an error', () => {
    const error = new KafkaError('closed', 'closed');
    expect(toKafkaError(error, 'producing')).toBe(error);
    expect(toKafkaError(undefined, 'producing')).toMatchObject({ code: 'request-failed', retriable: true });
  });
});
