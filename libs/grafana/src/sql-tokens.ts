/** A token of PostgreSQL's lexical structure (documentation, section 4.1). White space is none. */
export interface SqlToken {
  /** `string`: a literal in single quotes, of any kind. */
  readonly kind: 'string' | 'comment' | 'other';
  /** A string's prefix and quotes are part of it. */
  readonly text: string;
}

const TOKENS: readonly (readonly [kind: SqlToken['kind'] | 'space', pattern: RegExp])[] = [
  ['space', /\s+/y],
  ['comment', /--[^\n\r]*/y],
  ['string', /[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)/y],
  ['string', /(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*(?:'|$)/y],
  ['other', /(?:[uU]&)?"(?:[^"]|"")*(?:"|$)/y],
  ['other', /\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?(?:\$\1\$|$)/y],
  ['other', /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ['other', /\d[\w.]*/y],
  ['other', /[\s\S]/y],
];

/** The tokens of a text, with `standard_conforming_strings` on. What does not end, ends with the text. */
export function sqlTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  for (let at = 0; at < sql.length;) {
    const start = at;
    if (sql.startsWith('/*', at)) {
      at = endOfComment(sql, at);
      tokens.push({ kind: 'comment', text: sql.slice(start, at) });
      continue;
    }
    for (const [kind, pattern] of TOKENS) {
      pattern.lastIndex = at;
      const text = pattern.exec(sql)?.[0];
      if (text === undefined || text === '') continue;
      at += text.length;
      if (kind !== 'space') tokens.push({ kind, text });
      break;
    }
  }
  return tokens;
}

/** Whether two queries are the same but for what their string literals and comments say. */
export function differOnlyInLiterals(a: string, b: string): boolean {
  const left = sqlTokens(a);
  const right = sqlTokens(b);
  return (
    left.length === right.length &&
    left.every((token, index) => {
      const other = right[index];
      if (other?.kind !== token.kind) return false;
      if (token.kind === 'comment') return token.text.slice(0, 2) === other.text.slice(0, 2);
      if (token.kind === 'other') return token.text === other.text;
      return outside(token.text) === outside(other.text);
    })
  );
}

/** Prefix and quotes of a literal: one that does not end differs from one that does. */
function outside(literal: string): string {
  const open = literal.indexOf("'");
  const isClosed = literal.length > open + 1 && literal.endsWith("'");
  return literal.slice(0, open) + (isClosed ? "''" : "'");
}

/** Comments nest. */
function endOfComment(text: string, from: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  let depth = 0;
  for (let match = mark.exec(text); match; match = mark.exec(text)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return text.length;
}
