import type { DeviceDescription } from '@fieldstream/domain';

/** Devices whose description is remembered; of others it is told more often than needed. */
const MAX_DEVICES = 20_000;

/** What was last told of devices, for families whose every publish describes its device: it is told again when it changes. */
export class DescriptionMemory {
  readonly #told = new Map<string, string>();

  constructor(private readonly maxDevices = MAX_DEVICES) {}

  /** Devices remembered; at most what the constructor was given. */
  get size(): number {
    return this.#told.size;
  }

  /** The description in a list if it is news, else an empty list. Metrics are not looked at. */
  news(description: DeviceDescription): readonly DeviceDescription[] {
    const { deviceId } = description;
    const text = JSON.stringify(description);
    if (this.#told.get(deviceId) === text) return [];
    this.#told.delete(deviceId);
    if (this.#told.size >= this.maxDevices) {
      for (const oldest of this.#told.keys()) {
        this.#told.delete(oldest);
        break;
      }
    }
    this.#told.set(deviceId, text);
    return [description];
  }
}
