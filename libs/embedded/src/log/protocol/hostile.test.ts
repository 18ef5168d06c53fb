import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeRequest, decodeResponse, encodeRequest, type Api } from './api.js';
import { apiVersions } from './messages/api-versions.js';
import { deleteGroups } from './messages/delete-groups.js';
import { fetchApi } from './messages/fetch.js';
import { initProducerId } from './messages/init-producer-id.js';
import { metadata } from './messages/metadata.js';
import { ProtocolError } from './protocol-error.js';
import { readRequestHeader } from './request-header.js';
import { arbitraryValue } from './testing/arbitrary-value.js';
import { everyVersion } from './testing/every-version.js';

const LENGTH_BYTES = 4;
/** Of the valid requests; cutting each at every byte costs their square. */
const LARGEST_BYTES = 1_000;

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');

/** What the broker does with a request it received. */
function read(api: Api, version: number, message: Buffer): unknown {
  const { bodyOffset } = readRequestHeader(message);
  return decodeRequest(api, version, message.subarray(bodyOffset));
}

/** Any other fault goes through. */
function isRefused(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if (error instanceof ProtocolError) return true;
    throw error;
  }
}

describe.each(everyVersion())('$name version $version', ({ api, version }) => {
  const encoding = { version, flexible: version >= api.flexibleSince };
  const messages = arbitraryValue(api.request, encoding).map((request) =>
    Buffer.concat(encodeRequest(api, version, { correlationId: 7, clientId: 'client' }, request)).subarray(
      LENGTH_BYTES,
    ),
  );

  it('refuses a request cut at any byte, and one with a byte too many', () => {
    for (const message of fc.sample(messages, 5).filter(({ length }) => length <= LARGEST_BYTES)) {
      const lengths = Array.from({ length: message.length }, (_, length) => length);
      const readable = lengths.filter(
        (length) => !isRefused(() => read(api, version, message.subarray(0, length))),
      );
      expect(readable).toEqual([]);
      expect(() => read(api, version, Buffer.concat([message, Buffer.of(0)]))).toThrow(ProtocolError);
    }
  });

  it('reads random and damaged bytes, or refuses them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (body) => {
        isRefused(() => decodeRequest(api, version, Buffer.from(body)));
      }),
      { numRuns: 50 },
    );
    fc.assert(
      fc.property(messages, fc.nat(), fc.nat(255), (message, place, byte) => {
        message[place % message.length] = byte;
        isRefused(() => read(api, version, message));
      }),
      { numRuns: 50 },
    );
  });
});

it('reads any bytes as a request header, or refuses them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      isRefused(() => readRequestHeader(Buffer.from(bytes)));
    }),
    { numRuns: 1_000 },
  );
});

describe('a count or length that cannot be', () => {
  const fetchPrefix = 'ffffffff 000001f4 00000001 00100000 00';
  it.each([
    ['an array of 2^31 - 1', fetchApi, 4, `${fetchPrefix} 7fffffff 0003616263`],
    ['a compact array of 2^32 - 2', fetchApi, 12, `${fetchPrefix} 00000000 ffffffff ffffffff0f 00`],
    ['a negative array count', fetchApi, 4, `${fetchPrefix} fffffffe`],
    ['null, where a version has none', metadata, 0, 'ffffffff'],
    ['a negative string length', deleteGroups, 0, '00000001 fffe'],
    ['a null string, where none may be', deleteGroups, 0, '00000001 ffff'],
    ['a null compact string, where none may be', deleteGroups, 2, '02 00 00'],
    ['a compact string of 32,768 bytes', deleteGroups, 2, `02 818002 ${'61'.repeat(32_768)} 00`],
    ['a string that is not UTF-8', deleteGroups, 0, '00000001 0002 c328'],
    ['a surrogate in a string', deleteGroups, 0, '00000001 0003 eda080'],
    ['a variable-length integer of six bytes', deleteGroups, 2, '808080808000 00'],
    ['a variable-length integer of 33 bits', deleteGroups, 2, 'ffffffff1f 00'],
    ['more tagged fields than bytes', deleteGroups, 2, '01 ffffffff0f'],
    ['an unknown tagged field that is too long', deleteGroups, 2, '01 01 05 05 00'],
    ['an integer beyond 2^53', initProducerId, 3, '00 00000000 0020000000000000 0000 00'],
    ['an integer below -2^53', initProducerId, 3, '00 00000000 ffdfffffffffffff 0000 00'],
  ] as const)('%s', (_, api: Api, version, body) => {
    expect(() => decodeRequest(api, version, hex(body))).toThrow(ProtocolError);
  });

  it('a known tagged field that does not fill its length', () => {
    // FinalizedFeaturesEpoch is 8 bytes, in a field of 9.
    const response = hex('00000007 0000 01 00000000 01 01 09 0000000000000005 00');
    expect(() => decodeResponse(apiVersions, 3, response)).toThrow(ProtocolError);
  });

  it('more elements than a message may hold', () => {
    const of = (count: number): Buffer => {
      const body = Buffer.alloc(4 + 2 * count);
      body.writeInt32BE(count);
      return body;
    };
    expect(decodeRequest(deleteGroups, 0, of(250_000)).groupsNames).toHaveLength(250_000);
    expect(() => decodeRequest(deleteGroups, 0, of(250_001))).toThrow(ProtocolError);
  });
});
