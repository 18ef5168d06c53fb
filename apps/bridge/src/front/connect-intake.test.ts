import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { ConnectIntake } from './connect-intake.js';

const MAX_BYTES = 100;
const connect = mqttPacket.generate({
  cmd: 'connect',
  clientId: 'c',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  keepalive: 0,
});

describe('ConnectIntake', () => {
  test('gives the CONNECT back as it came, and what came behind it, however the bytes are cut', () => {
    const rest = Buffer.from([0x30, 0x03, 0x00, 0x01, 0x74]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (size) => {
        const intake = new ConnectIntake(MAX_BYTES);
        const stream = Buffer.concat([connect, rest]);
        let at = 0;
        for (;;) {
          const progress = intake.take(stream.subarray(at, at + size));
          at += size;
          if (progress.kind === 'more') continue;
          expect(progress.kind).toBe('complete');
          if (progress.kind !== 'complete') return;
          expect(progress.connect.equals(connect)).toBe(true);
          expect(rest.subarray(0, progress.rest.length).equals(progress.rest)).toBe(true);
          return;
        }
      }),
    );
  });

  test.each([
    ['a PUBLISH first', Buffer.from([0x30, 0x03]), 'not-a-connect'],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n'), 'not-a-connect'],
    ['a CONNECT of more than its bound', Buffer.from([0x10, 0x80, 0x01]), 'packet-too-large'],
    ['a length of five bytes', Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80, 0x01]), 'malformed-length'],
  ])('%s', (_, bytes, fault) => {
    expect(new ConnectIntake(MAX_BYTES).take(bytes)).toEqual({ kind: 'fault', fault });
  });

  test('a CONNECT that is not all there', () => {
    const intake = new ConnectIntake(MAX_BYTES);
    expect(intake.take(Buffer.alloc(0))).toEqual({ kind: 'more' });
    expect(intake.take(Buffer.from([0x10]))).toEqual({ kind: 'more' });
    expect(intake.take(connect.subarray(1, -1))).toEqual({ kind: 'more' });
    expect(intake.take(connect.subarray(-1)).kind).toBe('complete');
  });
});
