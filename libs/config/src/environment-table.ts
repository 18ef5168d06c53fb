import type { App } from './app.js';
import { describeDefault } from './env-example.js';
import { fallbackOf, SECTIONS_OF, variablesOf } from './variables.js';

const BEGIN = '<!-- environment:';
const END = '<!-- /environment -->';

/** The Markdown table of the variables that an app reads, in columns of one width as the formatter wants them. */
export function environmentTable(app: App): string {
  const rows = SECTIONS_OF[app].flatMap((section) =>
    variablesOf(section).map(([name, definition]) => {
      const isRequired =
        definition.required !== undefined && !(definition.orEmbedded && app === 'standalone');
      const fallback = isRequired
        ? '**required**'
        : definition.orEmbedded
          ? 'embedded'
          : code(fallbackOf(definition, app) ?? describeDefault(definition));
      return [`\`${name}\``, fallback, code(definition.example), definition.description];
    }),
  );
  const head = ['variable', 'default', 'example', 'meaning'];
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], fill = ' '): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`;
  return [line(head), line(['', '', '', ''], '-'), ...rows.map((row) => line(row))].join('\n');
}

/**
 * Puts the current tables into a document: between `<!-- environment: api -->` and `<!-- /environment -->`.
 * Text outside the marks is kept.
 */
export function fillEnvironmentTables(markdown: string): string {
  return markdown.replaceAll(
    new RegExp(`(${BEGIN} (bridge|aggregator|alerter|api|standalone) -->\n)[^]*?(${END})`, 'g'),
    (_, begin: string, app: App, end: string) => `${begin}\n${environmentTable(app)}\n\n${end}`,
  );
}

function code(text: string): string {
  return text === '' || text === 'none' ? 'none' : `\`${text}\``;
}
