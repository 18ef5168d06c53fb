import { describe, expect, it } from '@jest/globals';
import { decodeRequest, encodeResponse, supports, type Api } from './api.js';
import { fetchApi } from './messages/fetch.js';
import { joinGroup } from './messages/join-group.js';
import { produce } from './messages/produce.js';
import { readRequestHeader } from './request-header.js';
import { KAFKAJS_ADMIN_EXCHANGES } from './testing/kafkajs-admin-exchanges.js';
import { KAFKAJS_CLIENT_EXCHANGES } from './testing/kafkajs-client-exchanges.js';
import { KAFKAJS_GROUP_EXCHANGES } from './testing/kafkajs-group-exchanges.js';
import { KafkajsProtocol } from './testing/kafkajs-protocol.js';

const LENGTH_BYTES = 4;
const CORRELATION_ID_BYTES = 4;

async function requestOf<Req, Res>(
  api: Api<Req, Res>,
  version: number,
  kafkajs: KafkajsProtocol,
  args: unknown,
): Promise<Req> {
  const frame = await kafkajs.encodeRequest(version, 7, 'client', args);
  expect(frame.readInt32BE(0)).toBe(frame.length - LENGTH_BYTES);
  const message = frame.subarray(LENGTH_BYTES);
  const { bodyOffset, ...header } = readRequestHeader(message);
  expect(header).toEqual({ apiKey: api.key, apiVersion: version, correlationId: 7, clientId: 'client' });
  return decodeRequest(api, version, message.subarray(bodyOffset));
}

function payloadOf<Req, Res>(api: Api<Req, Res>, version: number, response: Res): Buffer {
  const frame = Buffer.concat(encodeResponse(api, version, 7, response));
  return frame.subarray(LENGTH_BYTES + CORRELATION_ID_BYTES);
}

describe.each([...KAFKAJS_CLIENT_EXCHANGES, ...KAFKAJS_ADMIN_EXCHANGES, ...KAFKAJS_GROUP_EXCHANGES])(
  '$api.name',
  ({ api, folder, args, request, response, decoded }) => {
    const kafkajs = new KafkajsProtocol(folder);

    it.each(kafkajs.versions.filter((version) => supports(api, version)))(
      'version %d is understood both ways',
      async (version) => {
        expect(await requestOf(api, version, kafkajs, args)).toMatchObject(request(version));
        const payload = payloadOf(api, version, response);
        expect(await kafkajs.decodeResponse(version, payload, args)).toMatchObject(decoded(version));
      },
    );
  },
);

it('hands records that kafkajs produced back to kafkajs', async () => {
  const messages = [
    { key: 'k1', value: 'one', timestamp: 1_700_000_000_000, headers: { h: 'x' } },
    { key: 'k2', value: null, timestamp: 1_700_000_000_001, headers: {} },
  ];
  const topicData = [{ topic: 't', partitions: [{ partition: 3, firstSequence: 0, messages }] }];
  const produced = await requestOf(produce, 7, new KafkajsProtocol('produce'), {
    acks: -1,
    timeout: 30_000,
    topicData,
  });
  const records = produced.topicData[0]?.partitionData[0]?.records ?? null;
  expect(records).not.toBeNull();

  const partition = {
    partitionIndex: 3,
    errorCode: 0,
    highWatermark: 2,
    lastStableOffset: 2,
    logStartOffset: 0,
    abortedTransactions: null,
    preferredReadReplica: -1,
    records,
  };
  const response = {
    throttleTimeMs: 0,
    errorCode: 0,
    sessionId: 0,
    responses: [{ topic: 't', partitions: [partition] }],
  };
  const args = { maxWaitTime: 1, minBytes: 1, maxBytes: 1, topics: [] };
  const fetched = await new KafkajsProtocol('fetch').decodeResponse(
    11,
    payloadOf(fetchApi, 11, response),
    args,
  );
  expect(fetched).toMatchObject({
    responses: [
      {
        topicName: 't',
        partitions: [
          {
            partition: 3,
            highWatermark: '2',
            messages: [
              {
                offset: '0',
                key: Buffer.from('k1'),
                value: Buffer.from('one'),
                headers: { h: Buffer.from('x') },
              },
              { offset: '1', key: Buffer.from('k2'), value: null },
            ],
          },
        ],
      },
    ],
  });
});

it('tells kafkajs of an error', async () => {
  const response = {
    throttleTimeMs: 0,
    errorCode: 79,
    generationId: -1,
    protocolType: null,
    protocolName: null,
    leader: '',
    skipAssignment: false,
    memberId: 'client-1',
    members: [],
  };
  await expect(
    new KafkajsProtocol('joinGroup').decodeResponse(5, payloadOf(joinGroup, 5, response), {}),
  ).rejects.toMatchObject({ name: 'KafkaJSMemberIdRequired', memberId: 'client-1' });
});
