import { ERROR } from '../../protocol/error-codes.js';
import { initProducerId } from '../../protocol/messages/init-producer-id.js';
import { type Broker } from '../broker.js';
import { answer, type Handler } from '../handler.js';
import { storageError } from '../storage-error.js';

/**
 * A new ID for an idempotent producer, also where it asks for a higher epoch of the one that it has: as in Kafka, without
 * a transactional ID. Transactions are refused in the way that clients do not retry.
 */
export const initProducerIdHandler = (broker: Broker): Handler =>
  answer(initProducerId, async ({ transactionalId }) => {
    const refusal = { throttleTimeMs: 0, producerId: -1, producerEpoch: -1 };
    if (transactionalId !== null) {
      return { ...refusal, errorCode: ERROR.transactionalIdAuthorizationFailed };
    }
    try {
      const producerId = await broker.identity.nextProducerId();
      return { throttleTimeMs: 0, errorCode: ERROR.none, producerId, producerEpoch: 0 };
    } catch (error) {
      return { ...refusal, errorCode: storageError(broker, error, 'setting producer IDs aside').code };
    }
  });
