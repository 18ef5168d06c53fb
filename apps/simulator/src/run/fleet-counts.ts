/** What a fleet has done since its start. Publishes are telemetry; status messages are not counted. */
export interface FleetCounts {
  /** Connections at this moment. */
  connected: number;
  /** Publishes handed to a connection. */
  published: number;
  /** Those that the broker acknowledged. */
  acked: number;
  /** Readings in those publishes, metrics of one moment together; repeated ones count twice. */
  readings: number;
  /** Publishes of past readings, on request. */
  history: number;
  /** Publishes of more than one reading, because of a habit or of back-pressure. */
  late: number;
  /** Publishes that were sent a second time, as a habit. */
  repeated: number;
  /** Readings that a habit lost. */
  dropped: number;
  /** Readings that were lost because too many waited for the broker, or because the fleet was closed while they did. */
  overflowed: number;
  /** Connections that were broken, as a habit. */
  cut: number;
  /** Connections that broke by themselves. */
  lost: number;
}

export function noCounts(): FleetCounts {
  return {
    connected: 0,
    published: 0,
    acked: 0,
    readings: 0,
    history: 0,
    late: 0,
    repeated: 0,
    dropped: 0,
    overflowed: 0,
    cut: 0,
    lost: 0,
  };
}
