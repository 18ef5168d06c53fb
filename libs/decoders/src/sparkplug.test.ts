import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import type { Decoded, DecodeResult, Decoder } from './decoder.js';
import { readSparkplug } from './sparkplug-payload.js';
import { createSparkplug } from './sparkplug.js';

const NOW = Date.UTC(2026, 10, 21, 12);

interface Metric {
  readonly name?: string;
  readonly alias?: number;
  readonly double?: number;
}

/** A payload of doubles, and a bdSeq where one is given. */
function payload(seq: number | undefined, metrics: readonly Metric[], bdSeq?: number): Uint8Array {
  const writer = protobuf.Writer.create().uint32(0x08).uint64(NOW);
  for (const { name, alias, double } of metrics) {
    const metric = protobuf.Writer.create();
    if (name !== undefined) metric.uint32(0x0a).string(name);
    if (alias !== undefined) metric.uint32(0x10).uint64(alias);
    metric.uint32(0x20).uint32(10);
    if (double !== undefined) metric.uint32(0x69).double(double);
    writer.uint32(0x12).bytes(metric.finish());
  }
  if (bdSeq !== undefined) {
    const metric = protobuf.Writer.create().uint32(0x0a).string('bdSeq').uint32(0x20).uint32(8);
    writer.uint32(0x12).bytes(metric.uint32(0x58).uint64(bdSeq).finish());
  }
  return (seq === undefined ? writer : writer.uint32(0x18).uint64(seq)).finish();
}

function play(decoder: Decoder, topic: string, bytes: Uint8Array, atMs = NOW): DecodeResult {
  const result = decoder.decode({ topic, levels: topic.split('/'), payload: bytes, receivedAtMs: atMs });
  if (result.kind === 'decoded') for (const change of result.state ?? []) decoder.apply?.(change);
  return result;
}

function asked(result: DecodeResult): string[] {
  return result.kind === 'ignored' ? [] : (result.requests ?? []).map(({ topic }) => topic);
}

const BIRTH = payload(0, [{ name: 'level', alias: 7, double: 1 }], 3);
const REBIRTH = ['spBv1.0/g/NCMD/e'];

describe('sparkplug', () => {
  test('asks for a rebirth when an alias is not known, and not again at once', () => {
    const decoder = createSparkplug();
    const data = payload(5, [{ alias: 9, double: 1 }]);
    const first = play(decoder, 'spBv1.0/g/NDATA/e', data);
    expect(first).toMatchObject({ kind: 'rejected', reason: 'unknown-alias', deviceId: 'g:e' });
    expect(asked(first)).toEqual(REBIRTH);
    const command = first.kind === 'rejected' ? first.requests?.[0]?.payload : undefined;
    expect(readSparkplug(command ?? new Uint8Array())).toMatchObject({
      timestampMs: NOW,
      metrics: [{ name: 'Node Control/Rebirth', datatype: 11, boolean: true }],
    });
    expect(asked(play(decoder, 'spBv1.0/g/NDATA/e', data, NOW + 9_999))).toEqual([]);
    expect(asked(play(decoder, 'spBv1.0/g/NDATA/e', data, NOW + 10_000))).toEqual(REBIRTH);
    // Ever less often, as long as it does not help.
    expect(asked(play(decoder, 'spBv1.0/g/NDATA/e', data, NOW + 29_999))).toEqual([]);
    expect(asked(play(decoder, 'spBv1.0/g/NDATA/e', data, NOW + 30_000))).toEqual(REBIRTH);
  });

  test('a gap in the sequence asks for a rebirth, and costs no value', () => {
    const decoder = createSparkplug();
    play(decoder, 'spBv1.0/g/NBIRTH/e', BIRTH);
    const data = (seq: number): Decoded =>
      play(decoder, 'spBv1.0/g/NDATA/e', payload(seq, [{ alias: 7, double: seq }])) as Decoded;
    expect(asked(data(1))).toEqual([]);
    const gap = data(3);
    expect(asked(gap)).toEqual(REBIRTH);
    expect(gap.telemetry[0]?.samples[0]?.values).toEqual(new Map([['level', 3]]));
    for (let seq = 4; seq < 256; seq++) expect(asked(data(seq))).toEqual([]);
    expect(asked(data(0))).toEqual([]);
  });

  test('a device that was never born is asked for, its values stored', () => {
    const decoder = createSparkplug();
    play(decoder, 'spBv1.0/g/NBIRTH/e', BIRTH);
    const result = play(decoder, 'spBv1.0/g/DDATA/e/d', payload(1, [{ name: 'flow', double: 2 }]));
    expect(asked(result)).toEqual(REBIRTH);
    expect((result as Decoded).telemetry[0]?.deviceId).toBe('g:e:d');
  });

  test('a birth that says what is known changes nothing', () => {
    const decoder = createSparkplug();
    play(decoder, 'spBv1.0/g/NBIRTH/e', BIRTH);
    const again = play(decoder, 'spBv1.0/g/NBIRTH/e', BIRTH) as Decoded;
    expect({ state: again.state, descriptions: again.descriptions }).toEqual({});
    const next = play(
      decoder,
      'spBv1.0/g/NBIRTH/e',
      payload(0, [{ name: 'level', alias: 7, double: 1 }], 4),
    ) as Decoded;
    expect({ changes: next.state?.length, descriptions: next.descriptions }).toEqual({ changes: 1 });
  });

  test.each([
    ['g:e', ['spBv1.0/g/NCMD/e', 'spBv1.0/g/DCMD/e/+', 'spBv1.0/STATE/+']],
    ['g:e:d', ['spBv1.0/g/DCMD/e/d']],
    ['plug', []],
    [':e', []],
    ['a:b:c:d', []],
  ])('%s may read %j', (deviceId, filters) =>
    expect(createSparkplug().ownFilters?.(deviceId)).toEqual(filters),
  );

  test('a birth of more metrics than a sample takes is several samples', () => {
    const metrics = Array.from({ length: 3_000 }, (_, index) => ({
      name: `m${index}`,
      alias: index,
      double: index,
    }));
    const result = play(createSparkplug(), 'spBv1.0/g/NBIRTH/e', payload(0, metrics)) as Decoded;
    const samples = result.telemetry[0]?.samples ?? [];
    expect(samples.map(({ values }) => values.size)).toEqual([1024, 1024, 952]);
  });

  test('no bytes make it throw, and templates in templates end', () => {
    const decoder = createSparkplug();
    play(decoder, 'spBv1.0/g/NBIRTH/e', BIRTH);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const type of ['NBIRTH', 'NDATA', 'NDEATH']) {
          expect(['decoded', 'rejected', 'ignored']).toContain(
            play(decoder, `spBv1.0/g/${type}/e`, bytes).kind,
          );
        }
      }),
    );
    let nested = new Uint8Array();
    for (let depth = 0; depth < 2_000; depth++) {
      const template = protobuf.Writer.create().uint32(0x12).bytes(nested).finish();
      nested = new Uint8Array(
        protobuf.Writer.create().uint32(0x0a).string('t').uint32(0x92).uint32(1).bytes(template).finish(),
      );
    }
    const bomb = protobuf.Writer.create().uint32(0x12).bytes(nested).finish();
    expect(['decoded', 'rejected']).toContain(play(decoder, 'spBv1.0/g/NBIRTH/x', bomb).kind);
    const groups = new Uint8Array(100_000).fill(0x0b + 0x40);
    expect(play(decoder, 'spBv1.0/g/NDATA/e', groups)).toMatchObject({ reason: 'invalid-protobuf' });
  });
});
