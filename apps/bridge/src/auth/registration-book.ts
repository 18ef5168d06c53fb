import type { RegistryRecord } from '@fieldstream/wire';

/** What is known of a device that is registered. */
export interface Registration {
  readonly isDisabled: boolean;
  /** PHC string. */
  readonly tokenHash: string;
  /** The device that may speak for this one. */
  readonly gatewayId?: string;
}

/**
 * The registered devices as `device.registry` tells of them: as many as there are, about 400 bytes each. Connections
 * are let in by it alone, so that neither Kafka nor the database is asked while devices connect.
 */
export class RegistrationBook {
  readonly #registrations = new Map<string, Registration>();

  /** @param onChange Called with a device whose former credentials, or lack of them, count no more. */
  constructor(private readonly onChange: (deviceId: string) => void) {}

  get size(): number {
    return this.#registrations.size;
  }

  find(deviceId: string): Registration | undefined {
    return this.#registrations.get(deviceId);
  }

  /** Takes what was published later than everything before it. The same again changes nothing. */
  apply(record: RegistryRecord): void {
    const { deviceId, state } = record;
    const before = this.#registrations.get(deviceId);
    if (state === 'removed') {
      this.#registrations.delete(deviceId);
      if (before) this.onChange(deviceId);
      return;
    }
    const { tokenHash, gatewayId } = record;
    const isDisabled = state === 'disabled';
    this.#registrations.set(
      deviceId,
      gatewayId === undefined ? { isDisabled, tokenHash } : { isDisabled, tokenHash, gatewayId },
    );
    if (before?.tokenHash !== tokenHash || isDisabled) this.onChange(deviceId);
  }
}
