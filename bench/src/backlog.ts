/** How many publishes were acked but not yet visible, at a moment. */
export interface BacklogSample {
  readonly atMs: number;
  readonly backlog: number;
}

/** Growth above this share of the rate is not flat. */
const FLAT_SHARE = 0.02;
/** More than this many seconds' worth of publishes waiting is not flat either: it would be a backlog that stopped growing late. */
const MOST_WAITING_S = 2;

/** Growth of the backlog in publishes a second: the slope of the straight line that fits best (least squares). */
export function backlogGrowth(samples: readonly BacklogSample[]): number {
  const meanAt = mean(samples.map((sample) => sample.atMs));
  const meanBacklog = mean(samples.map((sample) => sample.backlog));
  let [covariance, variance] = [0, 0];
  for (const { atMs, backlog } of samples) {
    covariance += (atMs - meanAt) * (backlog - meanBacklog);
    variance += (atMs - meanAt) ** 2;
  }
  return variance === 0 ? NaN : (covariance / variance) * 1_000;
}

/** Whether consumers keep up with a rate: the backlog neither grows nor is more than 2 s worth. */
export function isFlat(samples: readonly BacklogSample[], ratePerSecond: number): boolean {
  const growth = backlogGrowth(samples);
  const waiting = mean(samples.slice(-Math.ceil(samples.length / 4)).map((sample) => sample.backlog));
  return growth <= FLAT_SHARE * ratePerSecond && waiting <= MOST_WAITING_S * ratePerSecond;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
