import assert from 'node:assert/strict';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse, type Api } from './api.js';
import { APIS, OFFERED_VERSIONS } from './apis.js';
import { readRequestHeader } from './request-header.js';
import { arbitraryValue } from './testing/arbitrary-value.js';
import { everyVersion } from './testing/every-version.js';

const LENGTH_BYTES = 4;

/** The frame without its length, which must be right. */
function unframed(chunks: readonly Buffer[]): Buffer {
  const frame = Buffer.concat(chunks);
  expect(frame.readInt32BE(0)).toBe(frame.length - LENGTH_BYTES);
  return frame.subarray(LENGTH_BYTES);
}

// Buffers are compared by Node's assert: Jest goes through them byte by byte, which takes minutes where one differs.
describe.each(everyVersion())('$name version $version', ({ api, version }) => {
  const encoding = { version, flexible: version >= api.flexibleSince };

  it('reads the request that it wrote', () => {
    fc.assert(
      fc.property(
        arbitraryValue(api.request, encoding),
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        fc.option(fc.string()),
        (request, correlationId, clientId) => {
          const message = unframed(encodeRequest(api, version, { correlationId, clientId }, request));
          const { bodyOffset, ...header } = readRequestHeader(message);
          assert.deepEqual(header, { apiKey: api.key, apiVersion: version, correlationId, clientId });
          assert.deepEqual(decodeRequest(api, version, message.subarray(bodyOffset)), request);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('reads the response that it wrote', () => {
    fc.assert(
      fc.property(arbitraryValue(api.response, encoding), (response) => {
        const message = unframed(encodeResponse(api, version, 7, response));
        assert.deepEqual(decodeResponse(api, version, message), { correlationId: 7, response });
      }),
      { numRuns: 30 },
    );
  });
});

it('gives every API its own key and a range of versions', () => {
  expect(
    [...APIS].every(([key, api]: [number, Api]) => key === api.key && api.minVersion <= api.maxVersion),
  ).toBe(true);
  expect(OFFERED_VERSIONS).toHaveLength(APIS.size);
  expect(OFFERED_VERSIONS).toContainEqual({ apiKey: 0, minVersion: 0, maxVersion: 9 });
});
