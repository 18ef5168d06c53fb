import type { Figure, RunResult } from './figure.js';
import { formatNumber, table } from './report.js';

/** Less than this between two runs says nothing on a shared machine. */
const NOISE = 0.1;

/**
 * Two runs as a Markdown table of ratios, after by before, as far as both have a figure. Ceilings are figures too: where
 * they differ, the machine did, so a figure with ceilings also has a ratio of its shares of them, which is free of that.
 */
export function compareRuns(before: RunResult, after: RunResult): string {
  const old = figuresOf(before);
  const rows: string[][] = [];
  for (const [key, now] of figuresOf(after)) {
    const then = old.get(key);
    if (then === undefined) continue;
    const ratio = now.value / then.value;
    rows.push([
      key,
      `${formatNumber(then.value)} ${then.unit}`,
      `${formatNumber(now.value)} ${now.unit}`,
      ratio.toFixed(2),
      shareRatio(then, now),
      verdict(ratio, now.better),
    ]);
  }
  const facts = Object.keys(after.machine).filter((fact) => before.machine[fact] !== after.machine[fact]);
  return [
    `Before: ${before.at}. After: ${after.at}.`,
    ...facts.map((fact) => `Differs: ${fact}: ${before.machine[fact] ?? '–'} → ${after.machine[fact]}`),
    ...(before.seconds === after.seconds
      ? []
      : [`Differs: ${before.seconds} s → ${after.seconds} s a measurement`]),
    '',
    ...table(['figure', 'before', 'after', 'ratio', 'ratio of ceiling shares', ''], rows),
  ].join('\n');
}

function figuresOf(run: RunResult): Map<string, Figure> {
  return new Map(
    run.results.flatMap(({ scenario, figures }) =>
      figures.map((figure) => [`${scenario}: ${figure.name}`, figure] as const),
    ),
  );
}

function shareRatio(then: Figure, now: Figure): string {
  if (!then.ceiling || !now.ceiling || then.ceiling.name !== now.ceiling.name) return '';
  return (now.value / now.ceiling.value / (then.value / then.ceiling.value)).toFixed(2);
}

function verdict(ratio: number, better: Figure['better']): string {
  if (!Number.isFinite(ratio) || Math.abs(ratio - 1) < NOISE) return '';
  return ratio > 1 === (better === 'higher') ? 'better' : 'WORSE';
}
