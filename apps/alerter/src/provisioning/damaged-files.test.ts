import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAlertingFiles } from './alerting-definitions.js';
import { describeProblem } from './file-problem.js';

const EXAMPLE = readFileSync(join(import.meta.dirname, '../../../../deploy/alerting/example.yaml'), 'utf8');
/** What no text in the example has, and no fault may therefore show. */
const SECRET = 'zqzqzqzqzqzqzqzqzqzq';
const ENV = Object.fromEntries(
  ['SMTP_PASSWORD', 'SLACK_WEBHOOK_URL', 'NTFY_TOPIC', 'TICKETING_SECRET'].map((name) => [name, SECRET]),
);

/** Something at some place is left out, and something else put there. */
const edit = fc.record({
  at: fc.nat(EXAMPLE.length),
  removed: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(200)),
  added: fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      '\n',
      '  ',
      '- ',
      ': ',
      '&a ',
      '*a',
      '*people',
      '!!str ',
      '|',
      '>',
      '"',
      "'",
      '{',
      '[',
      '}',
    ),
    fc.constantFrom(
      '\n---\n',
      '%',
      '\t',
      '#',
      'null',
      '${',
      '${X}',
      '$${',
      '1e400',
      '.nan',
      '__proto__: ',
      '\u0000',
      '\uD800',
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
  ),
});

test('a file that is damaged anyhow is refused with places in it, or means something valid', () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const text = edits.reduce(
        (before, { at, removed, added }) => before.slice(0, at) + added + before.slice(at + removed),
        EXAMPLE,
      );
      const lines = text.split(/\r?\n/);
      const { problems } = parseAlertingFiles([{ path: 'a.yaml', name: 'a.yaml', text }], ENV);
      for (const problem of problems) {
        const shown = describeProblem(problem);
        expect(shown).not.toContain(SECRET);
        const { line, column } = problem.position ?? { line: 0, column: 0 };
        // A place may be the end of its line, or of the text.
        expect([
          shown,
          line >= 1 && line <= lines.length,
          column <= (lines[line - 1] ?? '').length + 1,
        ]).toEqual([shown, true, true]);
      }
    }),
    { numRuns: process.env['CI'] === 'true' ? 500 : 100 },
  );
});
