import { EmbeddedError } from '../../embedded-error.js';
import { ERROR } from '../protocol/error-codes.js';
import { type Broker } from './broker.js';

/** Logs a fault of the storage, and answers with the error code that clients act rightly on. */
export function storageError(
  broker: Broker,
  error: unknown,
  doing: string,
): { code: number; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  broker.faults.error('storage', { err: error }, `${doing} failed: ${message}`);
  // A consumer has to notice damage; anything else may be over at the next try, and clients do try again.
  const isDamage = error instanceof EmbeddedError && error.code === 'corrupt';
  return { code: isDamage ? ERROR.corruptMessage : ERROR.kafkaStorageError, message };
}
