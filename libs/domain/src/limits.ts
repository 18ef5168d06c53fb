/** Limits on what one publish may contain. A payload beyond one of them is refused whole, never cut. */
export const LIMITS = {
  /** Characters (UTF-16 units) of a device ID. */
  deviceIdLength: 128,
  /** Characters of a metric name after flattening. */
  metricNameLength: 256,
  /** Characters of a text value. */
  textLength: 4096,
  /** Levels of nested objects. */
  depth: 16,
  /** Metrics of one sample. */
  metricsPerSample: 1024,
  /** Samples of one publish. */
  samplesPerPublish: 10_000,
  /** Characters of a unit. */
  unitLength: 64,
} as const;
