import { ByteWriter } from './byte-writer.js';
import type { RawRequest } from './raw-connection.js';
import { API } from './protocol-numbers.js';

export interface JoinOptions {
  readonly groupId: string;
  readonly memberId?: string;
  /** A static member's name (KIP-345). */
  readonly instanceId?: string | null;
  readonly sessionTimeoutMs?: number;
  readonly protocolType?: string;
  readonly protocols?: readonly string[];
}

export interface JoinAnswer {
  readonly errorCode: number;
  readonly generationId: number;
  readonly protocol: string | null;
  readonly leader: string | null;
  readonly memberId: string;
  readonly members: readonly string[];
}

/** To no topic, in the consumer protocol's version 0: Apache Kafka reads it. */
const SUBSCRIPTION = new ByteWriter().int16(0).int32(0).bytes(null).toBuffer();

/** JoinGroup v5. */
export function joinGroup(options: JoinOptions): RawRequest<JoinAnswer> {
  return {
    apiKey: API.joinGroup,
    version: 5,
    body: new ByteWriter()
      .string(options.groupId)
      .int32(options.sessionTimeoutMs ?? 10_000)
      .int32(10_000)
      .string(options.memberId ?? '')
      .string(options.instanceId ?? null)
      .string(options.protocolType ?? 'consumer')
      .array(options.protocols ?? ['range'], (writer, name) => writer.string(name).bytes(SUBSCRIPTION))
      .toBuffer(),
    read: (reader) => {
      reader.int32();
      return {
        errorCode: reader.int16(),
        generationId: reader.int32(),
        protocol: reader.string(),
        leader: reader.string(),
        memberId: reader.string() ?? '',
        members: reader.array(() => {
          const memberId = reader.string() ?? '';
          reader.string();
          reader.bytes();
          return memberId;
        }),
      };
    },
  };
}

/** One member in a generation of a group. */
export interface Membership {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
}

/** SyncGroup v2; a leader brings the assignments. */
export function syncGroup(
  { groupId, generationId, memberId }: Membership,
  assignments: Readonly<Record<string, string>> = {},
): RawRequest<{ errorCode: number; assignment: string }> {
  return {
    apiKey: API.syncGroup,
    version: 2,
    body: new ByteWriter()
      .string(groupId)
      .int32(generationId)
      .string(memberId)
      .array(Object.entries(assignments), (writer, [member, assignment]) =>
        writer.string(member).bytes(Buffer.from(assignment)),
      )
      .toBuffer(),
    read: (reader) => {
      reader.int32();
      return { errorCode: reader.int16(), assignment: reader.bytes()?.toString() ?? '' };
    },
  };
}

/** Heartbeat v1. Answers an error code. */
export function heartbeat({ groupId, generationId, memberId }: Membership): RawRequest<number> {
  return {
    apiKey: API.heartbeat,
    version: 1,
    body: new ByteWriter().string(groupId).int32(generationId).string(memberId).toBuffer(),
    read: (reader) => {
      reader.int32();
      return reader.int16();
    },
  };
}

/** LeaveGroup v1. Answers an error code. */
export function leaveGroup({ groupId, memberId }: Membership): RawRequest<number> {
  return {
    apiKey: API.leaveGroup,
    version: 1,
    body: new ByteWriter().string(groupId).string(memberId).toBuffer(),
    read: (reader) => {
      reader.int32();
      return reader.int16();
    },
  };
}

/** LeaveGroup v3 for static members by their names, as an admin does it. Answers an error code for each. */
export function removeStaticMembers(groupId: string, instanceIds: readonly string[]): RawRequest<number[]> {
  return {
    apiKey: API.leaveGroup,
    version: 3,
    body: new ByteWriter()
      .string(groupId)
      .array(instanceIds, (writer, instanceId) => writer.string('').string(instanceId))
      .toBuffer(),
    read: (reader) => {
      reader.int32();
      const errorCode = reader.int16();
      const codes = reader.array(() => {
        reader.string();
        reader.string();
        return reader.int16();
      });
      return errorCode === 0 ? codes : [errorCode];
    },
  };
}

/** OffsetCommit v6 for one partition. Answers an error code. */
export function offsetCommit(
  { groupId, generationId, memberId }: Membership,
  topic: string,
  offset: number,
  partition = 0,
): RawRequest<number> {
  return {
    apiKey: API.offsetCommit,
    version: 6,
    body: new ByteWriter()
      .string(groupId)
      .int32(generationId)
      .string(memberId)
      .array([topic], (writer, name) =>
        writer
          .string(name)
          .array([partition], (inner, index) => inner.int32(index).int64(offset).int32(-1).string('')),
      )
      .toBuffer(),
    read: (reader) => {
      reader.int32();
      const [codes] = reader.array(() => {
        reader.string();
        return reader.array(() => {
          reader.int32();
          return reader.int16();
        });
      });
      return codes?.[0] ?? Number.NaN;
    },
  };
}

/** FindCoordinator v1. `kind` 0: of a group, 1: of a transaction. */
export function findCoordinator(
  name: string,
  kind = 0,
): RawRequest<{ errorCode: number; nodeId: number; address: string }> {
  return {
    apiKey: API.findCoordinator,
    version: 1,
    body: new ByteWriter().string(name).int8(kind).toBuffer(),
    read: (reader) => {
      reader.int32();
      const errorCode = reader.int16();
      reader.string();
      return { errorCode, nodeId: reader.int32(), address: `${reader.string()}:${reader.int32()}` };
    },
  };
}
