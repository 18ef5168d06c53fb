import type { RpcExceptionFilter } from '@nestjs/common';
import { throwError, type Observable } from 'rxjs';

/**
 * Hands an event handler's error to the transport as it is. Nest's own filter replaces whatever is not an
 * `RpcException` by `{ status: 'error', message: 'Internal server error' }`, which says nothing about whether trying
 * again helps. Every application with a `KafkaBatchStrategy` MUST register it: `app.useGlobalFilters(new RethrowFilter())`.
 */
export class RethrowFilter implements RpcExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => exception);
  }
}
