import { alertKey, type AlertRecord } from '@fieldstream/wire';
import { BoundedMap } from './bounded-map.js';

/** Where alerts are shown: the MQTT broker. */
export interface AlertDisplay {
  publish(topic: string, payload: Buffer, retain: boolean): Promise<void>;
  clearRetained(topic: string): Promise<void>;
}

/** Alerts whose newest sequence is known; forgetting one can at worst show an old change again. */
const MAX_KNOWN = 100_000;

/**
 * Keeps `alerts/<deviceId>/<ruleId>` true: a firing alert is retained there, with the newest that happened to it; when it is
 * resolved, those who are subscribed are told. Alerts of several metrics share the topic: the newest of those that fire
 * is retained, and nothing once none does. A change that is older than one seen before is ignored.
 */
export class AlertBoard {
  readonly #sequences = new BoundedMap<string, number>(MAX_KNOWN);
  /** By topic, what fires at present: as much as the broker retains. */
  readonly #firing = new Map<string, ReadonlyMap<string, AlertRecord>>();
  #history: Map<string, AlertRecord> | undefined = new Map();

  constructor(private readonly display: AlertDisplay) {}

  /** Shows changes: those of one topic in order, of different ones side by side. */
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
      const topic = topicOf(alert);
      const before = chains.get(topic) ?? Promise.resolve();
      chains.set(
        topic,
        before.then(() => this.#change(topic, alert)),
      );
    }
    await Promise.all(chains.values());
  }

  /** An alert of which nothing is known any more, by its key. */
  async remove(key: string): Promise<void> {
    const { ruleId, deviceId, metric } = parseKey(key);
    // A key without a metric is of a time when a rule and a device had one alert.
    const isMeant = (alert: AlertRecord): boolean =>
      alert.ruleId === ruleId &&
      alert.deviceId === deviceId &&
      (metric === undefined || alert.metric === metric);
    if (this.#history) {
      for (const [known, alert] of this.#history) if (isMeant(alert)) this.#history.delete(known);
      return;
    }
    const topic = topicOf({ deviceId, ruleId });
    const firing = [...(this.#firing.get(topic) ?? [])].filter(([, alert]) => !isMeant(alert));
    this.#firing.set(topic, new Map(firing));
    await this.display.clearRetained(topic);
    await this.#retainNewest(topic);
  }

  /** Ends the reading of what happened before the start: of it only what still fires is shown. */
  async historyRead(): Promise<number> {
    const firing = [...(this.#history ?? [])].filter(([, { state }]) => state === 'firing');
    this.#history = undefined;
    const topics = new Set<string>();
    for (const [key, alert] of firing) {
      const topic = topicOf(alert);
      topics.add(topic);
      this.#firing.set(topic, new Map(this.#firing.get(topic)).set(key, alert));
    }
    for (const topic of topics) await this.#retainNewest(topic);
    return firing.length;
  }

  async #change(topic: string, alert: AlertRecord): Promise<void> {
    const firing = new Map(this.#firing.get(topic));
    if (alert.state === 'firing') {
      firing.set(alertKey(alert), alert);
      this.#firing.set(topic, firing);
      await this.display.publish(topic, payloadOf(alert), newestOf(firing) === alert);
      return;
    }
    firing.delete(alertKey(alert));
    this.#firing.set(topic, firing);
    await this.display.clearRetained(topic);
    await this.display.publish(topic, payloadOf(alert), false);
    await this.#retainNewest(topic);
  }

  async #retainNewest(topic: string): Promise<void> {
    const newest = newestOf(this.#firing.get(topic) ?? new Map());
    if (newest === undefined) this.#firing.delete(topic);
    else await this.display.publish(topic, payloadOf(newest), true);
  }
}

function newestOf(alerts: ReadonlyMap<string, AlertRecord>): AlertRecord | undefined {
  let newest: AlertRecord | undefined;
  for (const alert of alerts.values()) if (!newest || alert.sequence > newest.sequence) newest = alert;
  return newest;
}

function payloadOf(alert: AlertRecord): Buffer {
  return Buffer.from(JSON.stringify(alert));
}

/** Neither a rule ID nor a device ID holds a slash; a metric may. */
function parseKey(key: string): { ruleId: string; deviceId: string; metric: string | undefined } {
  const [ruleId = '', deviceId = '', ...metric] = key.split('/');
  return { ruleId, deviceId, metric: metric.length === 0 ? undefined : metric.join('/') };
}

/** MQTT topic of an alert; characters that no topic name may hold are replaced. */
function topicOf({ deviceId, ruleId }: Pick<AlertRecord, 'deviceId' | 'ruleId'>): string {
  return `alerts/${[deviceId, ruleId].map((id) => id.replaceAll(/[/+#\u0000]/g, '_')).join('/')}`;
}
