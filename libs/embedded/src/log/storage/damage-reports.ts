import { type Logger } from '@fieldstream/domain';
import { type EmbeddedError } from '../../embedded-error.js';
import { corruptFault, type Damage } from './storage-fault.js';

/** Places that are remembered as reported. Beyond, the oldest may be reported once more. */
const MAX_REMEMBERED = 1_000;

/** Logs each damaged place once, however often it is met. */
export class DamageReports {
  private readonly reported = new Set<string>();

  constructor(private readonly logger: Logger) {}

  report(damage: Damage): EmbeddedError {
    const fault = corruptFault(damage);
    const place = `${damage.path}:${damage.position}`;
    if (this.reported.has(place)) return fault;
    this.reported.add(place);
    if (this.reported.size > MAX_REMEMBERED) {
      for (const oldest of this.reported) {
        this.reported.delete(oldest);
        break;
      }
    }
    const { path: file, position, offset, nextOffset } = damage;
    this.logger.error({ file, position, offset, nextOffset }, fault.message);
    return fault;
  }
}
