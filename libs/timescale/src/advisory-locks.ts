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
} as const;
