import type { Decoded } from '@fieldstream/decoders';

export interface ReportRights {
  /** Whether the client may report for a device. Undefined: for any. */
  readonly mayReport?: ((deviceId: string) => boolean) | undefined;
  /** The topic does not name the client either. */
  readonly isForeignTopic?: boolean;
}

/**
 * What of a publish is its client's to say. READINGS ARE TAKEN ALL OR NONE: those of one foreign device make a dead letter of
 * the publish, which can be replayed when the device has been registered. What else is said of foreign devices is left out;
 * if nothing remains, that too is a dead letter.
 */
export function ownPart(
  result: Decoded,
  { mayReport, isForeignTopic }: ReportRights,
): Decoded | { readonly foreign: string } {
  if (!mayReport) return result;
  const foreign = result.telemetry.find(({ deviceId }) => !mayReport(deviceId));
  if (foreign) return { foreign: foreign.deviceId };
  const { presence = [], descriptions = [], answers = [] } = result;
  const named = [...presence, ...descriptions, ...answers];
  const isOwn = ({ deviceId }: { readonly deviceId: string }): boolean => mayReport(deviceId);
  if (result.telemetry.length === 0) {
    const [first] = named;
    if (first && !named.some(isOwn)) return { foreign: first.deviceId };
    // What a family keeps in mind of other devices would change how theirs are read.
    if (!first && isForeignTopic) return { foreign: 'devices that are not its own' };
  }
  if (named.every(isOwn)) return result;
  return {
    ...result,
    presence: presence.filter(isOwn),
    descriptions: descriptions.filter(isOwn),
    answers: answers.filter(isOwn),
  };
}
