import { resolutionFor, type Resolution } from '@fieldstream/domain';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface ResolutionQuestion {
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
  /** Undefined: raw readings are kept for ever. */
  readonly rawRetentionDays: number | undefined;
  /** False for a series of texts, which has no rollups. */
  readonly hasNumbers: boolean;
}

/** What `auto` means: the platform's resolution for the span, but minutes where raw readings are past their retention. */
export function chooseResolution(question: ResolutionQuestion): Resolution {
  if (!question.hasNumbers) return 'raw';
  const { fromMs, toMs, nowMs, rawRetentionDays } = question;
  const resolution = resolutionFor(fromMs, toMs);
  const isGone = rawRetentionDays !== undefined && fromMs < nowMs - rawRetentionDays * DAY_MS;
  return resolution === 'raw' && isGone ? '1m' : resolution;
}
