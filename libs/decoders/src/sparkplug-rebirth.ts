import protobuf from 'protobufjs/minimal.js';
import { BoundedMap } from './bounded-map.js';
import type { PublishRequest } from './decoder.js';
import { stateKey } from './describable.js';
import { SPARKPLUG_TYPES } from './sparkplug-value.js';
import type { SparkplugPlace } from './sparkplug-births.js';

const MAX_NODES = 20_000;
/** Shortest time between two requests to a node. */
const MIN_WAIT_MS = 10_000;
/** A node that answers, and whose messages have gaps all the same, is asked ever less often: down to this. */
const MAX_WAIT_MS = 60 * 60_000;
/** Messages in a row without a gap, after which a node is asked as quickly as at first. */
const STEADY = 256;

interface Session {
  seq: number | undefined;
  inOrder: number;
  askedAtMs: number;
  waitMs: number;
}

/**
 * Follows the sequence numbers of edge nodes, and asks for a rebirth: when messages were lost, or an alias or a node is not
 * known. Of 20,000 nodes; in memory alone: what is not known after a restart is not a gap.
 */
export class SparkplugRebirths {
  readonly #sessions = new BoundedMap<Session>(MAX_NODES);

  /** Notes a message's number. @returns whether messages between it and the one before are missing */
  hasGap(place: SparkplugPlace, seq: number | undefined, isNodeBirth: boolean): boolean {
    const session = this.#session(place);
    const expected = session.seq === undefined ? undefined : (session.seq + 1) % 256;
    const isRepeated = seq === session.seq;
    session.seq = seq ?? session.seq;
    if (seq === undefined || expected === undefined || isNodeBirth || isRepeated) return false;
    if (seq === expected) {
      if (++session.inOrder >= STEADY) session.waitMs = MIN_WAIT_MS;
      return false;
    }
    session.inOrder = 0;
    return true;
  }

  /** The request for a rebirth, unless the node was asked a short while ago. */
  request(place: SparkplugPlace, nowMs: number): PublishRequest[] {
    const session = this.#session(place);
    if (Math.abs(nowMs - session.askedAtMs) < session.waitMs) return [];
    if (session.askedAtMs > 0) session.waitMs = Math.min(session.waitMs * 2, MAX_WAIT_MS);
    session.askedAtMs = nowMs;
    return [{ topic: `spBv1.0/${place.group}/NCMD/${place.edge}`, payload: rebirthCommand(nowMs) }];
  }

  #session({ source, group, edge }: SparkplugPlace): Session {
    const key = stateKey(source, group, edge);
    const known = this.#sessions.get(key);
    if (known) return known;
    const session: Session = { seq: undefined, inOrder: 0, askedAtMs: 0, waitMs: MIN_WAIT_MS };
    this.#sessions.set(key, session);
    return session;
  }
}

/** Payload with one metric: `Node Control/Rebirth` = true. */
function rebirthCommand(timestampMs: number): Uint8Array {
  const metric = protobuf.Writer.create()
    .uint32(0x0a) // 1: name
    .string('Node Control/Rebirth')
    .uint32(0x18) // 3: timestamp
    .uint64(timestampMs)
    .uint32(0x20) // 4: datatype
    .uint32(SPARKPLUG_TYPES.boolean)
    .uint32(0x70) // 14: boolean value
    .bool(true)
    .finish();
  return protobuf.Writer.create().uint32(0x08).uint64(timestampMs).uint32(0x12).bytes(metric).finish();
}
