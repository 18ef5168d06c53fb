import type { DevicePolicy } from '@fieldstream/config';
import type { Logger } from '@fieldstream/domain';
import {
  CONNECT_REFUSALS,
  decideConnect,
  type ConnectClaim,
  type ConnectRefusal,
} from './connect-decision.js';
import type { RegistrationBook } from './registration-book.js';
import type { TokenChecks } from './token-checks.js';

export interface AuthenticatorOptions {
  readonly policy: DevicePolicy;
  readonly book: Pick<RegistrationBook, 'find'>;
  readonly checks: Pick<TokenChecks, 'check'>;
  readonly logger: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
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
  async authenticate(claim: ConnectClaim, isWanted: () => boolean): Promise<Authentication> {
    const { policy, book, checks } = this.options;
    const { username } = claim;
    const find = (): ReturnType<RegistrationBook['find']> =>
      username === undefined ? undefined : book.find(username);
    const decision = decideConnect(policy, claim, find());
    if (decision.kind === 'anonymous') return { ok: true, deviceId: undefined };
    if (decision.kind === 'refuse') return this.#refuse(decision.reason, claim);
    const { deviceId, token, tokenHash } = decision;
    const outcome = await checks.check({ deviceId, token, tokenHash, isWanted });
    if (outcome !== 'right') return this.#refuse(outcome === 'wrong' ? 'wrong-token' : 'busy', claim);
    // It took a while: the device may have been disabled, or have got another token.
    const registration = find();
    if (registration?.tokenHash !== tokenHash) return this.#refuse('wrong-token', claim);
    if (registration.isDisabled) return this.#refuse('disabled', claim);
    return { ok: true, deviceId };
  }

  #refuse(reason: ConnectRefusal, { username }: ConnectClaim): Authentication {
    const { logger, now } = this.options;
    this.refused[reason]++;
    this.#unlogged++;
    const nowMs = now();
    if (nowMs - this.#loggedAtMs >= LOG_EVERY_MS) {
      logger.warn(
        { reason, username: username?.slice(0, 128), refused: this.#unlogged },
        'MQTT connections were refused; this is the last one',
      );
      this.#loggedAtMs = nowMs;
      this.#unlogged = 0;
    }
    return { ok: false, reason };
  }
}
