/** Receives one line of progress, without a line end. */
export type Progress = (line: string) => void;

/** For callers who want no progress. */
export const silent: Progress = () => undefined;

/** Runs one step and reports its start, and how long it took or that it failed. */
export async function step<T>(progress: Progress, label: string, run: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const seconds = (): string => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  progress(`${label} ...`);
  try {
    const result = await run();
    progress(`${label}: done in ${seconds()}`);
    return result;
  } catch (error) {
    progress(`${label}: failed after ${seconds()}`);
    throw error;
  }
}
