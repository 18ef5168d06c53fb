import { alertKey, type AlertRecord } from '@fieldstream/wire';
import { BoundedMap } from './bounded-map.js';

/** Where alerts are shown: the MQTT broker. */
export interface AlertDisplay {
  publish(topic: string, payload: Buffer, retain: boolean): Promise<void>;
  clearRetained(topic: string): Promise<void>;
}

/** Alerts whose newest sequence is known; forgetting one can at worst show an old transition again. */
const MAX_KNOWN = 100_000;

/**
 * Keeps `alerts/<deviceId>/<ruleId>` true: a firing alert is retained there; when it is resolved, those who are subscribed
 * are told, and nothing is retained any more. A transition that is older than one seen before is ignored.
 */
export class AlertBoard {
  readonly #sequences = new BoundedMap<string, number>(MAX_KNOWN);
  #history: Map<string, AlertRecord> | undefined = new Map();

  constructor(private readonly display: AlertDisplay) {}

  /** Shows transitions: of one alert in order, of different ones side by side. */
  async show(alerts: readonly AlertRecord[]): Promise<void> {
    const chains = new Map<string, Promise<void>>();
    for (const alert of alerts) {
      const key = alertKey(alert);
      const known = this.#sequences.get(key);
      if (known !== undefined && alert.sequence <= known) continue;
      this.#sequences.set(key, alert.sequence);
      if (this.#history) {
        this.#history.set(key, alert);
        continue;
      }
      const before = chains.get(key) ?? Promise.resolve();
      chains.set(
        key,
        before.then(() => this.#transition(alert)),
      );
    }
    await Promise.all(chains.values());
  }

  /** An alert of which nothing is known any more, by its key. */
  async remove(key: string): Promise<void> {
    const slash = key.lastIndexOf('/');
    this.#history?.delete(key);
    await this.display.clearRetained(topicOf(key.slice(slash + 1), key.slice(0, slash)));
  }

  /** Ends the reading of what happened before the start: of each alert only the newest state is shown. */
  async historyRead(): Promise<number> {
    const newest = [...(this.#history?.values() ?? [])].filter(({ state }) => state === 'firing');
    this.#history = undefined;
    for (const alert of newest) await this.#transition(alert);
    return newest.length;
  }

  async #transition(alert: AlertRecord): Promise<void> {
    const topic = topicOf(alert.deviceId, alert.ruleId);
    const payload = Buffer.from(JSON.stringify(alert));
    if (alert.state === 'resolved') await this.display.clearRetained(topic);
    await this.display.publish(topic, payload, alert.state === 'firing');
  }
}

/** MQTT topic of an alert; characters that no topic name may hold are replaced. */
function topicOf(deviceId: string, ruleId: string): string {
  return `alerts/${[deviceId, ruleId].map((id) => id.replaceAll(/[/+#\u0000]/g, '_')).join('/')}`;
}
