import { describe, expect, it } from '@jest/globals';
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse, supports } from './api.js';
import { ERROR, errorName } from './error-codes.js';
import { apiVersions } from './messages/api-versions.js';
import { deleteGroups } from './messages/delete-groups.js';
import { fetchApi } from './messages/fetch.js';
import { joinGroup } from './messages/join-group.js';
import { metadata } from './messages/metadata.js';
import { produce } from './messages/produce.js';
import { readRequestHeader } from './request-header.js';

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');
const plain = (digits: string): string => digits.replaceAll(' ', '');

/** Vectors made by hand from the protocol guide and KIP-482. */
describe('the flexible encoding', () => {
  it('reads an ApiVersions 3 request: client ID in the old form, compact strings, tag sections', () => {
    const message = hex('0012 0003 0000000a 0002 6162 00 05 6a617661 06 342e332e31 00');
    const { bodyOffset, ...header } = readRequestHeader(message);
    expect(header).toEqual({ apiKey: 18, apiVersion: 3, correlationId: 10, clientId: 'ab' });
    expect(decodeRequest(apiVersions, 3, message.subarray(bodyOffset))).toEqual({
      clientSoftwareName: 'java',
      clientSoftwareVersion: '4.3.1',
    });
  });

  it('answers ApiVersions without tags in the header, and leaves out tagged fields at their default', () => {
    const response = {
      errorCode: 0,
      apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }],
      throttleTimeMs: 0,
      supportedFeatures: [],
      finalizedFeaturesEpoch: -1,
      finalizedFeatures: [],
    };
    expect(Buffer.concat(encodeResponse(apiVersions, 3, 10, response)).toString('hex')).toBe(
      plain('00000013 0000000a 0000 02 0012 0000 0004 00 00000000 00'),
    );
    expect(
      Buffer.concat(encodeResponse(apiVersions, 3, 10, { ...response, finalizedFeaturesEpoch: 5 })).toString(
        'hex',
      ),
    ).toBe(plain('0000001d 0000000a 0000 02 0012 0000 0004 00 00000000 01 01 08 0000000000000005'));
  });

  it('answers others with a tag section in the header', () => {
    const response = { throttleTimeMs: 0, results: [{ groupId: 'g', errorCode: 69 }] };
    expect(Buffer.concat(encodeResponse(deleteGroups, 2, 10, response)).toString('hex')).toBe(
      plain('00000010 0000000a 00 00000000 02 02 67 0045 00 00'),
    );
    expect(Buffer.concat(encodeResponse(deleteGroups, 1, 10, response)).toString('hex')).toBe(
      plain('00000011 0000000a 00000000 00000001 0001 67 0045'),
    );
  });

  it('skips tagged fields that it does not know, in header, struct and message', () => {
    const message = hex('002a 0002 00000001 ffff 01 05 02 aaaa 02 02 67 02 00 00 07 01 bb');
    const { bodyOffset, clientId } = readRequestHeader(message);
    expect(clientId).toBeNull();
    expect(decodeRequest(deleteGroups, 2, message.subarray(bodyOffset))).toEqual({ groupsNames: ['g'] });
  });

  it('tells null from empty', () => {
    const rest = '00 00 00 00';
    expect(decodeRequest(metadata, 9, hex(`00 ${rest}`)).topics).toBeNull();
    expect(decodeRequest(metadata, 9, hex(`01 ${rest}`)).topics).toEqual([]);
  });

  it('carries lengths of more than one byte', () => {
    const groupsNames = ['g'.repeat(300)];
    const frame = Buffer.concat(
      encodeRequest(deleteGroups, 2, { correlationId: 1, clientId: null }, { groupsNames }),
    );
    expect(frame.subarray(15, 18).toString('hex')).toBe('02ad02');
    expect(decodeRequest(deleteGroups, 2, frame.subarray(15))).toEqual({ groupsNames });
  });
});

describe('versions', () => {
  it('gives defaults to what a version has not, and drops it', () => {
    const response = {
      throttleTimeMs: 5,
      errorCode: 0,
      generationId: -1,
      protocolType: 'consumer',
      protocolName: null,
      leader: '',
      skipAssignment: true,
      memberId: 'm',
      members: [],
    };
    const ofVersion = (version: number): unknown =>
      decodeResponse(
        joinGroup,
        version,
        Buffer.concat(encodeResponse(joinGroup, version, 1, response)).subarray(4),
      ).response;
    expect(ofVersion(9)).toEqual(response);
    expect(ofVersion(7)).toEqual({ ...response, skipAssignment: false });
    // No null before version 7.
    expect(ofVersion(2)).toEqual({
      ...response,
      skipAssignment: false,
      protocolType: null,
      protocolName: '',
    });
    expect(ofVersion(1)).toMatchObject({ throttleTimeMs: 0 });
  });

  it('knows which it speaks', () => {
    expect([2, 3, 9, 10].map((version) => supports(produce, version))).toEqual([false, true, true, false]);
  });

  it('reads the header of an API that it does not speak', () => {
    expect(readRequestHeader(hex('03e8 0063 00000007 0001 61'))).toEqual({
      apiKey: 1_000,
      apiVersion: 99,
      correlationId: 7,
      clientId: 'a',
      bodyOffset: 11,
    });
  });
});

describe('records', () => {
  it('are views into a Produce request', () => {
    const message = hex('ffff ffff 00007530 00000001 0001 74 00000001 00000000 00000003 aabbcc');
    const records = decodeRequest(produce, 7, message).topicData[0]?.partitionData[0]?.records;
    expect(records).toEqual(hex('aabbcc'));
    message.fill(0xdd, message.length - 3);
    expect(records).toEqual(hex('dddddd'));
  });

  it('go into a Fetch response as they are, however large', () => {
    const records = Buffer.alloc(1_000_000, 7);
    const partition = {
      partitionIndex: 0,
      errorCode: 0,
      highWatermark: 9,
      lastStableOffset: 9,
      logStartOffset: 0,
      abortedTransactions: null,
      preferredReadReplica: -1,
      records,
    };
    const response = {
      throttleTimeMs: 0,
      errorCode: 0,
      sessionId: 0,
      responses: [{ topic: 't', partitions: [partition, { ...partition, partitionIndex: 1 }] }],
    };
    const chunks = encodeResponse(fetchApi, 12, 1, response);
    expect(chunks.filter((chunk) => chunk === records)).toHaveLength(2);
  });
});

describe('encoding what cannot be', () => {
  const header = { correlationId: 1, clientId: null };
  it.each([
    ['a string of more than 32,767 bytes', 0, 'a'.repeat(32_768)],
    ['a compact string of more than 32,767 bytes', 2, 'a'.repeat(32_768)],
  ])('%s', (_, version, name) => {
    expect(() => encodeRequest(deleteGroups, version, header, { groupsNames: [name] })).toThrow('32768');
  });
});

it('names error codes as the protocol guide does', () => {
  expect(errorName(ERROR.unknownTopicOrPartition)).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  expect(errorName(ERROR.none)).toBe('NONE');
  expect(errorName(ERROR.unknownServerError)).toBe('UNKNOWN_SERVER_ERROR');
  expect(errorName(4_711)).toBe('error 4711');
  expect(new Set(Object.values(ERROR)).size).toBe(Object.keys(ERROR).length);
});
