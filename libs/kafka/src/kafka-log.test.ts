import { expect, test } from '@jest/globals';
import { logLevel } from 'kafkajs';
import { kafkaLogCreator } from './kafka-log.js';

test('kafkajs is heard one level lower, repeats once a minute, and not at all where the fault is thrown anyway', () => {
  const lines: [string, object, string][] = [];
  const write =
    (level: string) =>
    (fields: object, message: string): void =>
      void lines.push([level, fields, message]);
  let nowMs = 0;
  const logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const log = kafkaLogCreator(logger, () => nowMs)(logLevel.INFO);
  const emit = (level: logLevel, namespace: string, message: string): void =>
    log({ namespace, level, label: '', log: { message, timestamp: '', logger: 'kafkajs', groupId: 'g' } });

  emit(logLevel.ERROR, 'Consumer', 'Crash');
  emit(logLevel.ERROR, 'Consumer', 'Crash');
  emit(logLevel.WARN, 'Runner', 'The group is rebalancing');
  emit(logLevel.INFO, 'Consumer', 'Starting');
  emit(logLevel.ERROR, 'Connection', 'Connection error');
  nowMs = 60_000;
  emit(logLevel.ERROR, 'Consumer', 'Crash');
  expect(lines).toEqual([
    ['warn', { namespace: 'Consumer', groupId: 'g' }, 'kafkajs: Crash'],
    ['info', { namespace: 'Runner', groupId: 'g' }, 'kafkajs: The group is rebalancing'],
    ['debug', { namespace: 'Consumer', groupId: 'g' }, 'kafkajs: Starting'],
    ['debug', { namespace: 'Connection', groupId: 'g' }, 'kafkajs: Connection error'],
    ['warn', { namespace: 'Consumer', groupId: 'g', repeats: 1 }, 'kafkajs: Crash'],
  ]);
});
