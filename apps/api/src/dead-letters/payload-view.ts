/** A payload as people can look at it. */
export interface PayloadView {
  /** Length of the original. */
  readonly bytes: number;
  readonly base64: string;
  /** The same as text, if it is printable UTF-8. */
  readonly text: string | null;
  /** Whether the original is longer than what is shown. */
  readonly truncated: boolean;
}

/** Shows a payload, of which `payload` may be the beginning only. */
export function viewPayload(payload: Buffer, bytes: number): PayloadView {
  const truncated = payload.length < bytes;
  return { bytes, base64: payload.toString('base64'), text: printableText(payload, truncated), truncated };
}

// Tab, line feed and carriage return are as printable as a blank.
const UNPRINTABLE = /[^\P{C}\t\n\r]/u;

function printableText(payload: Buffer, truncated: boolean): string | null {
  try {
    // In streaming mode a character that the cut goes through is left out instead of being a fault.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload, {
      stream: truncated,
    });
    return UNPRINTABLE.test(text) ? null : text;
  } catch {
    return null;
  }
}
