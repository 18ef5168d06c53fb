import { ByteWriter } from './byte-writer.js';
import { API } from './protocol-numbers.js';
import type { RawRequest } from './raw-connection.js';

export interface VersionRange {
  readonly apiKey: number;
  readonly min: number;
  readonly max: number;
}

/** ApiVersions in a version without tagged fields. */
export function apiVersions(version = 0): RawRequest<{ errorCode: number; ranges: VersionRange[] }> {
  return {
    apiKey: API.apiVersions,
    version,
    body: Buffer.alloc(0),
    read: (reader) => ({
      errorCode: reader.int16(),
      ranges: reader.array(() => ({ apiKey: reader.int16(), min: reader.int16(), max: reader.int16() })),
    }),
  };
}

/** ApiVersions v3, the first with tagged fields; the answer's header is the old one all the same (KIP-511). */
export function apiVersions3(): RawRequest<{ errorCode: number; ranges: VersionRange[] }> {
  return {
    apiKey: API.apiVersions,
    version: 3,
    hasTaggedHeader: true,
    body: new ByteWriter().compactString('contract').compactString('1.0').unsignedVarint(0).toBuffer(),
    read: (reader) => {
      const errorCode = reader.int16();
      const ranges = Array.from({ length: reader.unsignedVarint() - 1 }, () => {
        const range = { apiKey: reader.int16(), min: reader.int16(), max: reader.int16() };
        reader.skipTags();
        return range;
      });
      reader.int32();
      reader.skipTags();
      return { errorCode, ranges };
    },
  };
}

export interface MetadataAnswer {
  readonly brokers: readonly { nodeId: number; address: string }[];
  readonly topics: readonly { errorCode: number; name: string | null; partitions: number }[];
}

/** Metadata v4. `topics` null: all of them. */
export function metadata(
  topics: readonly string[] | null,
  allowCreation = false,
): RawRequest<MetadataAnswer> {
  const body = new ByteWriter();
  if (topics === null) body.int32(-1);
  else body.array(topics, (writer, topic) => writer.string(topic));
  return {
    apiKey: API.metadata,
    version: 4,
    body: body.int8(allowCreation ? 1 : 0).toBuffer(),
    read: (reader) => {
      reader.int32();
      const brokers = reader.array(() => {
        const broker = { nodeId: reader.int32(), address: `${reader.string()}:${reader.int32()}` };
        reader.string();
        return broker;
      });
      reader.string();
      reader.int32();
      const found = reader.array(() => ({
        errorCode: reader.int16(),
        name: reader.string(),
        isInternal: reader.int8(),
        partitions: reader.array(() => {
          reader.raw(2 + 4 + 4);
          reader.array(() => reader.int32());
          reader.array(() => reader.int32());
        }).length,
      }));
      return { brokers, topics: found };
    },
  };
}

export interface ProduceOptions {
  readonly topic: string;
  readonly records: Buffer | null;
  readonly partition?: number;
  readonly acks?: number;
}

export interface ProduceAnswer {
  readonly errorCode: number;
  readonly baseOffset: number;
  readonly logAppendTimeMs: number;
  readonly logStartOffset: number;
}

/** Produce v7 to one partition. */
export function produce({
  topic,
  records,
  partition = 0,
  acks = -1,
}: ProduceOptions): RawRequest<ProduceAnswer> {
  return {
    apiKey: API.produce,
    version: 7,
    body: new ByteWriter()
      .string(null)
      .int16(acks)
      .int32(10_000)
      .array([topic], (writer, name) =>
        writer.string(name).array([partition], (inner, index) => inner.int32(index).bytes(records)),
      )
      .toBuffer(),
    read: (reader) => {
      const [answers] = reader.array(() => {
        reader.string();
        return reader.array(() => {
          reader.int32();
          return {
            errorCode: reader.int16(),
            baseOffset: reader.int64(),
            logAppendTimeMs: reader.int64(),
            logStartOffset: reader.int64(),
          };
        });
      });
      reader.int32();
      const answer = answers?.[0];
      if (!answer) throw new Error('no partition in the answer');
      return answer;
    },
  };
}

export interface FetchOptions {
  readonly partitions: readonly {
    readonly topic: string;
    readonly partition?: number;
    readonly offset: number;
    readonly maxBytes?: number;
  }[];
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  readonly maxBytes?: number;
  /** 0: read uncommitted, 1: read committed. */
  readonly isolation?: number;
}

export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly logStartOffset: number;
  readonly records: Buffer;
}

/** Fetch v11 without a fetch session. */
export function fetch(options: FetchOptions): RawRequest<FetchedPartition[]> {
  return {
    apiKey: API.fetch,
    version: 11,
    body: new ByteWriter()
      .int32(-1)
      .int32(options.maxWaitMs ?? 0)
      .int32(options.minBytes ?? 0)
      .int32(options.maxBytes ?? 50_000_000)
      .int8(options.isolation ?? 0)
      .int32(0)
      .int32(-1)
      .array(options.partitions, (writer, { topic, partition, offset, maxBytes }) =>
        writer.string(topic).array([partition ?? 0], (inner, index) =>
          inner
            .int32(index)
            .int32(-1)
            .int64(offset)
            .int64(-1)
            .int32(maxBytes ?? 1_048_576),
        ),
      )
      .int32(0)
      .string('')
      .toBuffer(),
    read: (reader) => {
      reader.int32();
      const errorCode = reader.int16();
      if (errorCode !== 0) throw new Error(`the fetch failed with ${errorCode}`);
      reader.int32();
      return reader
        .array(() => {
          reader.string();
          return reader.array(() => {
            const partition = reader.int32();
            const partitionError = reader.int16();
            const [highWatermark, lastStableOffset, logStartOffset] = [
              reader.int64(),
              reader.int64(),
              reader.int64(),
            ];
            reader.array(() => reader.raw(16));
            reader.int32();
            const records = reader.bytes() ?? Buffer.alloc(0);
            return {
              partition,
              errorCode: partitionError,
              highWatermark,
              lastStableOffset,
              logStartOffset,
              records,
            };
          });
        })
        .flat();
    },
  };
}

/** ListOffsets v1 for partition 0. −1: the end, −2: the beginning. */
export function listOffsets(
  topic: string,
  timestampMs: number,
): RawRequest<{ errorCode: number; timestampMs: number; offset: number }> {
  return {
    apiKey: API.listOffsets,
    version: 1,
    body: new ByteWriter()
      .int32(-1)
      .array([topic], (writer, name) =>
        writer.string(name).array([0], (inner, index) => inner.int32(index).int64(timestampMs)),
      )
      .toBuffer(),
    read: (reader) => {
      const [answers] = reader.array(() => {
        reader.string();
        return reader.array(() => {
          reader.int32();
          return { errorCode: reader.int16(), timestampMs: reader.int64(), offset: reader.int64() };
        });
      });
      const answer = answers?.[0];
      if (!answer) throw new Error('no partition in the answer');
      return answer;
    },
  };
}

/** DeleteRecords v0 of partition 0. */
export function deleteRecords(
  topic: string,
  offset: number,
  partition = 0,
): RawRequest<{ errorCode: number; lowWatermark: number }> {
  return {
    apiKey: API.deleteRecords,
    version: 0,
    body: new ByteWriter()
      .array([topic], (writer, name) =>
        writer.string(name).array([partition], (inner, index) => inner.int32(index).int64(offset)),
      )
      .int32(10_000)
      .toBuffer(),
    read: (reader) => {
      reader.int32();
      const [answers] = reader.array(() => {
        reader.string();
        return reader.array(() => {
          reader.int32();
          return { lowWatermark: reader.int64(), errorCode: reader.int16() };
        });
      });
      const answer = answers?.[0];
      if (!answer) throw new Error('no partition in the answer');
      return answer;
    },
  };
}

/** InitProducerId v1 of a producer without transactions. */
export function initProducerId(): RawRequest<{
  errorCode: number;
  producerId: number;
  producerEpoch: number;
}> {
  return {
    apiKey: API.initProducerId,
    version: 1,
    body: new ByteWriter().string(null).int32(60_000).toBuffer(),
    read: (reader) => {
      reader.int32();
      return { errorCode: reader.int16(), producerId: reader.int64(), producerEpoch: reader.int16() };
    },
  };
}
