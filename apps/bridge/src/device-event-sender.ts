import type { KeyedProducer } from '@fieldstream/kafka';
import { encodeDeviceEvent, TOPICS, type BridgeLedger, type DeviceEventType } from '@fieldstream/wire';

export interface DeviceEventSenderOptions {
  readonly producer: Pick<KeyedProducer, 'enqueue' | 'send'>;
  /** Events that wait for Kafka; beyond it further ones are dropped and counted. */
  readonly maxWaiting: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Whose event it is. */
export interface EventSource {
  readonly clientId: string;
  /** Undefined where the client proved to be no device: the client ID stands for it. */
  readonly deviceId: string | undefined;
}

/**
 * Tells `device.events` who comes and goes. These events are worth less than readings: they are dropped, and counted,
 * when Kafka is away, and nothing ever waits for them.
 */
export class DeviceEventSender {
  #waiting = 0;
  /** Events that did not reach Kafka. */
  dropped = 0;

  constructor(private readonly options: DeviceEventSenderOptions) {}

  connected(source: EventSource): void {
    this.#send('connected', source);
  }

  disconnected(source: EventSource): void {
    this.#send('disconnected', source);
  }

  /** The connection of a client broke, and the bridge published its will. */
  lastWill(source: EventSource, topic: string): void {
    this.#send('last-will', source, topic);
  }

  /**
   * Sends the bridge's own counters and waits for Kafka.
   * @throws KafkaError
   */
  async sendLedger(ledger: BridgeLedger): Promise<void> {
    await this.options.producer.send({
      topic: TOPICS.deviceEvents,
      key: ledger.instance,
      value: encodeDeviceEvent(ledger),
    });
  }

  #send(type: DeviceEventType, source: EventSource, detail?: string): void {
    if (this.#waiting >= this.options.maxWaiting) {
      this.dropped++;
      return;
    }
    this.#waiting++;
    const { clientId, deviceId = clientId } = source;
    const event = { kind: 'device' as const, type, deviceId, clientId, timeMs: this.options.now() };
    this.options.producer.enqueue({
      topic: TOPICS.deviceEvents,
      key: deviceId,
      value: encodeDeviceEvent(
        detail === undefined ? event : { ...event, detail: detail.replaceAll('\u0000', '\ufffd') },
      ),
      settle: (error) => {
        this.#waiting--;
        if (error) this.dropped++;
      },
    });
  }
}
