import type { Telemetry } from '@fieldstream/domain';

/**
 * Which publishes would give their device more series than it has room for. They are taken in their order: as many as fit
 * make their series, and one whose series all exist always fits. A publish is refused as a whole.
 * @param room How many more series a device may have; one that is not named has enough.
 */
export function refuseExcess(
  telemetry: readonly Telemetry[],
  room: ReadonlyMap<string, number>,
  isKnown: (deviceId: string, metric: string) => boolean,
): ReadonlySet<Telemetry> {
  const refused = new Set<Telemetry>();
  if (room.size === 0) return refused;
  const made = new Map<string, Set<string>>();
  for (const publish of telemetry) {
    const { deviceId, samples } = publish;
    const free = room.get(deviceId);
    if (free === undefined) continue;
    const before = made.get(deviceId) ?? new Set<string>();
    const after = new Set(before);
    for (const { values } of samples)
      for (const metric of values.keys()) if (!isKnown(deviceId, metric)) after.add(metric);
    if (after.size > before.size && after.size > free) refused.add(publish);
    else made.set(deviceId, after);
  }
  return refused;
}
