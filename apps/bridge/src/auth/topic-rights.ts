import type { DevicePolicy } from '@fieldstream/config';
import type { DecoderSet } from '@fieldstream/decoders';
import { ownPart } from './own-part.js';
import { candidateIds, coversTopic } from './own-topics.js';
import type { RegistrationBook } from './registration-book.js';

export interface TopicRightsOptions {
  readonly policy: DevicePolicy;
  readonly book: Pick<RegistrationBook, 'find'>;
  readonly decoders: Pick<DecoderSet, 'decode' | 'ownFilters'>;
}

/** The registered device that a client proved to be; undefined: nobody in particular. */
export type Identity = string | undefined;

/**
 * Whether a client may publish to a topic. `claimed-only`: if a device family claims the publish, which then says for which
 * devices it reports; it goes to nobody else's subscription either way.
 */
export type PublishRight = 'allowed' | 'claimed-only' | 'forbidden';

/** A last will as a CONNECT brings it. */
export interface Will {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/**
 * Who may do what. A device is its own, and a gateway's are those that are registered with it. Under `open` every topic
 * is everybody's, and only what is stored is looked at: a registered device is reported for by nobody but itself and its
 * gateway. What belongs to the server is refused elsewhere, to all.
 */
export class TopicRights {
  constructor(private readonly options: TopicRightsOptions) {}

  /** Whether an identity speaks for a device: it is the device, or its gateway. */
  speaksFor(identity: Identity, deviceId: string): boolean {
    if (identity === undefined) return false;
    return identity === deviceId || this.options.book.find(deviceId)?.gatewayId === identity;
  }

  /** Whether what an identity reports for a device is stored. */
  mayReport(identity: Identity, deviceId: string): boolean {
    const { policy, book } = this.options;
    const registration = book.find(deviceId);
    if (!registration) return policy === 'open';
    return !registration.isDisabled && this.speaksFor(identity, deviceId);
  }

  /**
   * Under `registered`: `devices/<own>/…` and every topic outside of `devices/` with a level that is an own ID; besides
   * these, what a device family claims.
   */
  publishing(identity: Identity, topic: string): PublishRight {
    if (this.options.policy === 'open') return 'allowed';
    if (identity === undefined || topic.startsWith('$')) return 'forbidden';
    const levels = topic.split('/');
    if (levels[0] === 'alerts') return 'forbidden';
    if (levels[0] === 'devices') return this.#isOwnBranch(identity, levels) ? 'allowed' : 'forbidden';
    return levels.some((level) => this.speaksFor(identity, level)) ? 'allowed' : 'claimed-only';
  }

  /** Whether a will may be left: it is what its publisher might publish, and all it reports for is its own. */
  mayLeaveWill(identity: Identity, { topic, payload }: Will, nowMs: number): boolean {
    if (this.options.policy === 'open') return true;
    const right = this.publishing(identity, topic);
    if (right === 'forbidden' || identity === undefined) return false;
    const input = { topic, levels: topic.split('/'), payload, receivedAtMs: nowMs };
    const result = this.options.decoders.decode({ ...input, identity, username: identity });
    if (result?.kind !== 'decoded') return right === 'allowed';
    const mayReport = (deviceId: string): boolean => this.mayReport(identity, deviceId);
    return !('foreign' in ownPart(result, { mayReport, isForeignTopic: right !== 'allowed' }));
  }

  /**
   * Under `registered`: `devices/<own>/…`, `alerts/<own>/…`, and what the device families have for what is sent to an own
   * device, or narrower filters. No wildcard reaches beyond, because all levels before it are spelled out.
   */
  maySubscribe(identity: Identity, filter: string): boolean {
    if (this.options.policy === 'open') return true;
    if (identity === undefined || filter.startsWith('$')) return false;
    const levels = filter.split('/');
    if (levels[0] === 'devices' || levels[0] === 'alerts') return this.#isOwnBranch(identity, levels);
    return this.#isOwnFamilyTopic(identity, levels);
  }

  /**
   * Whether a client is sent a message. A topic of a device family is not read alone: what somebody else published there is no
   * command, whatever it looks like.
   * @param publisher Identity of the publisher; null: it has none; undefined: the bridge itself.
   */
  mayReceive(identity: Identity, topic: string, publisher: string | null | undefined): boolean {
    if (this.options.policy === 'open') return true;
    if (identity === undefined) return false;
    const levels = topic.split('/');
    if (levels[0] === 'devices' || levels[0] === 'alerts') return this.#isOwnBranch(identity, levels);
    if (publisher === null) return false;
    const isKin =
      publisher === undefined || this.speaksFor(identity, publisher) || this.speaksFor(publisher, identity);
    return isKin && this.#isOwnFamilyTopic(identity, levels);
  }

  /** `devices/<own>/…` and the like, with something after it. */
  #isOwnBranch(identity: string, [, deviceId = '', ...rest]: readonly string[]): boolean {
    return (rest.length > 1 || (rest[0] ?? '') !== '') && this.speaksFor(identity, deviceId);
  }

  #isOwnFamilyTopic(identity: string, levels: readonly string[]): boolean {
    const isCovered = (deviceId: string): boolean =>
      this.options.decoders.ownFilters(deviceId).some((filter) => coversTopic(filter.split('/'), levels));
    if (isCovered(identity)) return true;
    return candidateIds(levels).some(
      (candidate) => this.options.book.find(candidate)?.gatewayId === identity && isCovered(candidate),
    );
  }
}
