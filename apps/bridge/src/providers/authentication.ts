import type { Provider } from '@nestjs/common';
import { Kafka } from 'kafkajs';
import type { BridgeConfig } from '@fieldstream/config';
import { DecoderSet } from '@fieldstream/decoders';
import type { Logger } from '@fieldstream/domain';
import { KeyedProducer } from '@fieldstream/kafka';
import { hashPassword, verifyToken } from '@fieldstream/wire';
import { Authenticator } from '../auth/authenticator.js';
import { FirstUseClaims } from '../auth/first-use-claims.js';
import { NamedConnections } from '../auth/named-connections.js';
import { RegistrationBook } from '../auth/registration-book.js';
import { RegistrationFeed } from '../auth/registration-feed.js';
import { TokenChecks } from '../auth/token-checks.js';
import { TopicRights } from '../auth/topic-rights.js';

/** Two of libuv's four threads: files and names are still looked up while tokens are checked. */
const TOKEN_CHECKS_AT_A_TIME = 2;
const MAX_WAITING_TOKEN_CHECKS = 10_000;
const MAX_RIGHT_TOKENS = 200_000;
const MAX_WRONG_TOKENS = 10_000;
const MAX_PENDING_CLAIMS = 100;
/** Most of it is hashing, and the API's publishing. */
const CLAIM_WAIT_MS = 5_000;
const now = (): number => Date.now();

/** Who connects, and what they may do. */
export function authentication({ kafka, broker, devices }: BridgeConfig, logger: Logger): Provider[] {
  return [
    { provide: NamedConnections, useFactory: () => new NamedConnections() },
    {
      provide: RegistrationBook,
      inject: [NamedConnections],
      useFactory: (connections: NamedConnections) =>
        new RegistrationBook((deviceId) => connections.cutAll(deviceId)),
    },
    {
      provide: RegistrationFeed,
      inject: [Kafka, RegistrationBook],
      useFactory: (client: Kafka, book: RegistrationBook) =>
        new RegistrationFeed({
          kafka: client,
          topicPrefix: kafka.topicPrefix,
          sessionTimeoutMs: kafka.sessionTimeoutMs,
          book,
          logger,
        }),
    },
    {
      provide: TokenChecks,
      useFactory: () =>
        new TokenChecks({
          verify: verifyToken,
          concurrency: TOKEN_CHECKS_AT_A_TIME,
          maxWaiting: MAX_WAITING_TOKEN_CHECKS,
          maxRight: MAX_RIGHT_TOKENS,
          maxWrong: MAX_WRONG_TOKENS,
        }),
    },
    {
      provide: FirstUseClaims,
      inject: [RegistrationBook, KeyedProducer],
      useFactory: (book: RegistrationBook, producer: KeyedProducer) =>
        new FirstUseClaims({
          book,
          producer,
          hash: hashPassword,
          maxPending: MAX_PENDING_CLAIMS,
          waitMs: CLAIM_WAIT_MS,
          now,
        }),
    },
    {
      provide: TopicRights,
      inject: [RegistrationBook, DecoderSet],
      useFactory: (book: RegistrationBook, decoders: DecoderSet) =>
        new TopicRights({ policy: broker.policy, book, decoders }),
    },
    {
      provide: Authenticator,
      inject: [RegistrationBook, TokenChecks, FirstUseClaims, TopicRights],
      useFactory: (
        book: RegistrationBook,
        checks: TokenChecks,
        claims: FirstUseClaims,
        rights: TopicRights,
      ) => {
        const rules = { policy: broker.policy, claimsByFirstUse: devices.claimsByFirstUse };
        return new Authenticator({ rules, book, checks, claims, rights, logger, now });
      },
    },
  ];
}
