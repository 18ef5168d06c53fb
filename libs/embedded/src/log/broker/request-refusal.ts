import { ERROR } from '../protocol/error-codes.js';
import { type Broker } from './broker.js';
import { storageError } from './storage-error.js';

/** Part of a request is refused with one of Kafka's error codes; the message is for whoever sent it. */
export class RequestRefusal extends Error {
  override readonly name = 'RequestRefusal';

  constructor(
    readonly errorCode: number,
    message: string,
  ) {
    super(message);
  }
}

export interface Verdict {
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** What came of `work`, as the fields that most responses have. A fault of the storage is logged as a failed `doing`. */
export async function verdictOf(
  broker: Broker,
  doing: string,
  work: () => void | Promise<void>,
): Promise<Verdict> {
  try {
    await work();
    return { errorCode: ERROR.none, errorMessage: null };
  } catch (error) {
    if (error instanceof RequestRefusal) return { errorCode: error.errorCode, errorMessage: error.message };
    const { code, message } = storageError(broker, error, doing);
    return { errorCode: code, errorMessage: message };
  }
}
