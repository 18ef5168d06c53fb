import { describe, expect, test } from '@jest/globals';
import { commandMessage } from './command-message.js';

const commandId = '6b1c3f0e-3f64-4d0a-9d8e-1f2a3b4c5d6e';
const expiresAtMs = Date.UTC(2026, 0, 2);
const draft = { commandId, expiresAtMs };
const ON = { state: 'ON' };

describe('where and what is published', () => {
  test.each([
    ['tasmota', 'plug1', { name: 'POWER', payload: 'TOGGLE' }, 'cmnd/plug1/', 'cmnd/plug1/POWER', 'TOGGLE'],
    ['tasmota', 'plug1', { name: 'Status', payload: 0 }, 'cmnd/plug1/', 'cmnd/plug1/Status', '0'],
    ['tasmota', 'plug1', { name: 'POWER' }, 'cmnd/plug1/', 'cmnd/plug1/POWER', ''],
    ['tasmota', 'home/cmnd/plug1', { name: 'POWER' }, 'home/cmnd/plug1/', 'home/cmnd/plug1/POWER', ''],
    [
      'zigbee2mqtt',
      'zigbee2mqtt/a/b',
      { payload: ON },
      'zigbee2mqtt/',
      'zigbee2mqtt/a/b/set',
      '{"state":"ON"}',
    ],
    ['zigbee2mqtt', 'z/a', { name: 'state', payload: 'ON' }, 'z/', 'z/a/set/state', 'ON'],
    [
      'shelly-gen1',
      'shellies/x',
      { name: 'relay/0', payload: 'on' },
      'shellies/x/',
      'shellies/x/relay/0/command',
      'on',
    ],
    [
      'shelly-gen1',
      'shellies/x',
      { name: 'light/0/set', payload: ON },
      'shellies/x/',
      'shellies/x/light/0/set',
      '{"state":"ON"}',
    ],
    ['shelly-gen1', 'shellies/x', { payload: 'update' }, 'shellies/x/', 'shellies/x/command', 'update'],
    ['esphome', 'room', { name: 'switch/relay', payload: 'ON' }, 'room/', 'room/switch/relay/command', 'ON'],
    [
      'homie',
      'homie/dev',
      { name: 'light/power', payload: true },
      'homie/dev/',
      'homie/dev/light/power/set',
      'true',
    ],
    ['homie', 'homie/5/dev', { name: 'l/p', payload: '1' }, 'homie/5/dev/', 'homie/5/dev/l/p/set', '1'],
  ])('%s at %s: %j', (family, address, command, scope, topic, payload) => {
    expect(commandMessage({ deviceId: 'd', family, address }, { ...draft, ...command })).toEqual({
      scope,
      topic,
      payload,
    });
  });

  test.each([
    ['no family', null, null],
    ['a family without topics of its own', 'ruuvi', 'x'],
    ['a family whose address is not known', 'tasmota', null],
    ['an address that is no part of a topic', 'tasmota', 'a/#'],
    ['a device of Zigbee2MQTT without a base topic', 'zigbee2mqtt', 'lamp'],
  ])('%s: the native form', (_, family, address) => {
    const message = commandMessage({ deviceId: 'd', family, address }, { ...draft, name: 'n', payload: [1] });
    if ('fault' in message) throw new Error(message.fault);
    expect(message).toMatchObject({ topic: 'devices/d/commands', scope: 'devices/d/' });
    expect(JSON.parse(message.payload)).toEqual({
      commandId,
      name: 'n',
      payload: [1],
      expiresAt: '2026-01-02T00:00:00.000Z',
    });
  });

  test('a Shelly of the second generation answers where its answer is looked for', () => {
    const target = { deviceId: 'shelly-1', family: 'shelly-gen2', address: 'home/shelly' };
    const message = commandMessage(target, { ...draft, name: 'Switch.Set', payload: { id: 0, on: true } });
    if ('fault' in message) throw new Error(message.fault);
    expect(message).toMatchObject({ topic: 'home/shelly/rpc', scope: 'home/shelly/' });
    expect(JSON.parse(message.payload)).toEqual({
      id: commandId,
      src: `devices/shelly-1/commands/${commandId}`,
      method: 'Switch.Set',
      params: { id: 0, on: true },
    });
  });
});

describe('what cannot be given', () => {
  test.each([
    ['tasmota', 'plug', {}, 'name', 'a Tasmota command'],
    ['shelly-gen2', 'p', { payload: {} }, 'name', 'a method'],
    ['shelly-gen2', 'p', { name: 'M', payload: [] }, 'payload', 'must be an object'],
    ['zigbee2mqtt', 'z/a', { payload: 'ON' }, 'payload', 'must be an object'],
    ['esphome', 'p', {}, 'name', '<component>/<object>'],
    ['homie', 'homie/d', {}, 'name', '<node>/<property>'],
    [null, null, { name: 'a/#' }, 'name', 'without wildcards'],
    [null, null, { name: 'a//b' }, 'name', 'none of them empty'],
    [null, null, { name: '\ud800' }, 'name', 'without wildcards'],
    [null, null, { payload: 'x'.repeat(70_000) }, 'payload', 'at most 65536'],
  ])('%s at %s: %j', (family, address, command, field, fault) => {
    const refusal = commandMessage({ deviceId: 'd', family, address }, { ...draft, ...command });
    expect(refusal).toEqual({ field, fault: expect.stringContaining(fault) as unknown });
  });
});
