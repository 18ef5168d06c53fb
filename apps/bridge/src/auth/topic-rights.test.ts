import { describe, expect, test } from '@jest/globals';
import { decodedOf, DecoderSet, native, SampleDraft, type Decoder } from '@fieldstream/decoders';
import type { Registration } from './registration-book.js';
import { TopicRights } from './topic-rights.js';

const registration = (gatewayId?: string, isDisabled = false): Registration => ({
  isDisabled,
  tokenHash: 'h',
  ...(gatewayId === undefined ? {} : { gatewayId }),
});
const registrations = new Map([
  ['pump', registration()],
  ['fan', registration()],
  ['hub', registration()],
  ['valve', registration('hub')],
  ['line:robot', registration('hub')],
  ['broken', registration('hub', true)],
]);

/** A family with topics of its own, as many have: `plug/<id>/…`. */
const plugs: Decoder = {
  name: 'plugs',
  claims: ([first]) => first === 'plug',
  decode(input) {
    const [, deviceId = '', kind] = input.levels;
    if (kind === 'echo') return { kind: 'ignored' };
    const draft = new SampleDraft(deviceId, input);
    draft.add(new Map([['on', 1]]), undefined);
    return decodedOf([draft], input);
  },
  ownFilters: (deviceId) => [`plug/${deviceId.replaceAll(':', '/')}/set/#`],
};
const decoders = new DecoderSet([plugs, native]);
const rightsOf = (policy: 'open' | 'registered'): TopicRights =>
  new TopicRights({ policy, book: { find: (deviceId) => registrations.get(deviceId) }, decoders });
const rights = rightsOf('registered');

describe('under "registered"', () => {
  test.each([
    ['pump', 'devices/pump/telemetry', 'allowed'],
    ['pump', 'devices/pump/anything/at/all', 'allowed'],
    ['pump', 'devices/pump/', 'forbidden'],
    ['pump', 'devices/pump', 'forbidden'],
    ['pump', 'devices/pump2/telemetry', 'forbidden'],
    ['pump', 'devices/fan/telemetry', 'forbidden'],
    ['pump', 'devices/fan/pump', 'forbidden'],
    ['pump', 'devices//telemetry', 'forbidden'],
    ['pump', 'alerts/pump/hot', 'forbidden'],
    ['pump', '$SYS/pump', 'forbidden'],
    ['pump', 'tele/pump/SENSOR', 'allowed'],
    ['pump', 'tele/fan/SENSOR', 'claimed-only'],
    ['pump', 'anything', 'claimed-only'],
    ['pump', '', 'claimed-only'],
    ['hub', 'devices/hub/telemetry', 'allowed'],
    ['hub', 'devices/valve/telemetry', 'allowed'],
    ['hub', 'devices/line:robot/telemetry', 'allowed'],
    ['hub', 'devices/broken/telemetry', 'allowed'],
    ['hub', 'devices/pump/telemetry', 'forbidden'],
    ['hub', 'devices/unheard-of/telemetry', 'forbidden'],
    ['valve', 'devices/hub/telemetry', 'forbidden'],
    [undefined, 'devices/undefined/telemetry', 'forbidden'],
  ])('%s publishes to %s: %s', (identity, topic, expected) => {
    expect(rights.publishing(identity, topic)).toBe(expected);
  });

  test.each([
    ['pump', 'devices/pump/#', true],
    ['pump', 'devices/pump/commands', true],
    ['pump', 'devices/pump/+/x', true],
    ['pump', 'alerts/pump/#', true],
    ['pump', 'alerts/pump/hot', true],
    ['pump', '#', false],
    ['pump', '+/#', false],
    ['pump', 'devices/#', false],
    ['pump', 'devices/+/telemetry', false],
    ['pump', '+/pump/#', false],
    ['pump', 'devices/pump', false],
    ['pump', 'devices/pump+/#', false],
    ['pump', 'devices/pumpkin/#', false],
    ['pump', 'alerts/#', false],
    ['pump', '$SYS/#', false],
    ['pump', '$share/group/devices/fan/#', false],
    ['pump', 'plug/pump/set/#', true],
    ['pump', 'plug/pump/set/power', true],
    ['pump', 'plug/pump/#', false],
    ['pump', 'plug/+/set/#', false],
    ['pump', 'plug/fan/set/#', false],
    ['hub', 'devices/valve/#', true],
    ['hub', 'alerts/valve/+', true],
    ['hub', 'plug/valve/set/#', true],
    ['hub', 'plug/line/robot/set/#', true],
    ['hub', 'plug/pump/set/#', false],
    ['hub', 'devices/pump/#', false],
    ['valve', 'devices/hub/#', false],
    [undefined, 'devices/undefined/#', false],
  ])('%s subscribes to %s: %s', (identity, filter, expected) => {
    expect(rights.maySubscribe(identity, filter)).toBe(expected);
  });

  test.each<[string, string, string | null | undefined, boolean]>([
    ['pump', 'devices/pump/commands', undefined, true],
    ['pump', 'devices/fan/commands', undefined, false],
    ['pump', 'plug/pump/set/power', undefined, true],
    ['pump', 'plug/pump/set/power', 'pump', true],
    ['pump', 'plug/pump/set/power', 'fan', false],
    ['pump', 'plug/pump/set/power', null, false],
    ['pump', 'plug/pump/set/power', 'set', false],
    ['valve', 'plug/valve/set/power', 'hub', true],
    ['hub', 'plug/hub/set/power', 'valve', true],
  ])('%s is sent %s of %s: %s', (identity, topic, publisher, expected) => {
    expect(rights.mayReceive(identity, topic, publisher)).toBe(expected);
  });

  test.each([
    ['pump', 'pump', true],
    ['pump', 'fan', false],
    ['pump', 'unheard-of', false],
    ['hub', 'valve', true],
    ['hub', 'broken', false],
    ['hub', 'pump', false],
    [undefined, 'pump', false],
  ])('%s reports for %s: %s', (identity, deviceId, expected) => {
    expect(rights.mayReport(identity, deviceId)).toBe(expected);
  });

  test.each([
    ['pump', 'devices/pump/status', true],
    ['pump', 'devices/fan/status', false],
    ['pump', '$SYS/x', false],
    ['pump', 'alerts/pump/x', false],
    ['pump', 'plug/pump/state', true],
    ['pump', 'plug/fan/state', false],
    ['pump', 'plug/fan/pump', false],
    ['pump', 'plug/fan/echo', false],
    ['pump', 'plug/pump/echo', true],
    ['pump', 'somewhere/else', false],
    ['hub', 'plug/valve/state', true],
    [undefined, 'devices/pump/status', false],
  ])('%s leaves a will on %s: %s', (identity, topic, expected) => {
    expect(rights.mayLeaveWill(identity, { topic, payload: Buffer.from('1') }, 0)).toBe(expected);
  });
});

describe('under "open"', () => {
  const open = rightsOf('open');

  test.each([undefined, 'pump'])('every topic is free to %s', (identity) => {
    expect(open.publishing(identity, 'devices/fan/telemetry')).toBe('allowed');
    expect(open.maySubscribe(identity, '#')).toBe(true);
    expect(open.mayReceive(identity, 'plug/fan/set/power', null)).toBe(true);
    expect(open.mayLeaveWill(identity, { topic: 'devices/fan/status', payload: Buffer.alloc(0) }, 0)).toBe(
      true,
    );
  });

  test.each([
    [undefined, 'unheard-of', true],
    ['pump', 'unheard-of', true],
    [undefined, 'pump', false],
    ['pump', 'pump', true],
    ['fan', 'pump', false],
    ['hub', 'valve', true],
    ['hub', 'broken', false],
    ['broken', 'broken', false],
  ])('what %s reports for %s is stored: %s', (identity, deviceId, expected) => {
    expect(open.mayReport(identity, deviceId)).toBe(expected);
  });
});
