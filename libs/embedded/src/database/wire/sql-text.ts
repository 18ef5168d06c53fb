/** Parts of SQL in which a semicolon ends nothing: comments, literals, quoted names and dollar quotes. */
const OPAQUE =
  /--[^\n]*|\/\*|(?<![\w$])[eE]'(?:[^'\\]|\\.|'')*'?|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|(?<![\w$])\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/gs;

/**
 * The statements of a text, without comments, with empty literals and in one line each. It says what a statement begins
 * with, for decisions that are a matter of convenience: rights are enforced by the engine, never by a look at the text.
 */
export function splitStatements(text: string): string[] {
  let plain = '';
  let at = 0;
  OPAQUE.lastIndex = 0;
  for (let match = OPAQUE.exec(text); match; match = OPAQUE.exec(text)) {
    const [found] = match;
    plain += text.slice(at, match.index);
    at = OPAQUE.lastIndex;
    if (found.startsWith('--')) plain += ' ';
    else if (found === '/*') {
      plain += ' ';
      at = endOfComment(text, at);
    } else if (found.startsWith('$')) {
      plain += "''";
      const end = text.indexOf(found, at);
      at = end < 0 ? text.length : end + found.length;
    } else plain += found.startsWith('"') ? found.replaceAll(';', ' ') : "''";
    OPAQUE.lastIndex = at;
  }
  plain += text.slice(at);
  return plain
    .split(';')
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '');
}

/** Comments nest. */
function endOfComment(text: string, from: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  for (let depth = 1, match = mark.exec(text); match; match = mark.exec(text)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return text.length;
}

/** Whether every SET and RESET in the text ends with the transaction. */
export function changesNoSetting(text: string): boolean {
  return splitStatements(text).every(
    (statement) =>
      !/^(re)?set\b/i.test(statement) || /^set (local|transaction|constraints)\b/i.test(statement),
  );
}

/** `text` or `binary` if the text is one COPY … FROM STDIN, and nothing else. */
export function copyFromStdin(text: string): 'text' | 'binary' | undefined {
  if (!/\bcopy\b/i.test(text) || !/\bstdin\b/i.test(text)) return undefined;
  const statements = splitStatements(text);
  const [statement = ''] = statements;
  if (statements.length !== 1 || !/^copy\b.* from stdin\b/i.test(statement)) return undefined;
  return /\bbinary\b/i.test(statement.replace(/^.* from stdin/i, '')) || /^copy binary\b/i.test(statement)
    ? 'binary'
    : 'text';
}
