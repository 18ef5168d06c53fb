import { describe, expect, test } from '@jest/globals';
import type { Decoded, DecodeResult, Decoder } from './decoder.js';
import { createHomie } from './homie.js';

function publish(decoder: Decoder, topic: string, payload: string): DecodeResult {
  const result = decoder.decode({
    topic,
    levels: topic.split('/'),
    payload: Buffer.from(payload),
    receivedAtMs: 1_790_000_000_000,
  });
  if (result.kind === 'decoded') for (const change of result.state ?? []) decoder.apply?.(change);
  return result;
}

describe('homie', () => {
  test.each([
    ['integer', '42', 42],
    ['float', '-1.5e3', -1500],
    ['boolean', 'true', true],
    ['boolean', 'ON', 'ON'],
    ['string', '42', '42'],
    ['enum', '1', '1'],
    ['color', '255,255,0', '255,255,0'],
    ['datetime', '2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z'],
    ['duration', 'PT12H5M46S', 'PT12H5M46S'],
    ['json', '{"a":1}', '{"a":1}'],
    ['string', '\u0000', ''],
  ])('%s %j', (datatype, payload, value) => {
    const decoder = createHomie();
    publish(decoder, 'homie/d/n/p/$datatype', datatype);
    const result = publish(decoder, 'homie/d/n/p', payload) as Decoded;
    expect(result.telemetry[0]?.samples[0]?.values).toEqual(new Map([['n.p', value]]));
  });

  test.each([
    ['integer', 'warm', 'invalid-value'],
    ['float', 'nan', 'non-finite-number'],
  ])('%s %j is refused: %s', (datatype, payload, reason) => {
    const decoder = createHomie();
    publish(decoder, 'homie/d/n/p/$datatype', datatype);
    expect(publish(decoder, 'homie/d/n/p', payload)).toMatchObject({ kind: 'rejected', reason });
  });

  test('what says nothing new changes nothing', () => {
    const decoder = createHomie();
    publish(decoder, 'homie/d/n/p/$unit', '°C');
    expect(publish(decoder, 'homie/d/n/p/$unit', '°C')).toEqual({ kind: 'ignored' });
    const description = '{"homie":"5.0","name":"x","nodes":{"n":{"properties":{"p":{"datatype":"float"}}}}}';
    publish(decoder, 'homie/5/d/$description', description);
    expect(publish(decoder, 'homie/5/d/$description', description)).toEqual({ kind: 'ignored' });
  });

  test('devices that are each other’s parents end nothing and loop nowhere', () => {
    const decoder = createHomie();
    publish(decoder, 'homie/5/a/$description', '{"homie":"5.0","name":"a","parent":"b","root":"a"}');
    publish(decoder, 'homie/5/b/$description', '{"homie":"5.0","name":"b","parent":"a","root":"b"}');
    publish(decoder, 'homie/5/a/$state', 'ready');
    expect(publish(decoder, 'homie/5/b/$state', 'lost')).toMatchObject({ kind: 'decoded' });
  });

  test('a root that is lost takes along what is two levels below, and nothing beside', () => {
    const decoder = createHomie();
    for (const [id, above] of [
      ['root', ''],
      ['hub', ',"root":"root","parent":"root"'],
      ['lamp', ',"root":"root","parent":"hub"'],
      ['other', ''],
    ]) {
      publish(decoder, `homie/5/${id}/$description`, `{"homie":"5.0","name":"x"${above}}`);
      publish(decoder, `homie/5/${id}/$state`, 'ready');
    }
    const offline = (ids: string[]): object[] => ids.map((deviceId) => ({ deviceId, state: 'offline' }));
    const hub = publish(decoder, 'homie/5/hub/$state', 'lost') as Decoded;
    expect(hub.presence).toEqual(offline(['hub', 'lamp']));
    // The others have been told already.
    expect((publish(decoder, 'homie/5/root/$state', 'lost') as Decoded).presence).toEqual(offline(['root']));
  });

  test('drafts of version 5 list nodes and properties', () => {
    const decoder = createHomie();
    publish(
      decoder,
      'homie/5/d/$description',
      '{"nodes":[{"id":"n","properties":[{"id":"p","datatype":"string"}]}]}',
    );
    const result = publish(decoder, 'homie/5/d/n/p', '7') as Decoded;
    expect(result.telemetry[0]?.samples[0]?.values).toEqual(new Map([['n.p', '7']]));
  });

  test('a device called 5 may not read what is of all devices of version 5', () => {
    expect(createHomie().ownFilters?.('5')).not.toContain('homie/5/#');
    expect(createHomie().ownFilters?.('plug')).toContain('homie/plug/#');
  });
});
