// Control characters, line and paragraph separators, and marks that change the order in which text is shown.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g;

/** A text as one line: what is not printable becomes a space. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(UNPRINTABLE, ' ').trim();
}

/** A text of several lines, each as `oneLine` makes it. */
export function plainLines(text: string): string[] {
  return text.split(/\r\n|[\r\n\u2028\u2029]/).map(oneLine);
}

/** At most `max` UTF-16 units, the last of them `…` where something was cut. Cuts no character in two. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = max - 1;
  const last = text.charCodeAt(end - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return `${text.slice(0, splitsPair ? end - 1 : end)}…`;
}

/**
 * As many of the lines as measure at most `max`, then `… and 12 more`, which counts the lines left out and the `hidden`
 * ones that were never among them.
 */
export function fitLines(
  lines: readonly string[],
  hidden: number,
  max: number,
  measure: (text: string) => number = (text) => text.length,
): string {
  for (let kept = lines.length; ; kept--) {
    const left = lines.length - kept + hidden;
    const shown = left > 0 ? [...lines.slice(0, kept), `… and ${left} more`] : lines;
    const text = shown.join('\n');
    if (kept === 0 || measure(text) <= max) return text;
  }
}

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and attributes of HTML and XML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => HTML[character] ?? character);
}

/** For the inside of a JSON string. */
export function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
