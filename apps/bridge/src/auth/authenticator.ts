import type { Logger } from '@fieldstream/domain';
import {
  CONNECT_REFUSALS,
  decideConnect,
  type ConnectClaim,
  type ConnectDecision,
  type ConnectRefusal,
  type ConnectRules,
} from './connect-decision.js';
import type { FirstUseClaims } from './first-use-claims.js';
import type { RegistrationBook } from './registration-book.js';
import type { TokenChecks } from './token-checks.js';
import type { TopicRights, Will } from './topic-rights.js';

export interface AuthenticatorOptions {
  readonly rules: ConnectRules;
  readonly book: Pick<RegistrationBook, 'find'>;
  readonly checks: Pick<TokenChecks, 'check'>;
  readonly claims: Pick<FirstUseClaims, 'claim'>;
  readonly rights: Pick<TopicRights, 'mayLeaveWill'>;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Who wants in, and what it leaves to be said when it has gone. */
export interface ConnectRequest extends ConnectClaim {
  readonly will: Will | undefined;
}

/** Who a client is: a registered device, or nobody in particular. Or why it is not let in. */
export type Authentication =
  | { readonly ok: true; readonly deviceId: string | undefined }
  | { readonly ok: false; readonly reason: ConnectRefusal };

const LOG_EVERY_MS = 60_000;

/** Tells who connects. Refusals are counted by their reason, and logged once a minute at most. */
export class Authenticator {
  /** Refused CONNECTs. */
  readonly refused = Object.fromEntries(CONNECT_REFUSALS.map((reason) => [reason, 0])) as Record<
    ConnectRefusal,
    number
  >;
  #loggedAtMs = -Infinity;
  #unlogged = 0;

  constructor(private readonly options: AuthenticatorOptions) {}

  /** @param isWanted Whether the connection is still there. */
  async authenticate(request: ConnectRequest, isWanted: () => boolean): Promise<Authentication> {
    const outcome = await this.#identify(request, isWanted);
    if ('refused' in outcome) return this.#refuse(outcome.refused, request);
    return { ok: true, deviceId: outcome.deviceId };
  }

  async #identify(
    request: ConnectRequest,
    isWanted: () => boolean,
  ): Promise<{ deviceId: string | undefined } | { refused: ConnectRefusal }> {
    const { rights, claims, now } = this.options;
    let decision = this.#decide(request);
    if (decision.kind === 'refuse') return { refused: decision.reason };
    const named = decision.kind === 'anonymous' ? undefined : decision.deviceId;
    // Before anything that costs something.
    if (request.will && !rights.mayLeaveWill(named, request.will, now()))
      return { refused: 'forbidden-will' };
    if (decision.kind === 'claim') {
      await claims.claim(decision.deviceId, decision.password, isWanted);
      decision = this.#decide(request);
      if (decision.kind === 'claim') return { refused: 'claim-pending' };
      if (decision.kind === 'refuse') return { refused: decision.reason };
    }
    if (decision.kind !== 'check') return { deviceId: named };
    return this.#check(decision, isWanted);
  }

  #decide(request: ConnectRequest): ConnectDecision {
    return decideConnect(this.options.rules, request, (deviceId) => this.options.book.find(deviceId));
  }

  async #check(
    { deviceId, token, tokenHash }: Extract<ConnectDecision, { kind: 'check' }>,
    isWanted: () => boolean,
  ): Promise<{ deviceId: string } | { refused: ConnectRefusal }> {
    const { checks, book } = this.options;
    const outcome = await checks.check({ deviceId, token, tokenHash, isWanted });
    if (outcome !== 'right') return { refused: outcome === 'wrong' ? 'wrong-token' : 'busy' };
    // It took a while: the device may have been disabled, or have got another token.
    const registration = book.find(deviceId);
    if (registration?.tokenHash !== tokenHash) return { refused: 'wrong-token' };
    return registration.isDisabled ? { refused: 'disabled' } : { deviceId };
  }

  #refuse(reason: ConnectRefusal, { username, certificateName }: ConnectRequest): Authentication {
    const { logger, now } = this.options;
    this.refused[reason]++;
    this.#unlogged++;
    const nowMs = now();
    if (nowMs - this.#loggedAtMs >= LOG_EVERY_MS) {
      logger.warn(
        {
          reason,
          username: username?.slice(0, 128),
          certificateName: certificateName?.slice(0, 128),
          refused: this.#unlogged,
        },
        'MQTT connections were refused; this is the last one',
      );
      this.#loggedAtMs = nowMs;
      this.#unlogged = 0;
    }
    return { ok: false, reason };
  }
}
