import { describe, expect, test } from '@jest/globals';
import { candidateIds, coversTopic } from './own-topics.js';

describe('a filter covers', () => {
  test.each([
    ['cmnd/plug/#', 'cmnd/plug/POWER', true],
    ['cmnd/plug/#', 'cmnd/plug/#', true],
    ['cmnd/plug/#', 'cmnd/plug/+', true],
    ['cmnd/plug/#', 'cmnd/plug', true],
    ['cmnd/plug/#', 'cmnd/+/POWER', false],
    ['cmnd/plug/#', 'cmnd/#', false],
    ['cmnd/plug/#', '#', false],
    ['cmnd/plug/#', 'cmnd', false],
    ['cmnd/plug/+', 'cmnd/plug/#', false],
    ['cmnd/plug/+', 'cmnd/plug/+', true],
    ['cmnd/plug/+', 'cmnd/plug/a/b', false],
    ['plug/rpc', 'plug/rpc', true],
    ['plug/rpc', 'plug/rpc/x', false],
    ['plug/rpc', 'plug', false],
    ['plug/rpc', '+/rpc', false],
    ['plug/rpc', 'plug/RPC', false],
  ])('%s, %s: %s', (filter, narrower, expected) => {
    expect(coversTopic(filter.split('/'), narrower.split('/'))).toBe(expected);
  });
});

describe('IDs that a topic may name', () => {
  test('are its levels, and two or three of them in order', () => {
    const candidates = candidateIds('spBv1.0/plant/DCMD/edge/pump'.split('/'));
    expect(candidates).toEqual(expect.arrayContaining(['edge', 'plant:edge', 'plant:edge:pump']));
    expect(candidates).not.toContain('edge:plant');
  });

  test('are bounded for a deep topic', () => {
    const levels = Array.from({ length: 128 }, (_, index) => String(index));
    expect(candidateIds(levels).length).toBe(128 + 28 + 56);
  });
});
