/** What somebody has typed as the payload of a command: JSON where it is some, else a text; undefined where it is blank. */
export function payloadOf(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  try {
    return JSON.parse(trimmed) as unknown;
  } catch {
    return text;
  }
}
