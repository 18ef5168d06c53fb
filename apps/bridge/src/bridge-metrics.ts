import { Counter, Gauge, Histogram, type Registry } from '@fieldstream/observability';
import type { Authenticator } from './auth/authenticator.js';
import type { NamedConnections } from './auth/named-connections.js';
import type { FirstUseClaims } from './auth/first-use-claims.js';
import type { RegistrationBook } from './auth/registration-book.js';
import type { TokenChecks } from './auth/token-checks.js';
import type { DeviceEventSender } from './device-event-sender.js';
import type { ClientLimits } from './front/client-limits.js';
import type { ConnectQueue } from './front/connect-queue.js';
import type { Front } from './front/front.js';
import type { FurtherListeners } from './front/further-listeners.js';
import type { MqttBroker } from './mqtt-broker.js';
import type { PublishCounts } from './publish-counts.js';
import type { PublishIntake } from './publish-intake.js';
import type { SessionStore } from './session-store.js';

/** What the metrics are read from; the hot path only counts in plain numbers. */
export interface MetricSources {
  readonly counts: PublishCounts;
  readonly intake: PublishIntake;
  readonly broker: MqttBroker;
  readonly front: Front;
  readonly limits: ClientLimits;
  readonly sessions: SessionStore;
  readonly events: DeviceEventSender;
  readonly connections: NamedConnections;
}

/** Milliseconds from a tenth to ten seconds, as Prometheus wants them: in seconds. */
const ACK_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** Seconds from the arrival of a QoS 1 or 2 publish to its acknowledgement. */
export function createAckHistogram(registry: Registry): Histogram {
  return new Histogram({
    name: 'fieldstream_bridge_ack_seconds',
    help: 'From the arrival of a QoS 1 or 2 publish to its acknowledgement, which Kafka had given before.',
    buckets: ACK_BUCKETS,
    registers: [registry],
  });
}

/** Registers everything else that the bridge counts. */
export function registerBridgeMetrics(registry: Registry, sources: MetricSources): void {
  const { counts, intake, broker, front, limits, sessions, events, connections } = sources;
  labelled(registry, 'fieldstream_bridge_publishes_total', 'Publishes by outcome.', 'outcome', () => {
    const { produced, presence, deadLettered, shed, refused } = counts.snapshot();
    const { unclaimed, forbidden } = counts;
    return Object.entries({
      produced,
      presence,
      dead_lettered: deadLettered,
      shed,
      refused,
      unclaimed,
      forbidden,
    });
  });
  labelled(
    registry,
    'fieldstream_bridge_rejects_total',
    'Dead-lettered publishes by reason.',
    'reason',
    () => [...counts.rejects],
  );
  labelled(
    registry,
    'fieldstream_bridge_connections_cut_total',
    'Connections that were closed by the bridge.',
    'cause',
    () =>
      Object.entries({
        ...front.cuts,
        'slow-subscriber': broker.subscribersClosed,
        'credentials-changed': connections.cut,
      }),
  );
  labelled(
    registry,
    'fieldstream_bridge_dropped_total',
    'Things other than publishes that were dropped at a bound.',
    'what',
    () =>
      Object.entries({
        'device-event': events.dropped,
        'forward-to-slow-subscriber': broker.forwardsDropped,
        subscription: limits.filtersRefused,
        'retained-message': sessions.retainedDropped,
        'queued-message': sessions.queuedDropped,
      }),
  );
  labelled(
    registry,
    'fieldstream_bridge_implausible_times_total',
    'Device times that were replaced by received time.',
    undefined,
    () => [['', counts.implausibleTimes]],
  );
  gauge(
    registry,
    'fieldstream_bridge_in_flight_bytes',
    'Bytes that wait for Kafka.',
    () => intake.inFlightBytes,
  );
  gauge(
    registry,
    'fieldstream_bridge_in_flight_publishes',
    'Publishes that wait for Kafka.',
    () => counts.snapshot().inFlight,
  );
  gauge(
    registry,
    'fieldstream_bridge_retained_messages',
    'Retained messages.',
    () => sessions.retainedMessages,
  );
}

/** What the metrics of connections are read from. */
export interface FrontMetricSources {
  readonly front: Front;
  readonly limits: ClientLimits;
  readonly connects: ConnectQueue;
  readonly listeners: FurtherListeners;
}

/** Registers what is counted of connections before and while they are let in. */
export function registerFrontMetrics(registry: Registry, sources: FrontMetricSources): void {
  const { front, limits, connects, listeners } = sources;
  labelled(
    registry,
    'fieldstream_bridge_connects_over_limit_total',
    'CONNECTs that were refused for what they ask for, or because there were too many.',
    'reason',
    () => Object.entries({ ...limits.refused, 'too-many': connects.refused }),
  );
  gauge(registry, 'fieldstream_bridge_connections', 'Open MQTT connections.', () => front.connections);
  gauge(
    registry,
    'fieldstream_bridge_pending_connections',
    'Connections that have not been let in yet.',
    () => front.pending,
  );
  gauge(
    registry,
    'fieldstream_bridge_connects_waiting',
    'CONNECTs that wait for their turn.',
    () => connects.waiting,
  );
  gauge(
    registry,
    'fieldstream_bridge_tls_certificate_expiry_seconds',
    'End of the life of the TLS certificate in use, in seconds since 1970; NaN without TLS.',
    () => (listeners.certificateExpiresAtMs ?? NaN) / 1_000,
  );
  gauge(
    registry,
    'fieldstream_bridge_tls_reload_failing',
    '1 while the files of the TLS certificate have changed into something that cannot be used.',
    () => Number(listeners.isCertificateFaulty),
  );
}

/** What the metrics of authentication are read from. */
export interface AuthMetricSources {
  readonly book: RegistrationBook;
  readonly authenticator: Authenticator;
  readonly checks: TokenChecks;
  readonly claims: FirstUseClaims;
}

/** Registers what is counted about who connects. */
export function registerAuthMetrics(registry: Registry, sources: AuthMetricSources): void {
  const { book, authenticator, checks, claims } = sources;
  labelled(
    registry,
    'fieldstream_bridge_connects_refused_total',
    'CONNECTs that were refused for who the client is, by reason.',
    'reason',
    () => Object.entries(authenticator.refused),
  );
  labelled(
    registry,
    'fieldstream_bridge_token_checks_total',
    'Tokens that were compared with a hash; those that are remembered are not.',
    undefined,
    () => [['', checks.compared]],
  );
  labelled(
    registry,
    'fieldstream_bridge_claims_total',
    'Names that devices asked to be registered under by their first use.',
    undefined,
    () => [['', claims.made]],
  );
  gauge(
    registry,
    'fieldstream_bridge_token_checks_waiting',
    'Tokens that wait to be compared.',
    () => checks.waiting,
  );
  gauge(
    registry,
    'fieldstream_bridge_registered_devices',
    'Devices that the bridge knows to be registered.',
    () => book.size,
  );
}

function labelled(
  registry: Registry,
  name: string,
  help: string,
  label: string | undefined,
  read: () => (readonly [string, number])[],
): void {
  const counter: Counter = new Counter({
    name,
    help,
    labelNames: label === undefined ? [] : [label],
    registers: [registry],
    collect() {
      counter.reset();
      for (const [value, count] of read()) counter.inc(label === undefined ? {} : { [label]: value }, count);
    },
  });
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  const metric: Gauge = new Gauge({ name, help, registers: [registry], collect: () => metric.set(read()) });
}
