import { type DeviceLabels, NO_LABELS } from '@fieldstream/domain';
import type { ChangedLabels } from '@fieldstream/timescale';

/** The labels of the devices, as last read. Devices without labels take no room. */
export class DeviceLabelBook {
  private readonly byDevice = new Map<string, DeviceLabels>();
  private readTo = 0;

  /** Up to which revision labels have been read and applied. */
  get revision(): number {
    return this.readTo;
  }

  /** The same object for as long as the labels are the same. */
  of(deviceId: string): DeviceLabels {
    return this.byDevice.get(deviceId) ?? NO_LABELS;
  }

  /** Takes changes in. They count as applied, and are not read again, after `applied`. */
  take({ devices }: ChangedLabels): void {
    for (const { deviceId, labels } of devices) {
      if (isSame(this.of(deviceId), labels)) continue;
      if (Object.keys(labels).length === 0) this.byDevice.delete(deviceId);
      else this.byDevice.set(deviceId, labels);
    }
  }

  applied({ revision }: ChangedLabels): void {
    this.readTo = revision;
  }
}

function isSame(a: DeviceLabels, b: DeviceLabels): boolean {
  const labels = Object.keys(a);
  return labels.length === Object.keys(b).length && labels.every((label) => a[label] === b[label]);
}
