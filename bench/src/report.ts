import { reachesTarget, type Figure, type RunResult } from './figure.js';

/** The run as Markdown: machine, then one table row a figure, then how each came about. */
export function toMarkdown(run: RunResult): string {
  const lines = [
    `# Benchmark of ${run.at}`,
    '',
    `${run.seconds} s a measurement${run.quick ? ', quick: for orientation only' : ''}.`,
    'Load generator, engines and services share the machine.',
    '',
    ...Object.entries(run.machine).map(([fact, value]) => `- ${fact}: ${value}`),
    '',
    ...table(
      ['scenario', 'figure', 'measured', 'target', 'ceiling of this run', 'of ceiling'],
      run.results.flatMap((result) =>
        result.failure === undefined
          ? result.figures.map((figure) => row(result.title, figure))
          : [[result.title, 'FAILED', result.failure.split('\n')[0] ?? '', '', '', '']],
      ),
    ),
    '',
  ];
  for (const { title, figures } of run.results) {
    for (const { name, detail } of figures)
      if (detail !== undefined) lines.push(`- ${title}, ${name}: ${detail}`);
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function row(title: string, figure: Figure): string[] {
  const { name, value, unit, target, ceiling, better } = figure;
  const reached = reachesTarget(figure);
  const bound = better === 'higher' ? '≥' : '≤';
  return [
    title,
    name,
    `${formatNumber(value)} ${unit}`,
    target === undefined ? '' : `${bound} ${formatNumber(target)} ${reached === true ? 'met' : 'MISSED'}`,
    ceiling === undefined ? '' : `${ceiling.name} ${formatNumber(ceiling.value)}`,
    ceiling === undefined ? '' : `${formatNumber((100 * value) / ceiling.value)} %`,
  ];
}

/** A Markdown table with columns padded to one width. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const escaped = rows.map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = header.map((name, column) =>
    Math.max(name.length, ...escaped.map((cells) => (cells[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(header), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...escaped.map(line)];
}

/** Three significant digits below 1,000, whole numbers with separators above. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}
