/**
 * Whether a text matches a pattern in which `*` stands for any run of characters, none included.
 * Takes at most length × length steps whatever the pattern is; a regular expression could take for ever.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let place = 0;
  let starPlace = -1;
  let retryAt = 0;
  while (at < text.length) {
    if (pattern[place] === '*') {
      starPlace = place++;
      retryAt = at;
    } else if (place < pattern.length && pattern[place] === text[at]) {
      place++;
      at++;
    } else if (starPlace >= 0) {
      place = starPlace + 1;
      at = ++retryAt;
    } else {
      return false;
    }
  }
  while (pattern[place] === '*') place++;
  return place === pattern.length;
}
