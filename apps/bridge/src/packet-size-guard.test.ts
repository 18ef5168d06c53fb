import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { PacketSizeGuard } from './packet-size-guard.js';

const MAX_PACKET_BYTES = 1_000;
const connect = mqttPacket.generate({
  cmd: 'connect',
  clientId: 'c',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  keepalive: 0,
});
/** A PUBLISH of exactly so many bytes. */
const publish = (bytes: number): Buffer => {
  for (let payload = Math.max(0, bytes - 10); ; payload++) {
    const packet = mqttPacket.generate({
      cmd: 'publish',
      topic: 't',
      payload: Buffer.alloc(payload),
      qos: 0,
      dup: false,
      retain: false,
    });
    if (packet.length >= bytes) return packet;
  }
};
const cut = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
};

describe('PacketSizeGuard', () => {
  test('lets a stream of sound packets through, however it is cut', () => {
    const stream = fc.array(fc.integer({ min: 5, max: 900 }), { maxLength: 20 });
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(stream, sizes, (payloads, cuts) => {
        const guard = new PacketSizeGuard(MAX_PACKET_BYTES);
        for (const chunk of cut(Buffer.concat([connect, ...payloads.map(publish)]), cuts)) {
          expect(guard.inspect(chunk)).toBeUndefined();
        }
      }),
    );
  });

  test('finds a packet that is too large at its header, however the stream is cut', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, (cuts) => {
        const guard = new PacketSizeGuard(MAX_PACKET_BYTES);
        const head = Buffer.concat([connect, publish(1_000), publish(1_001).subarray(0, 3)]);
        const faults = cut(head, cuts).map((chunk) => guard.inspect(chunk));
        expect(faults.at(-1)).toBe('packet-too-large');
        expect(faults.slice(0, -1).every((fault) => fault === undefined)).toBe(true);
      }),
    );
  });

  test.each([
    ['300 MB announced', [0x30, 0xff, 0xff, 0xff, 0x7f], 'packet-too-large'],
    ['a fifth byte of length', [0x30, 0x80, 0x80, 0x80, 0x80], 'malformed-length'],
    ['a long length with a small value', [0x30, 0x85, 0x80, 0x00], undefined],
  ])('%s', (_, bytes, fault) => {
    const guard = new PacketSizeGuard(MAX_PACKET_BYTES);
    expect(guard.inspect(connect)).toBeUndefined();
    expect(guard.inspect(Buffer.from(bytes))).toBe(fault);
  });

  test('counts the packets that have ended and the PUBLISHes, however the stream is cut', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });
    const ping = Buffer.from([0xc0, 0x00]);
    fc.assert(
      fc.property(sizes, (cuts) => {
        const guard = new PacketSizeGuard(MAX_PACKET_BYTES);
        const stream = Buffer.concat([
          connect,
          publish(20),
          ping,
          publish(700),
          ping,
          publish(50).subarray(0, 9),
        ]);
        for (const chunk of cut(stream, cuts)) guard.inspect(chunk);
        expect([guard.ended, guard.publishes]).toEqual([5, 3]);
      }),
    );
  });
});
