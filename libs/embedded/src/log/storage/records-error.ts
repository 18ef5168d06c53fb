/** The records of a batch do not follow the format, or unpack to more than is allowed. */
export class RecordsError extends Error {
  override readonly name = 'RecordsError';
}
