import { describe, expect, it } from '@jest/globals';
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse, type Api } from './api.js';
import { APIS } from './apis.js';
import { fetchApi } from './messages/fetch.js';
import { joinGroup } from './messages/join-group.js';
import { produce } from './messages/produce.js';
import { readRequestHeader } from './request-header.js';
import { CAPTURED_FRAMES, type CapturedFrame } from './testing/captured-frames.js';

const LENGTH_BYTES = 4;

function bytesOf(kind: CapturedFrame['kind'], { name, maxVersion }: Api): Buffer {
  const frame = CAPTURED_FRAMES.find(
    (one) => one.kind === kind && one.api === name && one.version <= maxVersion,
  );
  if (frame === undefined) throw new Error(`no ${kind} of ${name} was captured`);
  return Buffer.from(frame.hex, 'hex');
}

describe('frames of real clients and a real broker', () => {
  it.each(CAPTURED_FRAMES)('$client: $kind $api version $version', ({ kind, api: name, version, hex }) => {
    const api = [...APIS.values()].find((one) => one.name === name);
    if (api === undefined) throw new Error(`${name} is not spoken`);
    const message = Buffer.from(hex, 'hex');
    expect(rewritten(kind, api, version, message).subarray(LENGTH_BYTES).toString('hex')).toBe(hex);
  });

  function rewritten(kind: CapturedFrame['kind'], api: Api, version: number, message: Buffer): Buffer {
    if (kind === 'request') {
      const header = readRequestHeader(message);
      const request = decodeRequest(api, version, message.subarray(header.bodyOffset));
      return Buffer.concat(encodeRequest(api, version, header, request));
    }
    const { correlationId, response } = decodeResponse(api, version, message);
    return Buffer.concat(encodeResponse(api, version, correlationId, response));
  }
});

it('reads what librdkafka produced, and Kafka gave back', () => {
  const message = bytesOf('request', produce);
  const header = readRequestHeader(message);
  expect(header).toEqual({ apiKey: 0, apiVersion: 7, correlationId: 4, clientId: 'rdkafka', bodyOffset: 17 });
  const request = decodeRequest(produce, 7, message.subarray(header.bodyOffset));
  expect(request).toMatchObject({
    transactionalId: null,
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: 'readings.test', partitionData: [{ index: 1 }] }],
  });
  const produced = request.topicData[0]?.partitionData[0]?.records;
  expect(produced).toHaveLength(89);

  const { response } = decodeResponse(fetchApi, 11, bytesOf('response', fetchApi));
  expect(response.responses[0]?.partitions[1]).toEqual({
    partitionIndex: 1,
    errorCode: 0,
    highWatermark: 2,
    lastStableOffset: 2,
    logStartOffset: 0,
    abortedTransactions: [],
    preferredReadReplica: -1,
    records: produced,
  });
});

it('reads how librdkafka joins a group', () => {
  const message = bytesOf('request', joinGroup);
  const { bodyOffset } = readRequestHeader(message);
  expect(decodeRequest(joinGroup, 5, message.subarray(bodyOffset))).toMatchObject({
    groupId: 'g-readings.test',
    sessionTimeoutMs: 45_000,
    rebalanceTimeoutMs: 300_000,
    groupInstanceId: null,
    protocolType: 'consumer',
    protocols: [{ name: 'range' }, { name: 'roundrobin' }],
    reason: null,
  });
});
