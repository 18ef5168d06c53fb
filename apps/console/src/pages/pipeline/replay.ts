import { ApiError } from '../../client/api-error.js';
import { api, dataOf } from '../../client/api.js';

/** What came of replaying several dead letters. */
export interface ReplayOutcome {
  readonly done: number;
  /** In the words of the server, with how many letters it said them of. */
  readonly refused: ReadonlyMap<string, number>;
}

/** Which dead letters: as the list's filter says. */
export interface LetterFilter {
  readonly reason?: string;
  readonly device?: string;
}

const PAGE = 100;

/** Decodes one dead letter again and puts its readings into the pipeline. @throws ApiError with why not */
export async function replayLetter(id: number): Promise<void> {
  await api.POST('/api/dead-letters/{id}/replay', { params: { path: { id } } });
}

/**
 * Replays these letters one after another, and tells the outcome so far after each: Kafka acknowledges one before the next.
 * A letter that still cannot be decoded is counted and left.
 * @throws ApiError where the server cannot be reached, or Kafka cannot
 */
export async function replaySome(
  ids: readonly number[],
  progress: (outcome: ReplayOutcome) => void,
  signal: AbortSignal,
  before: ReplayOutcome = { done: 0, refused: new Map() },
): Promise<ReplayOutcome> {
  let outcome = before;
  for (const id of ids) {
    if (signal.aborted) break;
    outcome = await replayInto(outcome, id);
    progress(outcome);
  }
  return outcome;
}

async function replayInto({ done, refused }: ReplayOutcome, id: number): Promise<ReplayOutcome> {
  try {
    await replayLetter(id);
    return { done: done + 1, refused };
  } catch (error) {
    if (!(error instanceof ApiError) || error.problem.kind !== 'not-decodable') throw error;
    const { detail } = error.problem;
    return { done, refused: new Map(refused).set(detail, (refused.get(detail) ?? 0) + 1) };
  }
}

/** Replays all letters of the filter that nobody has replayed, newest first, as `replaySome` does. */
export async function replayAll(
  filter: LetterFilter,
  progress: (outcome: ReplayOutcome) => void,
  signal: AbortSignal,
): Promise<ReplayOutcome> {
  let outcome: ReplayOutcome = { done: 0, refused: new Map() };
  let cursor: string | null = null;
  do {
    const query = { ...filter, replayed: false, limit: PAGE, ...(cursor === null ? {} : { cursor }) };
    const page: { items: { id: number }[]; next: string | null } = await dataOf(
      api.GET('/api/dead-letters', { params: { query }, signal }),
    );
    const ids = page.items.map(({ id }) => id);
    outcome = await replaySome(ids, progress, signal, outcome);
    cursor = signal.aborted ? null : page.next;
  } while (cursor !== null);
  return outcome;
}
