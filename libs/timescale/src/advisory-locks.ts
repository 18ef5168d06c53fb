/**
 * Keys of the advisory locks, each a pair of int4 whose first half is Fieldstream's own. Whoever takes several in one
 * transaction takes them in this order, and row locks after them (`consumer_offset` excepted, which comes first).
 */
const NAMESPACE = 0x46535452;

export const ADVISORY_LOCKS = {
  /** One process migrates at a time. */
  migration: `${NAMESPACE}, 1`,
  /** One process drops old readings at a time. */
  retention: `${NAMESPACE}, 2`,
  /** Shared by writers of readings; exclusive for whoever deletes series (the trigger in 0001 takes it). */
  seriesDeletion: `${NAMESPACE}, 3`,
  /** Makes device rows and presence events one after the other, so that neither misses the other. */
  devicePresence: `${NAMESPACE}, 4`,
  /** Changes of device labels become visible in the order of their revisions (the trigger in 0005 takes it). */
  deviceLabels: `${NAMESPACE}, 5`,
  /** One process provisions rules and channels from files at a time. */
  alertingFiles: `${NAMESPACE}, 6`,
} as const;
