import type { PresenceRecord } from '@fieldstream/wire';

/** Where presence is shown: the MQTT broker. */
export interface PresenceDisplay {
  publish(topic: string, payload: Buffer, retain: boolean): Promise<void>;
  clearRetained(topic: string): Promise<void>;
}

/** Devices that are shown side by side. */
const AT_A_TIME = 200;

/**
 * Keeps `devices/<deviceId>/presence` true, retained: `{"state": "sleeping", "since": "2026-06-01T12:00:00.000Z"}`. It is
 * cleared when the device is deleted.
 */
export class PresenceBoard {
  #history: Map<string, PresenceRecord> | undefined = new Map();

  constructor(private readonly display: PresenceDisplay) {}

  /** Shows changes, those of one device in their order. While the history is read only the newest of each is kept. */
  async show(records: readonly PresenceRecord[]): Promise<void> {
    for (const record of records) {
      if (this.#history) this.#history.set(record.deviceId, record);
      else await this.#show(record);
    }
  }

  /** Ends the reading of what happened before the start: the newest of each device is shown. @returns Devices shown. */
  async historyRead(): Promise<number> {
    const records = [...(this.#history?.values() ?? [])];
    this.#history = undefined;
    for (let from = 0; from < records.length; from += AT_A_TIME) {
      await Promise.all(records.slice(from, from + AT_A_TIME).map((record) => this.#show(record)));
    }
    return records.filter(({ state }) => state !== 'removed').length;
  }

  #show(record: PresenceRecord): Promise<void> {
    const topic = topicOf(record.deviceId);
    if (record.state === 'removed') return this.display.clearRetained(topic);
    const payload = { state: record.state, since: new Date(record.sinceMs).toISOString() };
    return this.display.publish(topic, Buffer.from(JSON.stringify(payload)), true);
  }
}

/** Whether a topic shows the presence of a device; nobody but the bridge publishes there. */
export function isPresenceTopic(topic: string): boolean {
  return topic.startsWith('devices/') && topic.endsWith('/presence') && topic.split('/').length === 3;
}

/** Characters that no topic name may hold are replaced. */
function topicOf(deviceId: string): string {
  return `devices/${deviceId.replaceAll(/[/+#\u0000]/g, '_')}/presence`;
}
