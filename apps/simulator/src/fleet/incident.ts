/** Something that goes wrong at a site again and again: a fixed time after the fleet's start, then at intervals. */
export interface Incident {
  /** When the fleet started; nothing goes wrong before. Epoch milliseconds. */
  readonly anchorMs: number;
  readonly afterMs: number;
  readonly everyMs: number;
}

/** Milliseconds since the incident last began; `undefined` if it has not yet, or if there is none. */
export function elapsedOf(incident: Incident | undefined, timeMs: number): number | undefined {
  if (incident === undefined) return undefined;
  const sinceFirstMs = timeMs - incident.anchorMs - incident.afterMs;
  return sinceFirstMs < 0 ? undefined : sinceFirstMs % incident.everyMs;
}
